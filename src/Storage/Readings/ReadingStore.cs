using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Readings, as packed by <see cref="ReadingCodec"/>.</summary>
public sealed class ReadingStore
{
    private readonly DatabaseReader _reader;

    internal ReadingStore(DatabaseReader reader) => _reader = reader;

    /// <summary>The packed layers of the analysis' current attempt in the order they were committed (prompt layers ascending, then answer layers), from the <paramref name="skip"/>-th on.</summary>
    public async Task<IReadOnlyList<byte[]>> ReadAsync(AnalysisId id, int skip, CancellationToken cancellationToken) =>
        (await ReadCurrentAsync(id, skip, cancellationToken))?.Packed ?? [];

    /// <summary>The same with the attempt they belong to, its state and how many there are, all of one moment; null if the analysis is unknown.</summary>
    public Task<AttemptReadings?> ReadCurrentAsync(AnalysisId id, int skip, CancellationToken cancellationToken)
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

                // In the order of the primary key, which is the order of commits.
                var packed = await context.Readings
                    .Where(r => r.AnalysisId == id.Value && r.Attempt == analysis.Attempt)
                    .OrderBy(r => r.Segment)
                    .ThenBy(r => r.Layer)
                    .Skip(skip)
                    .Select(r => r.Packed)
                    .ToListAsync(token);
                return new AttemptReadings(analysis.Attempt, analysis.State, analysis.Total, packed);
            },
            cancellationToken);
    }

    /// <summary>One packed layer, or null.</summary>
    public Task<byte[]?> ReadLayerAsync(AnalysisId id, ReadingSegment segment, int layer, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var attempt = await context.Analyses.Where(a => a.Id == id.Value).Select(a => a.Attempt).SingleOrDefaultAsync(token);
            return await context.Readings
                .Where(r => r.AnalysisId == id.Value && r.Attempt == attempt && r.Segment == segment && r.Layer == layer)
                .Select(r => r.Packed)
                .SingleOrDefaultAsync(token);
        },
        cancellationToken);
}
