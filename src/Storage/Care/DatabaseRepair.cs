using System.Globalization;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care;

/// <summary>Puts right what a check found and what can be made good from the data itself.</summary>
public sealed class DatabaseRepair
{
    private readonly DatabaseWriter _writer;

    internal DatabaseRepair(DatabaseWriter writer) => _writer = writer;

    /// <summary>Deletes what belongs to nothing. What is Done, and what is being computed, is not touched.</summary>
    /// <returns>What was done, a sentence each; empty if there was nothing to do.</returns>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<IReadOnlyList<string>> RepairAsync(CancellationToken cancellationToken) => _writer.WriteAsync<IReadOnlyList<string>>(
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
