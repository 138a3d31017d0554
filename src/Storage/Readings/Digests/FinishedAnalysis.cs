using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
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
        StorageContext context, AnalysisId id, AnalysisLayout layout, PackedReadings readings, TokenTableCache tokens, CancellationToken cancellationToken)
    {
        var checkpoint = await context.Analyses.Where(a => a.Id == id.Value).Select(a => a.Run!.CheckpointId).SingleAsync(cancellationToken);
        await WriteAsync(context, id, layout, readings, await tokens.GetAsync(context, checkpoint, cancellationToken), cancellationToken);
    }

    /// <summary>The same with a token table at hand: one that grows in this transaction must not be kept in memory before it is committed.</summary>
    /// <exception cref="InvalidOperationException">A layer that the run asks for is missing.</exception>
    public static async Task WriteAsync(
        StorageContext context, AnalysisId id, AnalysisLayout layout, PackedReadings readings, TokenTable tokens, CancellationToken cancellationToken)
    {
        context.AnalysisLayouts.Add(new AnalysisLayoutEntity { AnalysisId = id.Value, Packed = AnalysisLayoutCodec.Pack(layout) });
        await context.SaveChangesAsync(cancellationToken);
        var facts = await AnalysisFacts.ReadAsync(context, id, cancellationToken) ?? throw new InvalidOperationException($"Analysis {id} has no row yet.");
        facts.RequireWhole(readings.Rests);
        var digest = AnalysisDigest.Of(facts.ToSource(layout, readings, tokens));
        context.Summaries.AddRange(readings.Summaries.Select(s => new SummaryEntity { AnalysisId = id.Value, Segment = s.Segment, Packed = s.Packed }));
        context.Readings.AddRange(readings.Rests.Select(
            r => new ReadingEntity { AnalysisId = id.Value, Attempt = facts.Attempt, Segment = r.Segment, Layer = r.Layer, Packed = r.Packed }));
        await context.SaveChangesAsync(cancellationToken);
        await digest.WriteAsync(context, cancellationToken);
    }
}
