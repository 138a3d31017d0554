using CsvHelper;
using Parquet;
using Parquet.Schema;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>A column of numbers that every row has.</summary>
internal sealed class NumberColumn<TRow, T>(string name, Func<TRow, T> value) : TableColumn<TRow>
    where T : struct, IUtf8SpanFormattable
{
    public override DataField Field { get; } = new(name, typeof(T), isNullable: false);

    public override void Write(CsvWriter csv, TRow row) => csv.WriteField(value(row), default);

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows) => group.WriteAsync<T>(Field, Collect(rows, value).AsMemory());
}
