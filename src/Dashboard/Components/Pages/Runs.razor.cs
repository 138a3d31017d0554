using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Exports;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>Every run, a page at a time.</summary>
public sealed partial class Runs
{
    private RunsState _state = new();
    private Loader<Page<RunRow>> _loader = default!;
    private string? _message;

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumberInUrl { get; set; }

    [Inject]
    private RunStore Store { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Page<RunRow>>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _state = RunsState.From(PageNumberInUrl);
        return LoadAsync();
    }

    /// <inheritdoc/>
    protected override bool ConcernsRun(RunId run) => true;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task ExportAsync(IReadOnlyList<RunRow> runs) => ExportDialog.ShowAsync(
        Dialogs,
        new ExportSubject(
            Words.Small(L["Runs"]),
            new ExportScope([], []),
            runs.Sum(run => run.Counts.Done),
            Choices: [.. runs.Where(run => run.Counts.Done > 0).Select(run => new ExportChoice(run.Id, run.Name, run.Counts.Done))]));

    private Task LoadAsync()
    {
        var skip = PageNumber.Skip(_state.Page, RunsState.PageSize);
        return _loader.LoadAsync(L["The runs could not be read"], async token => await Store.ListAsync(skip, RunsState.PageSize, token));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }
}
