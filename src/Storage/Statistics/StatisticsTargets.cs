using System.Security.Cryptography;
using System.Text;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Statistics;

/// <summary>The Done analyses that a scope is about, at one moment.</summary>
/// <param name="Runs">The runs with how many of their Done analyses are meant, by number.</param>
internal sealed record StatisticsTargets(IReadOnlyList<StatisticsTargets.Run> Runs)
{
    /// <exception cref="ArgumentException">The tokens asked for fit so many that the index is not searched.</exception>
    public static async Task<StatisticsTargets> FindAsync(StorageContext context, TokenTableCache tokens, AnalysisFilter scope, CancellationToken cancellationToken)
    {
        if (scope.IsOfWholeRuns)
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

            var counted = await runs
                .Select(r => new { r.Number, r.CheckpointId, Done = r.Analyses.Count(a => a.State == AnalysisState.Done) })
                .OrderBy(r => r.Number)
                .ToListAsync(cancellationToken);
            return new StatisticsTargets([.. counted.Where(r => r.Done > 0).Select(r => new Run(r.Number, r.CheckpointId, r.Done, null))]);
        }

        var chosen = await AnalysesAsync(context, tokens, scope, cancellationToken);
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

    private static async Task<List<Chosen>> AnalysesAsync(StorageContext context, TokenTableCache tokens, AnalysisFilter scope, CancellationToken cancellationToken)
    {
        if (scope.State is not (null or AnalysisState.Done))
        {
            return [];
        }

        var analyses = await FilteredAnalyses.Where(context, scope)
            .Where(a => a.State == AnalysisState.Done)
            .Select(a => new Chosen(a.Id, a.RunNumber, a.Run!.CheckpointId))
            .ToListAsync(cancellationToken);
        if (scope.Token is not { } wanted)
        {
            return analyses;
        }

        var (found, refusal) = await TokenSearch.FindAsync(context, tokens, wanted.Ids, wanted.Text, wanted.Match, wanted.Within(scope), cancellationToken);
        return refusal is null ? analyses.FindAll(a => found.ContainsKey(a.Id)) : throw new ArgumentException(refusal);
    }

    /// <param name="Done">How many are meant.</param>
    /// <param name="Analyses">Which, ascending; null for all of the run.</param>
    internal sealed record Run(long Number, long Checkpoint, int Done, long[]? Analyses);

    private sealed record Chosen(long Id, long RunNumber, long CheckpointId);
}
