using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Readings.Prefixes;

/// <summary>Takes what an analysis was given apart into the prefix's part and its own.</summary>
/// <remarks>
/// An analysis' own part says by its first position what it lacks: 0 and it is whole, the prefix's length and the prefix has the rest. Each layer is shared by
/// itself, and only where the bytes are equal: what differs stays whole with its analysis, so that nothing but what was given is ever read back.
/// </remarks>
internal static class PrefixParts
{
    /// <summary>Whether a packed part of the prompt segment begins behind a prefix.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a packed reading.</exception>
    public static bool LacksStart(ReadOnlySpan<byte> own) => ReadingCodec.ReadPositions(own).First > 0;

    /// <summary>Puts a prefix's part and an analysis' own together: the bytes it was given.</summary>
    /// <remarks>Of a rest that was let go for this analysis, the prefix may still have the ranks for another.</remarks>
    /// <exception cref="InvalidDataException">They do not belong together.</exception>
    public static byte[] Join(ReadOnlySpan<byte> start, ReadOnlySpan<byte> own) =>
        ReadingCodec.IsWithoutRanks(own) && !ReadingCodec.IsWithoutRanks(start)
            ? ReadingCodec.JoinPositions(ReadingCodec.WithoutRanks(start), own)
            : ReadingCodec.JoinPositions(start, own);

    /// <summary>Keeps a rest's start with the prefix, if it is not there already.</summary>
    /// <returns>What the analysis has to keep itself.</returns>
    public static async Task<byte[]> PutRestAsync(StorageContext context, PrefixEntity prefix, int layer, byte[] rest, CancellationToken cancellationToken)
    {
        if (!CanSplit(rest, prefix.Positions))
        {
            return rest;
        }

        var (start, own) = ReadingCodec.SplitPositions(rest, prefix.Positions);
        var known = await context.PrefixReadings.Where(r => r.PrefixId == prefix.Id && r.Layer == layer).Select(r => r.Packed).SingleOrDefaultAsync(cancellationToken);
        if (known is null)
        {
            context.PrefixReadings.Add(new PrefixReadingEntity { PrefixId = prefix.Id, Layer = layer, Packed = start });
            return own;
        }

        return IsSame(known, start) ? own : rest;
    }

    /// <summary>The same of all summaries of the prompt segment.</summary>
    /// <returns>What the analysis has to keep itself, one after another.</returns>
    public static async Task<byte[]> PutSummaryAsync(StorageContext context, PrefixEntity prefix, byte[] summaries, CancellationToken cancellationToken)
    {
        var layers = ReadingCodec.Cut(summaries);
        var parts = layers.Select(layer => CanSplit(layer.Span, prefix.Positions) ? ReadingCodec.SplitPositions(layer.Span, prefix.Positions) : (Start: null, End: layer.ToArray())).ToList();
        var known = await context.PrefixSummaries.Where(s => s.PrefixId == prefix.Id).Select(s => s.Packed).SingleOrDefaultAsync(cancellationToken);
        if (known is null)
        {
            if (parts.Select(part => part.Start).OfType<byte[]>().ToList() is { Count: > 0 } starts)
            {
                context.PrefixSummaries.Add(new PrefixSummaryEntity { PrefixId = prefix.Id, Packed = PackedReadings.Concatenate(starts) });
            }

            return PackedReadings.Concatenate([.. parts.Select(part => part.End)]);
        }

        var there = ReadingCodec.Cut(known).ToDictionary(layer => ReadingCodec.ReadLayer(layer.Span));
        return PackedReadings.Concatenate([.. parts.Select((part, place) =>
            part.Start is not null && there.TryGetValue(ReadingCodec.ReadLayer(part.Start), out var start) && start.Span.SequenceEqual(part.Start)
                ? part.End
                : layers[place].ToArray())]);
    }

    /// <summary>
    /// The prefix for an analysis that comes from elsewhere, where it shared its first positions: the newest one on the same picture in the same run, if it
    /// holds the same bytes throughout, or else a new one.
    /// </summary>
    public static async Task<PrefixEntity> FindOrAddAsync(
        StorageContext context, AnalysisId id, int positions, PackedReadings readings, CancellationToken cancellationToken)
    {
        var here = await context.Analyses.Where(a => a.Id == id.Value).Select(a => new { a.ImageId, a.RunNumber }).SingleAsync(cancellationToken);
        var newest = await context.Analyses
            .Where(a => a.ImageId == here.ImageId && a.State == AnalysisState.Done && a.RunNumber == here.RunNumber && a.Prefix!.Positions == positions)
            .OrderByDescending(a => a.PrefixId)
            .Select(a => a.Prefix)
            .FirstOrDefaultAsync(cancellationToken);
        return newest is not null && await HoldsAsync(context, newest, readings, cancellationToken) ? newest : await AddAsync(context, positions, cancellationToken);
    }

    /// <summary>A new one, which nothing refers to yet.</summary>
    public static async Task<PrefixEntity> AddAsync(StorageContext context, int positions, CancellationToken cancellationToken)
    {
        var prefix = new PrefixEntity { Positions = positions };
        context.Prefixes.Add(prefix);
        await context.SaveChangesAsync(cancellationToken);
        return prefix;
    }

    private static async Task<bool> HoldsAsync(StorageContext context, PrefixEntity prefix, PackedReadings readings, CancellationToken cancellationToken)
    {
        var rests = await context.PrefixReadings.Where(r => r.PrefixId == prefix.Id).ToDictionaryAsync(r => r.Layer, r => r.Packed, cancellationToken);
        var summaries = await context.PrefixSummaries.Where(s => s.PrefixId == prefix.Id).Select(s => s.Packed).SingleOrDefaultAsync(cancellationToken);
        var given = readings.Summaries.Single(s => s.Segment == ReadingSegment.Prompt).Packed;
        return summaries is not null
            && readings.Rests.Where(r => r.Segment == ReadingSegment.Prompt).All(r =>
                CanSplit(r.Packed, prefix.Positions) && rests.TryGetValue(r.Layer, out var known) && IsSame(known, ReadingCodec.SplitPositions(r.Packed, prefix.Positions).Start))
            && ReadingCodec.Cut(given).All(layer => CanSplit(layer.Span, prefix.Positions))
            && PackedReadings.Concatenate([.. ReadingCodec.Cut(given).Select(layer => ReadingCodec.SplitPositions(layer.Span, prefix.Positions).Start)]).AsSpan().SequenceEqual(summaries);
    }

    private static bool CanSplit(ReadOnlySpan<byte> packed, int positions) => ReadingCodec.ReadPositions(packed) is (0, var count) && count > positions;

    /// <summary>A rest that was let go before it came here is the same one without its ranks.</summary>
    private static bool IsSame(byte[] known, byte[] start) =>
        known.AsSpan().SequenceEqual(start) || (ReadingCodec.IsWithoutRanks(start) && ReadingCodec.WithoutRanks(known).AsSpan().SequenceEqual(start));
}
