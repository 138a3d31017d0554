using CsvHelper;
using Parquet;
using Parquet.Schema;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>One column of an exported table, the same in CSV and Parquet.</summary>
internal abstract class TableColumn<TRow>
{
    /// <summary>Its name and type in Parquet.</summary>
    public abstract DataField Field { get; }

    /// <summary>Writes the field of one row.</summary>
    public abstract void Write(CsvWriter csv, TRow row);

    /// <summary>Writes the column of a row group.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows);

    protected static T[] Collect<T>(IReadOnlyList<TRow> rows, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return values;
    }
}
