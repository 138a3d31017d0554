using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Readings.Prefixes;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>An analysis that comes finished, from a file and not from the engine: everything <see cref="AnalysisQueue.CompleteAsync"/> leaves behind, at once.</summary>
internal static class FinishedAnalysis
{
    /// <summary>Writes layout, readings and digest of an analysis whose row was added, as Done and with an attempt, in this transaction.</summary>
    /// <exception cref="InvalidOperationException">A layer that the run asks for is missing.</exception>
    public static async Task WriteAsync(
        StorageContext context, AnalysisId id, AnalysisLayout layout, PackedReadings readings, TokenTableCache tokens, CancellationToken cancellationToken, int shared = 0)
    {
        var checkpoint = await context.Analyses.Where(a => a.Id == id.Value).Select(a => a.Run!.CheckpointId).SingleAsync(cancellationToken);
        await WriteAsync(context, id, layout, readings, await tokens.GetAsync(context, checkpoint, cancellationToken), cancellationToken, shared);
    }

    /// <summary>The same with a token table at hand: one that grows in this transaction must not be kept in memory before it is committed.</summary>
    /// <param name="shared">So many first positions were kept together with others where it comes from: here they are too, if they hold the same bytes. 0 for none.</param>
    /// <exception cref="InvalidOperationException">A layer that the run asks for is missing.</exception>
    public static async Task WriteAsync(
        StorageContext context, AnalysisId id, AnalysisLayout layout, PackedReadings readings, TokenTable tokens, CancellationToken cancellationToken, int shared = 0)
    {
        context.AnalysisLayouts.Add(new AnalysisLayoutEntity { AnalysisId = id.Value, Packed = AnalysisLayoutCodec.Pack(layout) });
        await context.SaveChangesAsync(cancellationToken);
        var facts = await AnalysisFacts.ReadAsync(context, id, cancellationToken) ?? throw new InvalidOperationException($"Analysis {id} has no row yet.");
        facts.RequireWhole(readings.Rests);
        var digest = AnalysisDigest.Of(facts.ToSource(layout, readings, tokens));
        var prefix = shared > 0 ? await PrefixParts.FindOrAddAsync(context, id, shared, readings, cancellationToken) : null;
        if (prefix is not null)
        {
            await context.Analyses.Where(a => a.Id == id.Value).ExecuteUpdateAsync(a => a.SetProperty(x => x.PrefixId, prefix.Id), cancellationToken);
        }

        foreach (var summary in readings.Summaries)
        {
            var own = summary.Segment == ReadingSegment.Prompt && prefix is not null
                ? await PrefixParts.PutSummaryAsync(context, prefix, summary.Packed, cancellationToken)
                : summary.Packed;
            context.Summaries.Add(new SummaryEntity { AnalysisId = id.Value, Segment = summary.Segment, Packed = own });
        }

        foreach (var rest in readings.Rests)
        {
            var own = rest.Segment == ReadingSegment.Prompt && prefix is not null
                ? await PrefixParts.PutRestAsync(context, prefix, rest.Layer, rest.Packed, cancellationToken)
                : rest.Packed;
            context.Readings.Add(new ReadingEntity { AnalysisId = id.Value, Attempt = facts.Attempt, Segment = rest.Segment, Layer = rest.Layer, Packed = own });
        }

        await context.SaveChangesAsync(cancellationToken);
        await digest.WriteAsync(context, cancellationToken);
    }
}
