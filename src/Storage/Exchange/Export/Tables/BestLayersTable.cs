using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export.Tables;

/// <summary>One row per patch with its best layer. The columns are described in <c>docs/formats/tables.md</c>.</summary>
internal static class BestLayersTable
{
    private const byte Patch = 1;

    public static ExportTable<Row> Create(BestBy by, (int From, int To)? window) => new(
        [
            .. AnalysisColumns.Of<Row>(row => row.Analysis),
            new NumberColumn<Row, int>("position", row => row.Position),
            new NumberColumn<Row, int>("tile", row => row.Place.Tile ?? 0),
            new NumberColumn<Row, int>("row", row => row.Place.Row ?? 0),
            new NumberColumn<Row, int>("column", row => row.Place.Column ?? 0),
            new OptionalColumn<Row, double>("x", row => row.Place.Pixels?.X),
            new OptionalColumn<Row, double>("y", row => row.Place.Pixels?.Y),
            new OptionalColumn<Row, double>("width", row => row.Place.Pixels?.Width),
            new OptionalColumn<Row, double>("height", row => row.Place.Pixels?.Height),
            new NumberColumn<Row, int>("best_layer", row => row.Layer.Layer),
            new NumberColumn<Row, int>("token_id", row => row.TokenId),
            new TextColumn<Row>("token", row => row.Analysis.Tokens[row.TokenId].Display),
            new TextColumn<Row>("token_text", row => row.Analysis.Tokens[row.TokenId].Text),
            new NumberColumn<Row, float>("probability", row => Scores.Probability(row.Layer, row.At)),
            new OptionalColumn<Row, float>("log_probability", row => Scores.LogProbability(row.Layer, row.At)),
            new OptionalColumn<Row, float>("entropy_bits", row => row.Layer.EntropyBits?[row.Position]),
            new FlagColumn<Row>("filler", row => row.Analysis.Tokens.IsFiller(row.TokenId)),
        ],
        analysis => RowsOf(analysis, by, window));

    private static IEnumerable<Row> RowsOf(ExportedAnalysis analysis, BestBy by, (int From, int To)? window)
    {
        var best = BestLayers.Choose(analysis.Prompt, by, window);
        for (var position = 0; position < best.Length; position++)
        {
            if (analysis.Layout.Positions[position].Kind == Patch)
            {
                yield return new Row(analysis, analysis.Prompt[best[position]], position);
            }
        }
    }

    internal readonly record struct Row(ExportedAnalysis Analysis, LayerArrays Layer, int Position)
    {
        public LayoutPosition Place => Analysis.Layout.Positions[Position];

        public int At => Position * Layer.TopK;

        public int TokenId => Layer.Ids[At];
    }
}
