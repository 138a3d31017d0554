using System.Runtime.CompilerServices;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Prefixes;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Readings, as packed by <see cref="ReadingCodec"/>: whole, or the summaries that maps need first and the rests that go with them.</summary>
public sealed class ReadingStore
{
    private readonly DatabaseReader _reader;

    internal ReadingStore(DatabaseReader reader) => _reader = reader;

    /// <summary>The whole packed layers of the analysis' current attempt in the order they were committed (prompt layers ascending, then answer layers), from the <paramref name="skip"/>-th on.</summary>
    public async Task<IReadOnlyList<byte[]>> ReadAsync(AnalysisId id, int skip, CancellationToken cancellationToken) =>
        (await ReadCurrentAsync(id, skip, ReadingPart.Whole, cancellationToken))?.Packed ?? [];

    /// <summary>The same with the attempt they belong to, its state and how many there are, all of one moment; null if the analysis is unknown.</summary>
    /// <param name="part">Whole layers, or one of the two parts of each.</param>
    public Task<AttemptReadings?> ReadCurrentAsync(AnalysisId id, int skip, ReadingPart part, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        return _reader.ReadAsync(
            async (context, token) =>
            {
                var analysis = await context.Analyses
                    .Where(a => a.Id == id.Value)
                    .Select(a => new { a.Attempt, a.State, Total = a.Readings.Count(r => r.Attempt == a.Attempt) })
                    .SingleOrDefaultAsync(token);
                if (analysis is null)
                {
                    return null;
                }

                IReadOnlyList<byte[]> packed = skip >= analysis.Total ? [] : part switch
                {
                    ReadingPart.Rest => await RestsAsync(context, id, analysis.Attempt, skip, token),
                    ReadingPart.Summary => [.. (await SummariesAsync(context, id, analysis.Attempt, analysis.State, token)).Skip(skip).Select(s => s.ToArray())],
                    _ => Join(
                        (await SummariesAsync(context, id, analysis.Attempt, analysis.State, token)).Skip(skip),
                        await RestsAsync(context, id, analysis.Attempt, skip, token)),
                };
                return new AttemptReadings(analysis.Attempt, analysis.State, analysis.Total, packed);
            },
            cancellationToken);
    }

    /// <summary>One whole packed layer of the current attempt, or null.</summary>
    public Task<byte[]?> ReadLayerAsync(AnalysisId id, ReadingSegment segment, int layer, CancellationToken cancellationToken) =>
        ReadLayerAsync(id, segment, layer, ReadingPart.Whole, cancellationToken);

    /// <summary>One packed layer of the current attempt or a part of it, or null.</summary>
    public Task<byte[]?> ReadLayerAsync(AnalysisId id, ReadingSegment segment, int layer, ReadingPart part, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var analysis = await context.Analyses.Where(a => a.Id == id.Value).Select(a => new { a.Attempt, a.State }).SingleOrDefaultAsync(token);
            if (analysis is null)
            {
                return null;
            }

            var rest = await KeptReadings.RestAsync(context, id.Value, analysis.Attempt, segment, layer, token);
            if (rest is null || part == ReadingPart.Rest)
            {
                return rest;
            }

            var summary = analysis.State == AnalysisState.Done
                ? ReadingCodec.Cut((await KeptReadings.SummariesAsync(context, id.Value, token)).Single(s => s.Segment == segment).Packed)
                    .First(s => ReadingCodec.ReadLayer(s.Span) == layer)
                : await context.LayerSummaries
                    .Where(s => s.AnalysisId == id.Value && s.Attempt == analysis.Attempt && s.Segment == segment && s.Layer == layer)
                    .Select(s => s.Packed)
                    .SingleAsync(token);
            return part == ReadingPart.Summary ? summary.ToArray() : ReadingCodec.Join(summary.Span, rest);
        },
        cancellationToken);

    /// <summary>
    /// The whole layers of the current attempt unpacked, in the order they were committed, each read when it is asked for: a large analysis never lies in memory
    /// as a whole. Of a Done analysis they are of one moment, as it does not change any more.
    /// </summary>
    public async IAsyncEnumerable<LayerArrays> StreamLayersAsync(AnalysisId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var layers = await _reader.ReadAsync(
            async (context, token) =>
            {
                var attempt = await context.Analyses.Where(a => a.Id == id.Value).Select(a => (int?)a.Attempt).SingleOrDefaultAsync(token);
                return await context.Readings
                    .Where(r => r.AnalysisId == id.Value && r.Attempt == attempt)
                    .OrderBy(r => r.Segment)
                    .ThenBy(r => r.Layer)
                    .Select(r => new { r.Segment, r.Layer })
                    .ToListAsync(token);
            },
            cancellationToken);
        foreach (var layer in layers)
        {
            if (await ReadLayerAsync(id, layer.Segment, layer.Layer, cancellationToken) is { } packed)
            {
                yield return ReadingCodec.Unpack(packed);
            }
        }
    }

    /// <summary>All readings of a Done analysis, byte for byte as they were given; null if it is unknown or not Done.</summary>
    public Task<PackedReadings?> ReadPackedAsync(AnalysisId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var attempt = await context.Analyses
                .Where(a => a.Id == id.Value && a.State == AnalysisState.Done)
                .Select(a => (int?)a.Attempt)
                .SingleOrDefaultAsync(token);
            return attempt is null ? null : await ReadPackedAsync(context, id, attempt.Value, token);
        },
        cancellationToken);

    internal static async Task<PackedReadings> ReadPackedAsync(StorageContext context, AnalysisId id, int attempt, CancellationToken cancellationToken)
    {
        var summaries = await KeptReadings.SummariesAsync(context, id.Value, cancellationToken);
        return new PackedReadings(summaries, await KeptReadings.RestsAsync(context, id.Value, attempt, 0, cancellationToken));
    }

    private static async Task<List<byte[]>> RestsAsync(StorageContext context, AnalysisId id, int attempt, int skip, CancellationToken cancellationToken) =>
        (await KeptReadings.RestsAsync(context, id.Value, attempt, skip, cancellationToken)).ConvertAll(r => r.Packed);

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> SummariesAsync(
        StorageContext context, AnalysisId id, int attempt, AnalysisState state, CancellationToken cancellationToken)
    {
        if (state == AnalysisState.Done)
        {
            return [.. (await KeptReadings.SummariesAsync(context, id.Value, cancellationToken)).SelectMany(s => ReadingCodec.Cut(s.Packed))];
        }

        var layers = await context.LayerSummaries
            .Where(s => s.AnalysisId == id.Value && s.Attempt == attempt)
            .OrderBy(s => s.Segment)
            .ThenBy(s => s.Layer)
            .Select(s => s.Packed)
            .ToListAsync(cancellationToken);
        return layers.ConvertAll(packed => (ReadOnlyMemory<byte>)packed);
    }

    private static List<byte[]> Join(IEnumerable<ReadOnlyMemory<byte>> summaries, List<byte[]> rests) =>
        [.. summaries.Zip(rests, (summary, rest) => ReadingCodec.Join(summary.Span, rest))];
}
