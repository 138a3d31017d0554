using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>The columns that say which analysis a row is of.</summary>
internal static class AnalysisColumns
{
    private const byte Answer = 3;

    // In the order of Inference's PositionKind, which layouts keep as a byte.
    private static readonly string[] Kinds = ["text", "patch", "newline", "answer"];

    public static IEnumerable<TableColumn<TRow>> Of<TRow>(Func<TRow, ExportedAnalysis> analysis) =>
    [
        new TextColumn<TRow>("run_id", row => analysis(row).RunIdText),
        new TextColumn<TRow>("run", row => analysis(row).Detail.Run.Name),
        new TextColumn<TRow>("checkpoint", row => analysis(row).Detail.Run.Checkpoint.Name),
        new NumberColumn<TRow, long>("analysis", row => analysis(row).Detail.Row.Id.Value),
        new NumberColumn<TRow, int>("item", row => analysis(row).Detail.Row.Ordinal),
        new TextColumn<TRow>("image", row => analysis(row).Detail.Image.Name),
        new TextColumn<TRow>("image_sha256", row => analysis(row).Detail.Image.Sha256),
    ];

    /// <summary>A position of the prompt, or of the answer that was fed back after it.</summary>
    public static LayoutPosition PositionOf(ExportedAnalysis analysis, int position)
    {
        var prompt = analysis.Layout.Positions;
        return position < prompt.Count ? prompt[position] : new LayoutPosition(analysis.Detail.AnswerIds[position - prompt.Count], Answer, null, null, null, null);
    }

    /// <summary><c>text</c>, <c>patch</c>, <c>newline</c> or <c>answer</c>.</summary>
    public static string KindOf(ExportedAnalysis analysis, int position) => Kinds[PositionOf(analysis, position).Kind];
}
