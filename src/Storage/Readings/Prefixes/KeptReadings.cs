using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Readings.Prefixes;

/// <summary>Reads packed readings as they were given, whether an analysis keeps them alone or its first positions with others. Every reader of readings reads through here.</summary>
internal static class KeptReadings
{
    /// <summary>The rests of an attempt in the order of the primary key, which is the order of commits, from the <paramref name="skip"/>-th on.</summary>
    /// <exception cref="InvalidDataException">A prefix does not fit.</exception>
    public static async Task<List<PackedRest>> RestsAsync(StorageContext context, long analysis, int attempt, int skip, CancellationToken cancellationToken)
    {
        var own = await context.Readings
            .Where(r => r.AnalysisId == analysis && r.Attempt == attempt)
            .OrderBy(r => r.Segment)
            .ThenBy(r => r.Layer)
            .Skip(skip)
            .Select(r => new { Rest = new PackedRest(r.Segment, r.Layer, r.Packed), r.Analysis!.PrefixId })
            .ToListAsync(cancellationToken);
        if (own.Find(r => r.PrefixId is not null && LacksStart(r.Rest)) is not { } first)
        {
            return own.ConvertAll(r => r.Rest);
        }

        var starts = await context.PrefixReadings
            .Where(r => r.PrefixId == first.PrefixId && r.Layer >= first.Rest.Layer)
            .ToDictionaryAsync(r => r.Layer, r => r.Packed, cancellationToken);
        return own.ConvertAll(r => Join(r.Rest, starts));
    }

    /// <summary>The rest of one layer, or null.</summary>
    /// <exception cref="InvalidDataException">A prefix does not fit.</exception>
    public static async Task<byte[]?> RestAsync(StorageContext context, long analysis, int attempt, ReadingSegment segment, int layer, CancellationToken cancellationToken)
    {
        var own = await context.Readings
            .Where(r => r.AnalysisId == analysis && r.Attempt == attempt && r.Segment == segment && r.Layer == layer)
            .Select(r => new { Rest = new PackedRest(r.Segment, r.Layer, r.Packed), r.Analysis!.PrefixId })
            .SingleOrDefaultAsync(cancellationToken);
        if (own?.PrefixId is not { } prefix || !LacksStart(own.Rest))
        {
            return own?.Rest.Packed;
        }

        var start = await context.PrefixReadings.Where(r => r.PrefixId == prefix && r.Layer == layer).Select(r => r.Packed).SingleOrDefaultAsync(cancellationToken);
        return PrefixParts.Join(start ?? throw Missing(layer), own.Rest.Packed);
    }

    /// <summary>A Done analysis' summaries by segment.</summary>
    /// <exception cref="InvalidDataException">A prefix does not fit.</exception>
    public static async Task<List<PackedSummary>> SummariesAsync(StorageContext context, long analysis, CancellationToken cancellationToken) =>
        [.. (await SummariesAsync(context, [analysis], cancellationToken))[analysis]];

    /// <summary>The same of several analyses. A prefix they share is read once.</summary>
    /// <exception cref="InvalidDataException">A prefix does not fit.</exception>
    public static async Task<ILookup<long, PackedSummary>> SummariesAsync(StorageContext context, long[] analyses, CancellationToken cancellationToken)
    {
        var own = await context.Summaries
            .Where(s => analyses.Contains(s.AnalysisId))
            .OrderBy(s => s.Segment)
            .Select(s => new { s.AnalysisId, Summary = new PackedSummary(s.Segment, s.Packed), s.Analysis!.PrefixId })
            .ToListAsync(cancellationToken);
        var prefixes = own.Select(s => s.PrefixId).OfType<long>().Distinct().ToArray();
        var starts = prefixes.Length == 0 ? [] : (await context.PrefixSummaries.Where(s => prefixes.Contains(s.PrefixId)).ToListAsync(cancellationToken))
            .ToDictionary(s => s.PrefixId, s => ReadingCodec.Cut(s.Packed).ToDictionary(layer => ReadingCodec.ReadLayer(layer.Span)));
        return own.ToLookup(
            s => s.AnalysisId,
            s => s.PrefixId is { } prefix && s.Summary.Segment == ReadingSegment.Prompt ? Join(s.Summary, starts.GetValueOrDefault(prefix) ?? []) : s.Summary);
    }

    /// <summary>The rests of several Done analyses by segment and layer. A prefix they share is read once.</summary>
    /// <exception cref="InvalidDataException">A prefix does not fit.</exception>
    public static async Task<ILookup<long, PackedRest>> RestsAsync(StorageContext context, long[] analyses, CancellationToken cancellationToken)
    {
        var own = await context.Readings
            .Where(r => analyses.Contains(r.AnalysisId))
            .OrderBy(r => r.Segment)
            .ThenBy(r => r.Layer)
            .Select(r => new { r.AnalysisId, Rest = new PackedRest(r.Segment, r.Layer, r.Packed), r.Analysis!.PrefixId })
            .ToListAsync(cancellationToken);
        var prefixes = own.Select(r => r.PrefixId).OfType<long>().Distinct().ToArray();
        var starts = prefixes.Length == 0 ? [] : (await context.PrefixReadings.Where(r => prefixes.Contains(r.PrefixId)).ToListAsync(cancellationToken))
            .GroupBy(r => r.PrefixId)
            .ToDictionary(g => g.Key, g => g.ToDictionary(r => r.Layer, r => r.Packed));
        return own.ToLookup(r => r.AnalysisId, r => r.PrefixId is { } prefix ? Join(r.Rest, starts.GetValueOrDefault(prefix) ?? []) : r.Rest);
    }

    private static bool LacksStart(PackedRest rest) => rest.Segment == ReadingSegment.Prompt && PrefixParts.LacksStart(rest.Packed);

    private static PackedRest Join(PackedRest own, Dictionary<int, byte[]> starts) => LacksStart(own)
        ? own with { Packed = PrefixParts.Join(starts.GetValueOrDefault(own.Layer) ?? throw Missing(own.Layer), own.Packed) }
        : own;

    private static PackedSummary Join(PackedSummary own, Dictionary<int, ReadOnlyMemory<byte>> starts) => own with
    {
        Packed = PackedReadings.Concatenate([.. ReadingCodec.Cut(own.Packed).Select(layer =>
        {
            if (!PrefixParts.LacksStart(layer.Span))
            {
                return layer.ToArray();
            }

            var number = ReadingCodec.ReadLayer(layer.Span);
            return PrefixParts.Join(starts.TryGetValue(number, out var start) ? start.Span : throw Missing(number), layer.Span);
        })]),
    };

    private static InvalidDataException Missing(int layer) => new($"What it shares with other analyses of layer {layer} is missing.");
}
