using CsvHelper;
using Parquet;
using Parquet.Schema;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>A column of yes and no: <c>true</c> and <c>false</c>.</summary>
internal sealed class FlagColumn<TRow>(string name, Func<TRow, bool> value) : TableColumn<TRow>
{
    public override DataField Field { get; } = new(name, typeof(bool), isNullable: false);

    public override void Write(CsvWriter csv, TRow row) => csv.WriteField(value(row));

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows) => group.WriteAsync<bool>(Field, Collect(rows, value).AsMemory());
}
