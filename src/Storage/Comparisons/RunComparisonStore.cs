using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Comparisons;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>
/// Compares two runs over the images that both have, from their summaries: top-1 tokens, confidences and entropies of all patches at all layers. A page asks through
/// <see cref="RunComparisonJobs"/>, which keeps answers and does not make it wait.
/// </summary>
public sealed class RunComparisonStore
{
    // Pairs read at once: four megabytes of summaries at LLaVA-1.5's size. Between two of them it reports, and looks whether it was cancelled.
    private const int Chunk = 16;

    // EXIF orientations above this ask to be turned.
    private const int Upright = 1;

    private readonly DatabaseReader _reader;
    private readonly TokenTableCache _tokens;

    internal RunComparisonStore(DatabaseReader reader, TokenTableCache tokens)
    {
        _reader = reader;
        _tokens = tokens;
    }

    /// <summary>Compares; null if one of the runs is unknown.</summary>
    /// <param name="onProgress">Called with the pairs read so far and their number, from several threads; may be null.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<RunComparison?> ReadAsync(RunId first, RunId second, Action<int, int>? onProgress, CancellationToken cancellationToken) =>
        await FindAsync(first, second, cancellationToken) is { } plan ? await ReadAsync(plan, onProgress, cancellationToken) : null;

    /// <summary>What will be compared: which analyses are of one image.</summary>
    internal Task<RunPairs?> FindAsync(RunId first, RunId second, CancellationToken cancellationToken) =>
        _reader.ReadAsync((context, token) => RunPairs.FindAsync(context, first, second, token), cancellationToken);

    internal async Task<RunComparison> ReadAsync(RunPairs plan, Action<int, int>? onProgress, CancellationToken cancellationToken)
    {
        var (a, b) = (plan.First, plan.Second);
        var layers = plan.BesideEachOther();
        var tokens = a.Checkpoint == b.Checkpoint ? null : await MatchTokensAsync(a.Checkpoint, b.Checkpoint, cancellationToken);
        var found = new Measured?[plan.Pairs.Count];
        var read = 0;

        // Two threads: more would take the processor from the analyses.
        await Parallel.ForEachAsync(
            Enumerable.Range(0, plan.Pairs.Count).Chunk(Chunk),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount), CancellationToken = cancellationToken },
            async (places, token) =>
            {
                await _reader.ReadAsync(
                    async (context, inner) =>
                    {
                        await MeasureAsync(context, plan, places, new PairMeter(layers, tokens), found, inner);
                        return true;
                    },
                    token);
                onProgress?.Invoke(Interlocked.Add(ref read, places.Length), plan.Pairs.Count);
            });

        var measured = found.Where(pair => pair is not null).Select(pair => pair!).ToList();
        var promised = a.Checkpoint == b.Checkpoint && a.Legacy == b.Legacy ? measured.Where(pair => pair.AllBeforeDifference).ToList() : [];
        return new RunComparison(
            a.Id,
            b.Id,
            plan.OnlyFirst,
            plan.OnlySecond,
            plan.Pairs.Count - measured.Count,
            measured.Count(pair => pair.IsByArea),
            promised.Count,
            promised.Count(pair => pair.Difference.Changed.Any(share => share > 0)),
            a.FinalLayer != b.FinalLayer,
            tokens is not null,
            measured.Count == 0 ? [] : [.. layers.Select((layer, place) => new LayerDifference(
                layer.First,
                layer.Second,
                measured.Sum(pair => (long)pair.Difference.Patches),
                Spread.Of(measured.Select(pair => 1 - pair.Difference.Changed[place]))!,
                Spread.Of(measured.Select(pair => pair.Difference.Confidence[place]))!,
                Spread.Of(measured.Select(pair => pair.Difference.Entropy[place]))))],
            measured.ConvertAll(pair => pair.Difference));
    }

    private static async Task MeasureAsync(
        StorageContext context, RunPairs plan, int[] places, PairMeter meter, Measured?[] found, CancellationToken cancellationToken)
    {
        var ids = places.SelectMany(place => new[] { plan.Pairs[place].First, plan.Pairs[place].Second }).Distinct().ToArray();
        var layouts = await context.AnalysisLayouts.Where(l => ids.Contains(l.AnalysisId)).ToDictionaryAsync(l => l.AnalysisId, l => l.Packed, cancellationToken);
        var summaries = await context.Summaries
            .Where(s => ids.Contains(s.AnalysisId) && s.Segment == Readings.ReadingSegment.Prompt)
            .ToDictionaryAsync(s => s.AnalysisId, s => s.Packed, cancellationToken);
        var alignments = new Alignments();
        foreach (var place in places)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pair = plan.Pairs[place];
            var isTurned = pair.Orientation > Upright && plan.First.IsTurned != plan.Second.IsTurned;
            if (isTurned
                || !layouts.TryGetValue(pair.First, out var first) || !layouts.TryGetValue(pair.Second, out var second)
                || !summaries.TryGetValue(pair.First, out var mine) || !summaries.TryGetValue(pair.Second, out var theirs))
            {
                continue;
            }

            var alignment = alignments.Of(first, second);
            if (meter.Measure(PairMeter.Unpack(mine), PairMeter.Unpack(theirs), alignment) is { } measured)
            {
                found[place] = new Measured(
                    new PairDifference(
                        new AnalysisId(pair.First), new AnalysisId(pair.Second), pair.ImageSha256, pair.ImageName, alignment.First.Length, measured.Changed, measured.Confidence, measured.Entropy),
                    alignment.IsByArea,
                    alignment.AllBeforeDifference);
            }
        }
    }

    /// <summary>For each token of the second the first's, by what people see of it; null where both tables are the same.</summary>
    private Task<Dictionary<int, int>?> MatchTokensAsync(long first, long second, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var (mine, theirs) = (await _tokens.GetAsync(context, first, token), await _tokens.GetAsync(context, second, token));
            if (mine.Rows.Count == theirs.Rows.Count && mine.Rows.Zip(theirs.Rows).All(rows => rows.First.Id == rows.Second.Id && rows.First.Display == rows.Second.Display))
            {
                return null;
            }

            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var row in mine.Rows)
            {
                ids.TryAdd(row.Display, row.Id);
            }

            return theirs.Rows.Where(row => ids.ContainsKey(row.Display)).ToDictionary(row => row.Id, row => ids[row.Display]);
        },
        cancellationToken);

    private sealed record Measured(PairDifference Difference, bool IsByArea, bool AllBeforeDifference);

    /// <summary>Alignments by layouts. Most pairs share theirs with the one before: the same prompts on a picture of the same size.</summary>
    private sealed class Alignments
    {
        private byte[] _first = [];
        private byte[] _second = [];
        private PatchAlignment? _alignment;

        public PatchAlignment Of(byte[] first, byte[] second)
        {
            if (_alignment is null || !first.AsSpan().SequenceEqual(_first) || !second.AsSpan().SequenceEqual(_second))
            {
                (_first, _second, _alignment) = (first, second, PatchAlignment.Of(AnalysisLayoutCodec.Unpack(first), AnalysisLayoutCodec.Unpack(second)));
            }

            return _alignment;
        }
    }
}
