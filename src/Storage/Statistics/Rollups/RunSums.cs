using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics.Aggregates;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>Keeps what is summed over a run's Done analyses, inside the transaction that makes one of them Done.</summary>
/// <remarks>
/// A run's tallies by token are megabytes; rewriting them for every analysis would write more than the analysis itself. So a Done analysis is put down as
/// <em>unsummed</em>, and the transaction that puts down the <see cref="MostUnsummed"/>-th adds them all. At any moment a run's statistics are its sums and what
/// its few unsummed analyses add, whose aggregates and summaries are at hand: nothing is ever approximate or late. (Table <c>UnsummedAnalyses</c>.)
/// </remarks>
internal static class RunSums
{
    /// <summary>So many unsummed analyses are added up: about 60 ms of the writer's time at LLaVA-1.5's size, a millisecond per analysis.</summary>
    public const int MostUnsummed = 64;

    /// <summary>Puts an analysis down, its summaries having been written before, and adds up when it is time.</summary>
    public static async Task AddAsync(
        StorageContext context, AnalysisId analysis, long runNumber, Aggregate aggregate, TokenFacts tokens, int finalLayer, CancellationToken cancellationToken)
    {
        context.AnalysisAggregates.Add(RowOf(analysis, aggregate));
        context.UnsummedAnalyses.Add(new UnsummedAnalysisEntity { AnalysisId = analysis.Value, RunNumber = runNumber });
        await context.SaveChangesAsync(cancellationToken);

        var unsummed = await context.UnsummedAnalyses.Where(u => u.RunNumber == runNumber).Select(u => u.AnalysisId).ToListAsync(cancellationToken);
        if (unsummed.Count >= MostUnsummed)
        {
            await SumAsync(context, runNumber, unsummed, tokens, finalLayer, cancellationToken);
        }
    }

    /// <summary>What is kept of an analysis.</summary>
    public static AnalysisAggregateEntity RowOf(AnalysisId analysis, Aggregate aggregate)
    {
        var patches = aggregate.Layers(PositionGroup.Patches).Values;
        return new AnalysisAggregateEntity
        {
            AnalysisId = analysis.Value,
            Patches = (int)patches.Sum(l => l.Best),
            FillerPatches = (int)patches.Sum(l => l.BestFiller),
            Packed = AggregateCodec.Pack(aggregate),
        };
    }

    /// <summary>A run that is being deleted has no sums: they cannot be taken back analysis by analysis.</summary>
    public static async Task ForgetAsync(StorageContext context, long runNumber, CancellationToken cancellationToken)
    {
        await context.RunAggregates.Where(r => r.RunNumber == runNumber).ExecuteDeleteAsync(cancellationToken);
        await context.RunTallies.Where(r => r.RunNumber == runNumber).ExecuteDeleteAsync(cancellationToken);
        await context.UnsummedAnalyses.Where(u => u.RunNumber == runNumber).ExecuteDeleteAsync(cancellationToken);
    }

    private static async Task SumAsync(
        StorageContext context, long runNumber, List<long> unsummed, TokenFacts tokens, int finalLayer, CancellationToken cancellationToken)
    {
        var known = await context.RunAggregates.Where(r => r.RunNumber == runNumber).Select(r => new { r.Analyses, r.Packed }).SingleOrDefaultAsync(cancellationToken);
        var sum = known is null ? new Aggregate() : AggregateCodec.Unpack(known.Packed);
        foreach (var packed in await context.AnalysisAggregates.Where(a => unsummed.Contains(a.AnalysisId)).Select(a => a.Packed).ToListAsync(cancellationToken))
        {
            AggregateCodec.AddTo(sum, packed);
        }

        var tally = new Tally();
        await SummaryScan.EachAsync(
            context, unsummed, finalLayer, false, readings => AggregateBuilder.Add(readings, tokens, StatisticsOptions.Default, null, tally), cancellationToken);
        foreach (var (layer, counts) in tally.Layers)
        {
            // One layer at a time: a run's tallies of all layers together would be a hundred megabytes of dictionaries.
            if (await context.RunTallies.Where(r => r.RunNumber == runNumber && r.Layer == layer).Select(r => r.Packed).SingleOrDefaultAsync(cancellationToken) is { } kept)
            {
                var both = new LayerTally();
                LayerTallyCodec.AddTo(both, kept);
                LayerTallyCodec.AddTo(both, LayerTallyCodec.Pack(counts));
                var more = LayerTallyCodec.Pack(both);
                await context.RunTallies.Where(r => r.RunNumber == runNumber && r.Layer == layer).ExecuteUpdateAsync(r => r.SetProperty(x => x.Packed, more), cancellationToken);
            }
            else
            {
                context.RunTallies.Add(new RunTallyEntity { RunNumber = runNumber, Layer = layer, Packed = LayerTallyCodec.Pack(counts) });
            }
        }

        var summed = AggregateCodec.Pack(sum);
        if (known is null)
        {
            context.RunAggregates.Add(new RunAggregateEntity { RunNumber = runNumber, Analyses = unsummed.Count, Packed = summed });
        }
        else
        {
            await context.RunAggregates
                .Where(r => r.RunNumber == runNumber)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.Packed, summed).SetProperty(x => x.Analyses, known.Analyses + unsummed.Count), cancellationToken);
        }

        await context.SaveChangesAsync(cancellationToken);
        await context.UnsummedAnalyses.Where(u => u.RunNumber == runNumber).ExecuteDeleteAsync(cancellationToken);
    }
}
