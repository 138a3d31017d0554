using System.Globalization;
using System.Runtime.CompilerServices;
using LogitLens.Storage.Care.Checks;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings.Digests;
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

    /// <summary>Deletes what belongs to nothing, and makes token indexes and statistics that are not right anew. Readings are not touched.</summary>
    /// <remarks>A run is made anew in one transaction: whoever writes waits meanwhile, about 20 ms for an analysis of 593 positions.</remarks>
    /// <returns>What was done, a sentence each; empty if there was nothing to do.</returns>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<IReadOnlyList<string>> RepairAsync(CancellationToken cancellationToken)
    {
        var done = new List<string>(await DeleteLeftoversAsync(cancellationToken));
        var broken = await _check.FindBrokenRunsAsync(cancellationToken);
        foreach (var run in broken.Indexes)
        {
            done.Add($"The token index of the run {await WriteAsync(run, IndexAnewAsync)} was made anew.");
        }

        foreach (var run in broken.Totals)
        {
            done.Add($"The token totals of the run {await WriteAsync(run, TokenIndex.SumAnewAsync)} were summed anew.");
        }

        foreach (var run in broken.Statistics)
        {
            done.Add($"The statistics of the run {await WriteAsync(run, StatisticsAnewAsync)} were made anew.");
        }

        return done;

        Task<string> WriteAsync(long run, Func<StorageContext, long, CancellationToken, Task> write) => _writer.WriteAsync(
            async (context, token) =>
            {
                await write(context, run, token);
                return $"\"{await context.Runs.Where(r => r.Number == run).Select(r => r.Name).SingleAsync(token)}\"";
            },
            cancellationToken);
    }

    private static async Task IndexAnewAsync(StorageContext context, long run, CancellationToken cancellationToken)
    {
        await TokenIndex.DropTotalsAsync(context, run, cancellationToken);
        while (await TokenIndex.DeleteSomeAsync(context, run, cancellationToken))
        {
        }

        await foreach (var source in SourcesAsync(context, run, cancellationToken))
        {
            if (source is not null)
            {
                await TokenIndex.AddAsync(context, run, source.Analysis, TokenIndexer.Find(source), cancellationToken);
            }
        }
    }

    private static Task StatisticsAnewAsync(StorageContext context, long run, CancellationToken cancellationToken) =>
        StatisticsCheck.RepairAsync(context, run, SourcesAsync(context, run, cancellationToken), cancellationToken);

    private static async IAsyncEnumerable<DigestSource?> SourcesAsync(StorageContext context, long run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tables = new TokenTableCache();
        foreach (var id in await IndexCheck.DoneOf(context, run).Select(a => a.Id).ToListAsync(cancellationToken))
        {
            yield return await IndexCheck.SourceAsync(context, id, tables, cancellationToken);
        }
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
            var prefixes = await context.Prefixes.Where(p => p.Analyses.Count == 0).ExecuteDeleteAsync(token);
            Add(readings, "readings that belonged to nothing were deleted.");
            Add(summaries, "layer summaries that belonged to nothing were deleted.");
            Add(layouts, "layouts that belonged to nothing were deleted.");
            Add(prefixes, "prefixes that no analysis shares were deleted.");
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
