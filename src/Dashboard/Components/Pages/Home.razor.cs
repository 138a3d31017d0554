using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>The newest runs with their pictures: on the first start, the demo filling up.</summary>
public sealed partial class Home
{
    private const int RunsShown = 4;
    private const int AnalysesShown = 12;
    private const int AnalysesShownOfOlder = 6;

    private Loader<Overview> _loader = default!;
    private string? _message;

    [Inject]
    private RunStore Store { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Overview>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => LoadAsync();

    /// <inheritdoc/>
    protected override bool ConcernsProgress(CurrentAnalysis? current) => _loader.Value is { Runs.Count: 0 };

    /// <inheritdoc/>
    protected override bool ConcernsRun(RunId run) => true;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync() => _loader.LoadAsync("The runs could not be read", async token =>
    {
        var newest = await Store.ListAsync(0, RunsShown, token);
        var runs = new List<RecentRun>();
        foreach (var run in newest.Items)
        {
            var isInFront = runs.Count == 0 || run.Counts.Finished < run.Counts.Total;
            runs.Add(new RecentRun(run, await Store.ListAnalysesAsync(run.Id, null, 0, isInFront ? AnalysesShown : AnalysesShownOfOlder, token)));
        }

        return new Overview(runs, newest.Total);
    });

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed record Overview(IReadOnlyList<RecentRun> Runs, int Total);

    private sealed record RecentRun(RunRow Run, Page<AnalysisRow> Analyses);
}
