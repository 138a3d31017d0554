using CsvHelper;
using Parquet;
using Parquet.Schema;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>A column of numbers that some rows lack: an empty field in CSV, null in Parquet.</summary>
internal sealed class OptionalColumn<TRow, T>(string name, Func<TRow, T?> value) : TableColumn<TRow>
    where T : struct, IUtf8SpanFormattable
{
    public override DataField Field { get; } = new(name, typeof(T), isNullable: true);

    public override void Write(CsvWriter csv, TRow row) => csv.WriteField(value(row), default);

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows) => group.WriteAsync<T>(Field, Collect(rows, value).AsMemory());
}
