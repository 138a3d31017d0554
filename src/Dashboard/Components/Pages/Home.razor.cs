using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>What runs now, and the newest runs with their pictures: on the first start, the demo filling up.</summary>
public sealed partial class Home
{
    private const int RunsShown = 4;
    private const int AnalysesShown = 12;
    private const int AnalysesShownOfOlder = 6;

    private Loader<Overview> _loader = default!;
    private string? _message;

    [Inject]
    private RunStore Store { get; set; } = default!;

    [Inject]
    private IOptions<LogitLensOptions> Options { get; set; } = default!;

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

    private Task LoadAsync() => _loader.LoadAsync(L["The runs could not be read"], async token =>
    {
        var newest = await Store.ListAsync(0, RunsShown, token);
        var runs = new List<RecentRun>();
        foreach (var run in newest.Items)
        {
            var isInFront = runs.Count == 0 || run.Counts.Finished < run.Counts.Total;
            runs.Add(new RecentRun(run, await Store.ListAnalysesAsync(run.Id, null, 0, isInFront ? AnalysesShown : AnalysesShownOfOlder, token)));
        }

        return new Overview(runs, newest.Total, FileSize(Options.Value.DatabasePath) + FileSize(Options.Value.DatabasePath + "-wal"), DiskSpace.Free(Options.Value.DataFolder));
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

    private string Room(Overview overview) => overview.Free is { } free
        ? L["{0} used, {1} free", Words.Size(overview.Used), Words.Size(free)]
        : L["{0} used", Words.Size(overview.Used)];

    private static long FileSize(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private sealed record Overview(IReadOnlyList<RecentRun> Runs, int Total, long Used, long? Free);

    private sealed record RecentRun(RunRow Run, Page<AnalysisRow> Analyses);
}
