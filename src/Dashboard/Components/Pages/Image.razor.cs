using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Exports;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>One image: its facts and every analysis of it.</summary>
public sealed partial class Image
{
    private const int PageSize = 100;

    private Loader<Contents> _loader = default!;
    private string? _message;
    private int _page = 1;
    private string? _shown;

    /// <summary>From the address.</summary>
    [Parameter]
    public string Sha256 { get; set; } = string.Empty;

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumberInUrl { get; set; }

    [Inject]
    private ImageStore Store { get; set; } = default!;

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _page = Math.Max(1, PageNumberInUrl ?? 1);
        if (_shown == Sha256)
        {
            return Task.CompletedTask;
        }

        _shown = Sha256;
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

    private Task LoadAsync()
    {
        var sha256 = Sha256;
        return _loader.LoadAsync(L["The image could not be read"], async token =>
        {
            var image = await Store.FindAsync(sha256, token);
            if (image is null)
            {
                return Contents.Missing;
            }

            var analyses = await Store.ListAnalysesAsync(image.Id, token);
            var names = new Dictionary<RunId, string>();
            foreach (var run in analyses.Select(a => a.Run).Distinct())
            {
                if (await Runs.FindAsync(run, token) is { } row)
                {
                    names[run] = row.Name;
                }
            }

            return new Contents(image, analyses, names);
        });
    }

    private Task ExportAsync(ImageRow image, IReadOnlyList<AnalysisRow> analyses)
    {
        var done = analyses.Where(analysis => analysis.State == AnalysisState.Done).Select(analysis => analysis.Id).ToList();
        return ExportDialog.ShowAsync(Dialogs, new ExportSubject(image.Name, new ExportScope([], done), done.Count));
    }

    private string ToUrl(int page) => Urls.WithQuery(Urls.Image(Sha256), ("page", PageNumber.Text(page)));

    private async Task DeleteAsync()
    {
        if (_loader.Value?.Image is not { } image
            || !await ConfirmDialog.AskAsync(Dialogs, L["Delete the image?"], L["\"{0}\" goes, with its file. No analysis uses it. This cannot be undone.", image.Name], L["Delete"]))
        {
            return;
        }

        string attempt = L["\"{0}\" could not be deleted", image.Name];
        try
        {
            if (await Task.Run(() => Store.DeleteUnusedAsync([image.Id], CancellationToken.None)) > 0)
            {
                Navigation.NavigateTo(Urls.Images);
                return;
            }

            _message = L["{0}: an analysis uses it by now; delete its run first.", attempt];
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _message = Failures.Describe(exception, attempt);
        }

        await ReloadAsync();
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

    private sealed record Contents(ImageRow? Image, IReadOnlyList<AnalysisRow>? Analyses, IReadOnlyDictionary<RunId, string> RunNames)
    {
        public static Contents Missing { get; } = new(null, null, new Dictionary<RunId, string>());
    }
}
