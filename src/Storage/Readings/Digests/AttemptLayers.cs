using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings.Prefixes;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>What an attempt has written, ready to be completed.</summary>
/// <param name="Summaries">Its layers' summaries, gathered by segment.</param>
internal sealed record AttemptLayers(DigestSource Source, IReadOnlyList<PackedSummary> Summaries)
{
    /// <summary>Reads a Running attempt; null if it is not Running any more.</summary>
    /// <exception cref="InvalidOperationException">A layer or the layout is missing.</exception>
    public static async Task<AttemptLayers?> ReadAsync(
        StorageContext context, AnalysisId id, int attempt, TokenTableCache tokens, CancellationToken cancellationToken)
    {
        if (await AnalysisFacts.ReadAsync(context, id, cancellationToken) is not { State: AnalysisState.Running } facts || facts.Attempt != attempt)
        {
            return null;
        }

        var rests = await KeptReadings.RestsAsync(context, id.Value, attempt, 0, cancellationToken);
        var layout = facts.RequireWhole(rests);
        var tops = await context.LayerSummaries
            .Where(s => s.AnalysisId == id.Value && s.Attempt == attempt)
            .OrderBy(s => s.Segment)
            .ThenBy(s => s.Layer)
            .Select(s => new { s.Segment, s.Packed })
            .ToListAsync(cancellationToken);
        var summaries = tops.GroupBy(s => s.Segment).Select(g => new PackedSummary(g.Key, PackedReadings.Concatenate([.. g.Select(s => s.Packed)]))).ToList();
        return new AttemptLayers(facts.ToSource(layout, new PackedReadings(summaries, rests), await tokens.GetAsync(context, facts.Checkpoint, cancellationToken)), summaries);
    }
}
