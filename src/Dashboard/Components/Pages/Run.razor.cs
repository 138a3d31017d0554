using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>One run: what it asked for, how far it is, its analyses.</summary>
public sealed partial class Run
{
    private RunState _state = new(default);
    private Loader<Contents> _loader = default!;
    private string? _message;

    /// <summary>From the address.</summary>
    [Parameter]
    public Guid Id { get; set; }

    /// <summary>From the address: only analyses in this state.</summary>
    [SupplyParameterFromQuery(Name = "state")]
    public string? StateInUrl { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumberInUrl { get; set; }

    /// <summary>From the address: <c>table</c>, or nothing for thumbnails.</summary>
    [SupplyParameterFromQuery(Name = "view")]
    public string? ViewInUrl { get; set; }

    [Inject]
    private RunStore Store { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        var previous = _state;
        _state = RunState.From(new RunId(Id), StateInUrl, PageNumberInUrl, ViewInUrl);

        // Thumbnails and table show the same rows.
        return previous with { AsTable = _state.AsTable } == _state ? Task.CompletedTask : LoadAsync();
    }

    /// <inheritdoc/>
    protected override bool ConcernsRun(RunId run) => run == _state.Run;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync()
    {
        var state = _state;
        return _loader.LoadAsync(L["The run could not be read"], async token =>
        {
            var run = await Store.FindAsync(state.Run, token);
            return run is null
                ? Contents.Missing
                : new Contents(run, await Store.ListAnalysesAsync(run.Id, state.State, PageNumber.Skip(state.Page, RunState.PageSize), RunState.PageSize, token));
        });
    }

    private static IEnumerable<(AnalysisState State, int Count)> States(RunCounts counts) =>
        new[]
        {
            (AnalysisState.Running, counts.Running),
            (AnalysisState.Queued, counts.Queued),
            (AnalysisState.Done, counts.Done),
            (AnalysisState.Failed, counts.Failed),
            (AnalysisState.Cancelled, counts.Cancelled),
        }.Where(s => s.Item2 > 0);

    // A tab in the background says how far it is.
    private string Title => _loader.Value?.Run is not { } run ? L["Run"]
        : run.Counts.Finished < run.Counts.Total ? $"{run.Counts.Finished * 100 / run.Counts.Total} % · {run.Name}"
        : run.Name;

    private void Say(string? message) => _message = message;

    private void ToRuns() => Navigation.NavigateTo(Urls.Runs);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed record Contents(RunRow? Run, Page<AnalysisRow>? Analyses)
    {
        public static Contents Missing { get; } = new(null, null);
    }
}
