namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>A table that analyses are exported to, row by row in the order of its columns.</summary>
internal sealed class ExportTable<TRow>(IReadOnlyList<TableColumn<TRow>> columns, Func<ExportedAnalysis, IEnumerable<TRow>> rows)
{
    public IReadOnlyList<TableColumn<TRow>> Columns { get; } = columns;

    /// <summary>An analysis' rows.</summary>
    public IEnumerable<TRow> RowsOf(ExportedAnalysis analysis) => rows(analysis);
}
