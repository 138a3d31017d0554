using LogitLens.Storage.Exchange.Export.Tables;
using Parquet;
using Parquet.Schema;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>Tables as Parquet: a row group per analysis, texts by dictionary, pages compressed with Zstandard.</summary>
public static class ParquetExport
{
    /// <summary>Writes the table of the analyses, one row group each.</summary>
    /// <param name="output">Need not seek; stays open.</param>
    public static Task WriteAsync(Stream output, IAsyncEnumerable<ExportedAnalysis> analyses, TableOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(analyses);
        ArgumentNullException.ThrowIfNull(options);
        return options.Table == TableKind.Best
            ? WriteAsync(output, analyses, BestLayersTable.Create(options.By, options.Window), cancellationToken)
            : WriteAsync(output, analyses, ReadingsTable.Create(), cancellationToken);
    }

    private static async Task WriteAsync<TRow>(
        Stream output, IAsyncEnumerable<ExportedAnalysis> analyses, ExportTable<TRow> table, CancellationToken cancellationToken)
    {
        var options = new ParquetOptions
        {
            CompressionMethod = CompressionMethod.Zstd,
            CompressionLevel = System.IO.Compression.CompressionLevel.Optimal,

            // Half of a column's values may be different ones before a dictionary no longer pays.
            DictionaryEncodingThreshold = 0.5,
        };
        foreach (var column in table.Columns.OfType<TextColumn<TRow>>())
        {
            options.ColumnEncodingHints[column.Field.Path.ToString()] = EncodingHint.Dictionary;
        }

        await using var counted = new PositionStream(output);
        await using var writer = await ParquetWriter.CreateAsync(
            new ParquetSchema([.. table.Columns.Select(column => column.Field)]), counted, options, cancellationToken: cancellationToken);
        writer.CustomMetadata = new Dictionary<string, string> { ["writer"] = "LogitLens", ["format"] = "docs/formats/tables.md, version 1" };
        await foreach (var analysis in analyses.WithCancellation(cancellationToken))
        {
            List<TRow> rows = [.. table.RowsOf(analysis)];
            if (rows.Count == 0)
            {
                continue;
            }

            using var group = writer.CreateRowGroup();
            foreach (var column in table.Columns)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await column.WriteAsync(group, rows);
            }
        }
    }
}
