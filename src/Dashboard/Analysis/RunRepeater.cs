using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Runs that repeat another one with something added. Results never change once written, so what was not kept is computed in a new run.</summary>
public sealed class RunRepeater
{
    private const int PageSize = 500;

    private readonly RunStore _runs;
    private readonly RunCoordinator _coordinator;

    internal RunRepeater(RunStore runs, RunCoordinator coordinator)
    {
        _runs = runs;
        _coordinator = coordinator;
    }

    /// <summary>What it took to read an analysis' run, which is about to be read again with one more token tracked; null if none of it was done here yet.</summary>
    /// <param name="analysis">An analysis of the run.</param>
    /// <param name="token">The token's id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RefusedInputException">The run tracks the token already, or cannot be repeated.</exception>
    public Task<PastCost?> MeasureAsync(AnalysisDetail analysis, int token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        RequireRepeatable(analysis.Run, token);
        return _runs.FindPastCostAsync(analysis.Run.Id, cancellationToken);
    }

    /// <summary>Queues an analysis' whole run again with one more token tracked.</summary>
    /// <param name="analysis">An analysis of the run.</param>
    /// <param name="token">The token's id.</param>
    /// <param name="display">What people see of the token; it goes into the new run's name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The new run, and its analysis of the same item.</returns>
    /// <exception cref="RefusedInputException">The run tracks the token already, or cannot be repeated.</exception>
    public async Task<(RunId Run, AnalysisId Analysis)> StartTrackingAsync(AnalysisDetail analysis, int token, string display, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(display);
        var run = analysis.Run;
        RequireRepeatable(run, token);
        var items = new List<RequestedItem>(run.Counts.Total);
        for (var skip = 0; skip < run.Counts.Total; skip += PageSize)
        {
            var page = await _runs.ListAnalysesAsync(run.Id, null, skip, PageSize, cancellationToken);
            items.AddRange(page.Items.Select(row => new RequestedItem(row.Image, row.Prompt, row.TrueAnswer)));
        }

        var settings = run.Settings with { TrackedTokens = [.. run.Settings.TrackedTokens ?? [], token] };
        var repeated = await _coordinator.StartAsync(
            new RequestedRun(NameOf(run.Name, display), run.Checkpoint.Folder, analysis.Row.Prompt, settings, items), cancellationToken);
        var same = await _runs.ListAnalysesAsync(repeated, null, analysis.Row.Ordinal, 1, cancellationToken);
        return (repeated, same.Items[0].Id);
    }

    private static void RequireRepeatable(RunRow run, int token)
    {
        if (run.Settings.TrackedTokens?.Contains(token) is true)
        {
            throw new RefusedInputException("This run tracks that token already: where it is hatched, nothing was read.");
        }

        if (string.IsNullOrEmpty(run.Checkpoint.Folder))
        {
            throw new RefusedInputException("These results came from a file, and no checkpoint belongs to them: start a new run of the pictures with the checkpoint they were made with.");
        }
    }

    private static string NameOf(string name, string display)
    {
        const int MaxLength = 160;
        var kept = name.Length <= MaxLength ? name : string.Concat(name.AsSpan(0, MaxLength - 1), "…");
        return $"{kept} + {display.Trim()}";
    }
}
