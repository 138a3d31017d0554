using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Import;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>One import: how far it is, and what became of each file.</summary>
public sealed partial class Import
{
    private const int PageSize = 100;
    private const string PageName = "page";
    private const string StateName = "files";

    private static readonly (string Word, ImportFileState? State)[] Choices =
        [(Texts.Mark("all"), null), (Texts.Mark("imported"), ImportFileState.Imported), (Texts.Mark("already here"), ImportFileState.AlreadyHere), (Texts.Mark("failed"), ImportFileState.Failed)];

    private Loader<Content> _loader = default!;
    private ImportFileState? _state;
    private int _page = 1;
    private string? _message;

    /// <summary>From the address.</summary>
    [Parameter]
    public Guid Id { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = PageName)]
    public int? PageNumberInUrl { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = StateName)]
    public string? StateInUrl { get; set; }

    [Inject]
    private ImportCoordinator Coordinator { get; set; } = default!;

    [Inject]
    private ImportJobStore Jobs { get; set; } = default!;

    [Inject]
    private RunStore Runs { get; set; } = default!;

    private ImportJobId Job => new(Id);

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Content>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _page = Math.Max(1, PageNumberInUrl ?? 1);
        _state = Choices.FirstOrDefault(choice => choice.State is { } state && state.ToString().Equals(StateInUrl, StringComparison.OrdinalIgnoreCase)).State;
        return LoadAsync();
    }

    /// <inheritdoc/>
    protected override bool Concerns(ImportJobId job) => job == Job;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync()
    {
        var (job, state, skip) = (Job, _state, (_page - 1) * PageSize);
        return _loader.LoadAsync(L["The import could not be read"], async token =>
        {
            if (await Jobs.FindAsync(job, token) is not { } row)
            {
                return null;
            }

            var runs = new List<(RunId, string)>();
            foreach (var id in (await Jobs.ListRunsAsync(job, token)).Take(4))
            {
                if (await Runs.FindAsync(id, token) is { } run)
                {
                    runs.Add((id, run.Name));
                }
            }

            return new Content(row, runs, await Jobs.ListFilesAsync(job, state, skip, PageSize, token));
        });
    }

    private async Task CancelAsync()
    {
        try
        {
            await Task.Run(() => Coordinator.CancelAsync(Job, CancellationToken.None));
            _message = null;
        }
        catch (Exception exception) when (Failures.Describe(exception, L["The import could not be stopped"]) is not null)
        {
            _message = Failures.Describe(exception, L["The import could not be stopped"]);
        }
    }

    private string UrlOf(ImportFileState? state, int page) => Urls.WithQuery(
        Urls.Import(Job),
        (StateName, state is { } chosen ? char.ToLowerInvariant(chosen.ToString()[0]) + chosen.ToString()[1..] : null),
        (PageName, page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed record Content(ImportJobRow Job, IReadOnlyList<(RunId Id, string Name)> Runs, Page<ImportFileRow> Files);
}
