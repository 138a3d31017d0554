using System.Security.Cryptography;
using System.Text;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Statistics;

/// <summary>The Done analyses that a scope is about, at one moment.</summary>
/// <param name="Runs">The runs with how many of their Done analyses are meant, by number.</param>
internal sealed record StatisticsTargets(IReadOnlyList<StatisticsTargets.Run> Runs)
{
    public static async Task<StatisticsTargets> FindAsync(StorageContext context, StatisticsScope scope, CancellationToken cancellationToken)
    {
        var runs = context.Runs.Where(r => !r.Deleting);
        if (scope.Runs is not null)
        {
            var ids = scope.Runs.Select(r => r.Value).ToList();
            runs = runs.Where(r => ids.Contains(r.Id));
        }

        if (scope.Checkpoint is { } hash)
        {
            runs = runs.Where(r => r.Checkpoint!.Hash == hash);
        }

        if (scope.IsOfWholeRuns)
        {
            var counted = await runs
                .Select(r => new { r.Number, r.CheckpointId, Done = r.Analyses.Count(a => a.State == AnalysisState.Done) })
                .OrderBy(r => r.Number)
                .ToListAsync(cancellationToken);
            return new StatisticsTargets([.. counted.Where(r => r.Done > 0).Select(r => new Run(r.Number, r.CheckpointId, r.Done, null))]);
        }

        var chosen = await AnalysesAsync(context, runs, scope, cancellationToken);
        return new StatisticsTargets([.. chosen
            .GroupBy(a => (a.RunNumber, a.CheckpointId))
            .OrderBy(g => g.Key.RunNumber)
            .Select(g => new Run(g.Key.RunNumber, g.Key.CheckpointId, g.Count(), [.. g.Select(a => a.Id).Order()]))]);
    }

    /// <summary>Names the analyses meant: results never change once written, so equal keys have equal statistics.</summary>
    public string Key()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var run in Runs)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"{run.Number} {run.Done} {(run.Analyses is null ? "whole" : "")};"));
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(run.Analyses ?? []));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<List<Chosen>> AnalysesAsync(
        StorageContext context, IQueryable<RunEntity> runs, StatisticsScope scope, CancellationToken cancellationToken)
    {
        var analyses = runs.SelectMany(r => r.Analyses).Where(a => a.State == AnalysisState.Done);
        if (scope.ImageName is { Length: > 0 } name)
        {
            var key = NameKeys.Of(name);
            analyses = analyses.Where(a => a.Image!.NameKey.Contains(key));
        }

        if (scope.Prompt is { Length: > 0 } prompt)
        {
            analyses = analyses.Where(a => a.Prompt.Contains(prompt));
        }

        if (scope.FinishedFrom is { } from)
        {
            analyses = analyses.Where(a => a.FinishedAt >= from);
        }

        if (scope.FinishedUntil is { } until)
        {
            analyses = analyses.Where(a => a.FinishedAt < until);
        }

        if (scope.Analyses is null)
        {
            return await Select(analyses).ToListAsync(cancellationToken);
        }

        var found = new List<Chosen>();
        foreach (var chunk in scope.Analyses.Select(a => a.Value).Distinct().Chunk(Chunks.Ids))
        {
            found.AddRange(await Select(analyses.Where(a => chunk.Contains(a.Id))).ToListAsync(cancellationToken));
        }

        return found;
    }

    private static IQueryable<Chosen> Select(IQueryable<AnalysisEntity> analyses) => analyses.Select(a => new Chosen(a.Id, a.RunNumber, a.Run!.CheckpointId));

    /// <param name="Done">How many are meant.</param>
    /// <param name="Analyses">Which, ascending; null for all of the run.</param>
    internal sealed record Run(long Number, long Checkpoint, int Done, long[]? Analyses);

    private sealed record Chosen(long Id, long RunNumber, long CheckpointId);
}
