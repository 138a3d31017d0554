using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics.Aggregates;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>Adds up what was summed beforehand.</summary>
internal static class SumReader
{
    /// <summary>A run's aggregate: its sum and its unsummed analyses; returns how many analyses that is.</summary>
    public static async Task<int> AddRunAsync(StorageContext context, long runNumber, Aggregate sum, CancellationToken cancellationToken)
    {
        var analyses = 0;
        if (await context.RunAggregates.Where(r => r.RunNumber == runNumber).Select(r => new { r.Analyses, r.Packed }).SingleOrDefaultAsync(cancellationToken) is { } kept)
        {
            AggregateCodec.AddTo(sum, kept.Packed);
            analyses = kept.Analyses;
        }

        return analyses + await AddAnalysesAsync(context, await UnsummedAsync(context, runNumber, cancellationToken), sum, cancellationToken);
    }

    /// <summary>The aggregates of single analyses; returns how many there were.</summary>
    public static async Task<int> AddAnalysesAsync(StorageContext context, IReadOnlyList<long> ids, Aggregate sum, CancellationToken cancellationToken)
    {
        var found = 0;
        foreach (var chunk in ids.Chunk(Chunks.Ids))
        {
            foreach (var packed in await context.AnalysisAggregates.Where(a => chunk.Contains(a.AnalysisId)).Select(a => a.Packed).ToListAsync(cancellationToken))
            {
                AggregateCodec.AddTo(sum, packed);
                found++;
            }
        }

        return found;
    }

    /// <summary>A run's tallies but for its unsummed analyses; returns how many analyses that is.</summary>
    public static async Task<int> AddTalliesAsync(StorageContext context, long runNumber, Tally sum, CancellationToken cancellationToken)
    {
        await foreach (var layer in context.RunTallies.Where(r => r.RunNumber == runNumber).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            LayerTallyCodec.AddTo(sum.At(layer.Layer), layer.Packed);
        }

        return await context.RunAggregates.Where(r => r.RunNumber == runNumber).Select(r => r.Analyses).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>The analyses a run's sums lack.</summary>
    public static Task<List<long>> UnsummedAsync(StorageContext context, long runNumber, CancellationToken cancellationToken) =>
        context.UnsummedAnalyses.Where(u => u.RunNumber == runNumber).Select(u => u.AnalysisId).ToListAsync(cancellationToken);
}
