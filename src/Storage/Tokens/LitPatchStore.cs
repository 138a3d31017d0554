using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage;

/// <summary>
/// Which patches tokens were read at, of analyses that the token index found: the index knows how many there are at each layer, and this looks up which. It
/// unpacks the layers with hits only: their summaries, and the rest of a layer only where top-1 does not explain every hit.
/// </summary>
public sealed class LitPatchStore
{
    private readonly RunStore _runs;
    private readonly ReadingStore _readings;

    internal LitPatchStore(RunStore runs, ReadingStore readings)
    {
        _runs = runs;
        _readings = readings;
    }

    /// <summary>The patches of each of the given occurrences, in their order. Analyses deleted meanwhile are left out; what retention let go of stays dark.</summary>
    /// <param name="filter">What the occurrences were searched with.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<IReadOnlyList<LitPicture>> ReadAsync(IReadOnlyList<TokenOccurrence> found, TokenFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(filter);
        var pictures = new List<LitPicture>(found.Count);
        foreach (var occurrence in found)
        {
            if (await _runs.FindAnalysisAsync(occurrence.Analysis.Id, cancellationToken) is { Layout: { } layout } detail)
            {
                var patches = await ReadAsync(occurrence, layout, detail.Run.IndexThreshold, filter, cancellationToken);
                pictures.Add(new LitPicture(occurrence.Analysis.Id, layout.OriginalWidth, layout.OriginalHeight, patches));
            }
        }

        return pictures;
    }

    private async Task<IReadOnlyList<LitPatch>> ReadAsync(
        TokenOccurrence occurrence, AnalysisLayout layout, double threshold, TokenFilter filter, CancellationToken cancellationToken)
    {
        // By layer: the tokens looked for, and how many places the index counted.
        var wanted = new Dictionary<int, (HashSet<int> Tokens, long Count)>();
        foreach (var hits in occurrence.Hits)
        {
            foreach (var layer in hits.Layers.Where(layer => layer.Place == TokenPlace.Patch))
            {
                var known = wanted.GetValueOrDefault(layer.Layer, (new HashSet<int>(), 0));
                known.Item1.Add(hits.Token);
                wanted[layer.Layer] = (known.Item1, known.Item2 + layer.Positions);
            }
        }

        var lit = new SortedDictionary<int, LitPatch>();
        if (wanted.Count == 0 || await _readings.ReadCurrentAsync(occurrence.Analysis.Id, 0, ReadingPart.Summary, cancellationToken) is not { } summaries)
        {
            return [];
        }

        foreach (var packed in summaries.Packed)
        {
            // Patches are in the prompt: the answer's layers begin after it.
            var number = ReadingCodec.ReadLayer(packed);
            if (ReadingCodec.ReadPositions(packed).First > 0 || !wanted.TryGetValue(number, out var here))
            {
                continue;
            }

            var layer = ReadingCodec.Unpack(packed);
            if (CountPatches(layer, layout, here.Tokens) < here.Count
                && await _readings.ReadLayerAsync(occurrence.Analysis.Id, ReadingSegment.Prompt, number, cancellationToken) is { } whole)
            {
                layer = ReadingCodec.Unpack(whole);
            }

            TokenIndexer.Visit(layer, threshold, (position, token, probability) =>
            {
                if (here.Tokens.Contains(token)
                    && TokenIndexer.PlaceOf(layout, position) == TokenPlace.Patch
                    && TokenProbability.ToUnits(probability) >= filter.LeastUnits
                    && layout.Positions[position].Pixels is { } pixels
                    && (!lit.TryGetValue(position, out var best) || probability > best.Probability))
                {
                    lit[position] = new LitPatch(position, number, token, probability, pixels);
                }
            });
        }

        return [.. lit.Values];
    }

    private static long CountPatches(LayerArrays summary, AnalysisLayout layout, HashSet<int> tokens)
    {
        long count = 0;
        for (var row = 0; row < summary.Positions; row++)
        {
            if (tokens.Contains(summary.Ids[row * summary.TopK]) && TokenIndexer.PlaceOf(layout, summary.FirstPosition + row) == TokenPlace.Patch)
            {
                count++;
            }
        }

        return count;
    }
}
