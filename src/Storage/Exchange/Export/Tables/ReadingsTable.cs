using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>One row per layer, position and rank, and one per tracked token. The columns are described in <c>docs/formats/tables.md</c>.</summary>
internal static class ReadingsTable
{
    public static ExportTable<Row> Create() => new(
        [
            .. AnalysisColumns.Of<Row>(row => row.Analysis),
            new NumberColumn<Row, int>("position", row => row.Position),
            new TextColumn<Row>("kind", row => AnalysisColumns.KindOf(row.Analysis, row.Position)),
            new OptionalColumn<Row, int>("tile", row => AnalysisColumns.PositionOf(row.Analysis, row.Position).Tile),
            new OptionalColumn<Row, int>("row", row => AnalysisColumns.PositionOf(row.Analysis, row.Position).Row),
            new OptionalColumn<Row, int>("column", row => AnalysisColumns.PositionOf(row.Analysis, row.Position).Column),
            new NumberColumn<Row, int>("input_id", row => AnalysisColumns.PositionOf(row.Analysis, row.Position).Id),
            new NumberColumn<Row, int>("layer", row => row.Layer.Layer),
            new TextColumn<Row>("source", row => row.Tracked < 0 ? "top" : "tracked"),
            new NumberColumn<Row, int>("rank", row => row.Tracked < 0 ? row.Rank + 1 : row.Layer.TrackedRanks[row.At]),
            new NumberColumn<Row, int>("token_id", row => row.TokenId),
            new TextColumn<Row>("token", row => row.Analysis.Tokens[row.TokenId].Display),
            new TextColumn<Row>("token_text", row => row.Analysis.Tokens[row.TokenId].Text),
            new NumberColumn<Row, float>("probability", row => row.Tracked < 0 ? Scores.Probability(row.Layer, row.At) : Scores.TrackedProbability(row.Layer, row.At)),
            new OptionalColumn<Row, float>("log_probability", row => row.Tracked < 0 ? Scores.LogProbability(row.Layer, row.At) : Scores.TrackedLogProbability(row.Layer, row.At)),
            new OptionalColumn<Row, float>("entropy_bits", row => row.Layer.EntropyBits?[row.Index]),
        ],
        RowsOf);

    private static IEnumerable<Row> RowsOf(ExportedAnalysis analysis)
    {
        foreach (var layer in analysis.Prompt.Concat(analysis.Answer))
        {
            for (var index = 0; index < layer.Positions; index++)
            {
                for (var rank = 0; rank < layer.TopK; rank++)
                {
                    yield return new Row(analysis, layer, index, rank, -1);
                }

                for (var tracked = 0; tracked < layer.Tracked.Length; tracked++)
                {
                    yield return new Row(analysis, layer, index, -1, tracked);
                }
            }
        }
    }

    /// <summary>A row: a place of a layer's top k, or one of its tracked tokens.</summary>
    internal readonly record struct Row(ExportedAnalysis Analysis, LayerArrays Layer, int Index, int Rank, int Tracked)
    {
        public int Position => Layer.FirstPosition + Index;

        public int At => Tracked < 0 ? (Index * Layer.TopK) + Rank : (Index * Layer.Tracked.Length) + Tracked;

        public int TokenId => Tracked < 0 ? Layer.Ids[At] : Layer.Tracked[Tracked];
    }
}
