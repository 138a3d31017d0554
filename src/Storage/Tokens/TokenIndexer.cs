using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Digests;

namespace LogitLens.Storage.Tokens;

/// <summary>Finds what the token index holds of an analysis.</summary>
internal static class TokenIndexer
{
    // PositionKind.Patch of Inference, as layouts keep it.
    private const byte PatchKind = 1;

    /// <summary>Each token that is top-1 somewhere or reaches the run's threshold, ascending by id.</summary>
    public static IReadOnlyList<IndexedToken> Find(DigestSource source) => Find(source.Prompt.Concat(source.Answer), source.Layout, source.IndexThreshold);

    /// <summary>The same of whole layers, in any order.</summary>
    public static IReadOnlyList<IndexedToken> Find(IEnumerable<LayerArrays> whole, AnalysisLayout layout, double threshold)
    {
        var found = new Dictionary<int, List<TokenLayer>>();
        var here = new Dictionary<(int Token, TokenPlace Place), Tally>();
        foreach (var parts in whole.GroupBy(layer => layer.Layer).OrderBy(group => group.Key))
        {
            here.Clear();
            foreach (var layer in parts.OrderBy(part => part.FirstPosition))
            {
                Count(layer, layout, threshold, here);
            }

            // Patches before text, as the codec wants them.
            foreach (var ((token, place), tally) in here.OrderBy(entry => entry.Key.Place))
            {
                if (!found.TryGetValue(token, out var layers))
                {
                    found.Add(token, layers = []);
                }

                layers.Add(new TokenLayer(parts.Key, place, tally.Positions, TokenProbability.ToUnits(tally.Best), tally.BestPosition));
            }
        }

        return [.. found.OrderBy(token => token.Key).Select(token => new IndexedToken(token.Key, token.Value.Max(layer => layer.Best), token.Value))];
    }

    /// <summary>Calls back with position, token and probability of all that the index counts in a layer: top-1 of each position, and what reaches the threshold.</summary>
    public static void Visit(LayerArrays layer, double threshold, Action<int, int, float> count)
    {
        for (var row = 0; row < layer.Positions; row++)
        {
            var position = layer.FirstPosition + row;
            var kept = layer.Ids.AsSpan(row * layer.TopK, layer.TopK);
            for (var rank = 0; rank < layer.TopK; rank++)
            {
                var probability = layer.ProbabilityOf(layer.Scores[(row * layer.TopK) + rank]);
                if (rank > 0 && probability < threshold)
                {
                    break;
                }

                count(position, kept[rank], probability);
            }

            // A tracked token below the top k: with a small k it may well reach the threshold.
            for (var tracked = 0; tracked < layer.Tracked.Length; tracked++)
            {
                var probability = layer.ProbabilityOf(layer.TrackedScores[(row * layer.Tracked.Length) + tracked]);
                if (probability >= threshold && !kept.Contains(layer.Tracked[tracked]))
                {
                    count(position, layer.Tracked[tracked], probability);
                }
            }
        }
    }

    /// <summary>Whether a position is one of <see cref="TokenPlace.Patch"/> or of <see cref="TokenPlace.Text"/>.</summary>
    public static TokenPlace PlaceOf(AnalysisLayout layout, int position) =>
        position < layout.Positions.Count && layout.Positions[position].Kind == PatchKind ? TokenPlace.Patch : TokenPlace.Text;

    private static void Count(LayerArrays layer, AnalysisLayout layout, double threshold, Dictionary<(int Token, TokenPlace Place), Tally> here) =>
        Visit(layer, threshold, (position, token, probability) =>
        {
            var place = PlaceOf(layout, position);
            ref var tally = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(here, (token, place), out var known);
            tally = !known || probability > tally.Best
                ? new Tally(tally.Positions + 1, probability, position)
                : tally with { Positions = tally.Positions + 1 };
        });

    private readonly record struct Tally(int Positions, float Best, int BestPosition);
}
