using CsvHelper;
using Parquet;
using Parquet.Schema;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>A column of texts.</summary>
internal sealed class TextColumn<TRow>(string name, Func<TRow, string> value) : TableColumn<TRow>
{
    public override DataField Field { get; } = new(name, typeof(string), isNullable: false);

    public override void Write(CsvWriter csv, TRow row) => csv.WriteField(value(row));

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows) => group.WriteAsync(Field, Collect(rows, value));
}
