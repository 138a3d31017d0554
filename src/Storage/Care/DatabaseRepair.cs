using System.Globalization;
using LogitLens.Storage.Care.Checks;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care;

/// <summary>Puts right what a check found and what can be made good from the data itself.</summary>
public sealed class DatabaseRepair
{
    private readonly DatabaseWriter _writer;

    private readonly DatabaseCheck _check;

    internal DatabaseRepair(DatabaseWriter writer, DatabaseCheck check)
    {
        _writer = writer;
        _check = check;
    }

    /// <summary>Deletes what belongs to nothing, and makes token indexes that are not right anew. Readings are not touched.</summary>
    /// <remarks>A run's index is made in one transaction: whoever writes waits meanwhile, about 20 ms for an analysis of 593 positions.</remarks>
    /// <returns>What was done, a sentence each; empty if there was nothing to do.</returns>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<IReadOnlyList<string>> RepairAsync(CancellationToken cancellationToken)
    {
        var done = new List<string>(await DeleteLeftoversAsync(cancellationToken));
        foreach (var run in await _check.FindBrokenIndexesAsync(cancellationToken))
        {
            done.Add(await _writer.WriteAsync((context, token) => IndexAnewAsync(context, run, token), cancellationToken));
        }

        return done;
    }

    private static async Task<string> IndexAnewAsync(StorageContext context, long run, CancellationToken cancellationToken)
    {
        await TokenIndex.DropTotalsAsync(context, run, cancellationToken);
        while (await TokenIndex.DeleteSomeAsync(context, run, cancellationToken))
        {
        }

        var tables = new TokenTableCache();
        var analyses = await context.Analyses.Where(a => a.RunNumber == run && a.State == AnalysisState.Done).OrderBy(a => a.Ordinal).Select(a => a.Id).ToListAsync(cancellationToken);
        foreach (var id in analyses)
        {
            if (await IndexCheck.SourceAsync(context, id, tables, cancellationToken) is { } source)
            {
                await TokenIndex.AddAsync(context, run, source.Analysis, TokenIndexer.Find(source), cancellationToken);
            }
        }

        var name = await context.Runs.Where(r => r.Number == run).Select(r => r.Name).SingleAsync(cancellationToken);
        return $"The token index of the run \"{name}\" was made anew.";
    }

    private Task<IReadOnlyList<string>> DeleteLeftoversAsync(CancellationToken cancellationToken) => _writer.WriteAsync<IReadOnlyList<string>>(
        async (context, token) =>
        {
            var done = new List<string>();
            var readings = await context.Readings
                .Where(r => r.Attempt != r.Analysis!.Attempt || (r.Analysis.State != AnalysisState.Done && r.Analysis.State != AnalysisState.Running))
                .ExecuteDeleteAsync(token);
            var summaries = await context.LayerSummaries.Where(s => s.Attempt != s.Analysis!.Attempt || s.Analysis.State != AnalysisState.Running).ExecuteDeleteAsync(token);
            var layouts = await context.AnalysisLayouts
                .Where(l => l.Analysis!.State != AnalysisState.Done && l.Analysis.State != AnalysisState.Running)
                .ExecuteDeleteAsync(token);
            Add(readings, "readings that belonged to nothing were deleted.");
            Add(summaries, "layer summaries that belonged to nothing were deleted.");
            Add(layouts, "layouts that belonged to nothing were deleted.");
            return done;

            void Add(int count, string what)
            {
                if (count > 0)
                {
                    done.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}"));
                }
            }
        },
        cancellationToken);
}
