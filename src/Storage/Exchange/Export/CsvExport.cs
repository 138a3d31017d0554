using CsvHelper;
using LogitLens.Storage.Exchange.Export.Tables;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>Tables as CSV: RFC 4180, UTF-8, a header, numbers as the shortest text that reads back the same.</summary>
public static class CsvExport
{
    /// <summary>Writes the table of the analyses, one after another.</summary>
    /// <param name="output">Written synchronously; stays open.</param>
    public static Task WriteAsync(Stream output, IAsyncEnumerable<ExportedAnalysis> analyses, TableOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(analyses);
        ArgumentNullException.ThrowIfNull(options);
        return options.Table == TableKind.Best
            ? WriteAsync(output, analyses, BestLayersTable.Create(options.By, options.Window), options, cancellationToken)
            : WriteAsync(output, analyses, ReadingsTable.Create(), options, cancellationToken);
    }

    private static async Task WriteAsync<TRow>(
        Stream output, IAsyncEnumerable<ExportedAnalysis> analyses, ExportTable<TRow> table, TableOptions options, CancellationToken cancellationToken)
    {
        var settings = new CsvWriterOptions { TrueValue = "true", FalseValue = "false", Injection = options.EscapeFormulas ? CsvInjection.Escape : CsvInjection.None };
        await using var csv = CsvWriter.Create(output, settings, leaveOpen: true);
        csv.WriteHeader([.. table.Columns.Select(column => column.Field.Name)]);
        await foreach (var analysis in analyses.WithCancellation(cancellationToken))
        {
            var rows = 0;
            foreach (var row in table.RowsOf(analysis))
            {
                foreach (var column in table.Columns)
                {
                    column.Write(csv, row);
                }

                csv.EndRecord();
                if ((++rows & 0xFFF) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
    }
}
