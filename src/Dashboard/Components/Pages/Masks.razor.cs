using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Filters;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>
/// The filler masks of a run's images, or of some of its analyses, beside each other: a contact sheet. The masks are made in the browser, from the layers'
/// summaries, by <c>wwwroot/js/explorer/contact-sheet.js</c>.
/// </summary>
public sealed partial class Masks
{
    private const int PageSize = 24;

    private Loader<Contents> _loader = default!;
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _sheet;
    private string? _loading;
    private string? _attached;
    private bool _disposed;

    /// <summary>From the address; null for the analyses that a filter means (<see cref="FilterAddress"/>).</summary>
    [Parameter]
    public Guid? Id { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumberInUrl { get; set; }

    /// <summary>From the address: ids of the analyses to show, as <c>3_5_8</c>; all finished ones of the run without it.</summary>
    [SupplyParameterFromQuery(Name = "analyses")]
    public string? AnalysesInUrl { get; set; }

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private GalleryStore Gallery { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime JS { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var asked = $"{Id}/{PageNumberInUrl}/{AnalysesInUrl}/{(Id is null ? FilterQuery : string.Empty)}";
        if (_loading != asked)
        {
            _loading = asked;
            await LoadAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_disposed || _loader.Value is not { Shown.Count: > 0 } contents || _attached == Key(contents))
        {
            return;
        }

        _attached = Key(contents);
        try
        {
            await DisposeSheetAsync();
            _module ??= await JS.InvokeAsync<IJSObjectReference>("import", "./js/explorer/contact-sheet.js");
            _sheet = await _module.InvokeAsync<IJSObjectReference>("attach", _host, new { items = contents.Shown.Select(Describe), query = new Uri(Navigation.Uri).Query, name = contents.Run?.Name ?? "masks" });
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone: nobody looks any more.
        }
    }

    /// <inheritdoc/>
    protected override bool ConcernsRun(RunId run) => Id is null || run.Value == Id;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    /// <summary>What says which analyses; the module keeps how the masks are made in the same address.</summary>
    private string FilterQuery => Urls.WithQuery(string.Empty, [.. FilterAddress.Write(FilterAddress.Read(new Uri(Navigation.Uri).Query).Filter)]);

    private string GalleryUrl => Urls.Images + FilterQuery;

    private static string Key(Contents contents) => string.Join('_', contents.Shown.Select(detail => $"{detail.Row.Id}.{detail.Row.Attempt}"));

    private static string Chosen(Contents contents) => contents.Chosen
        ? Words.Count(contents.Total, "chosen analysis", "chosen analyses")
        : Words.Count(contents.Total, "finished analysis", "finished analyses");

    private static object Describe(AnalysisDetail detail) => new
    {
        analysis = detail.Row.Id.ToString(),
        attempt = detail.Row.Attempt,
        checkpointHash = detail.Run.Checkpoint.Hash,
        imageSha256 = detail.Image.Sha256,
        orientation = detail.Run.Settings.ApplyExifOrientation ? "exif" : "stored",
        width = detail.Layout?.OriginalWidth ?? detail.Image.Width,
        height = detail.Layout?.OriginalHeight ?? detail.Image.Height,
        name = detail.Image.Name,
        url = Urls.Explorer(detail.Row.Id),
    };

    // The module keeps how the masks are made in the same address.
    private string UrlOf(int page) => Navigation.GetUriWithQueryParameter("page", PageNumber.Text(page));

    private Task LoadAsync()
    {
        var page = Math.Max(1, PageNumberInUrl ?? 1);
        var chosen = AnalysesInUrl is null ? null : IdRanges.Parse(AnalysesInUrl);
        var filter = FilterAddress.Read(new Uri(Navigation.Uri).Query).Filter with { State = AnalysisState.Done };
        var of = Id is { } given ? new RunId(given) : (RunId?)null;
        return _loader.LoadAsync(L["The masks could not be read"], async token =>
        {
            List<AnalysisId> ids;
            int total;
            if (of is not { } run)
            {
                var (found, refusal) = await Gallery.ListAnalysesAsync(filter, token);
                ids = [.. found.Skip(PageNumber.Skip(page, PageSize)).Take(PageSize)];
                return new Contents(null, await ReadAsync(ids, null, token), found.Count, page, false) { Refusal = refusal };
            }

            if (await Runs.FindAsync(run, token) is not { } row)
            {
                return new Contents(null, [], 0, page, false) { IsMissing = true };
            }

            if (chosen is { Count: > 0 })
            {
                ids = [.. chosen.Skip(PageNumber.Skip(page, PageSize)).Take(PageSize).Select(id => new AnalysisId(id))];
                total = chosen.Count;
            }
            else
            {
                var done = await Runs.ListAnalysesAsync(run, AnalysisState.Done, PageNumber.Skip(page, PageSize), PageSize, token);
                ids = [.. done.Items.Select(analysis => analysis.Id)];
                total = done.Total;
            }

            return new Contents(row, await ReadAsync(ids, run, token), total, page, chosen is { Count: > 0 });
        });
    }

    private async Task<IReadOnlyList<AnalysisDetail>> ReadAsync(List<AnalysisId> ids, RunId? run, CancellationToken cancellationToken)
    {
        var shown = new List<AnalysisDetail>(ids.Count);
        foreach (var id in ids)
        {
            if (await Runs.FindAnalysisAsync(id, cancellationToken) is { Row.State: AnalysisState.Done } detail && (run is null || detail.Run.Id == run))
            {
                shown.Add(detail);
            }
        }

        return shown;
    }

    private ValueTask DisposeSheetAsync() => Interlocked.Exchange(ref _sheet, null).EndAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        Dispose();
        await DisposeSheetAsync();
        await _module.LetGoAsync();
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

    private sealed record Contents(RunRow? Run, IReadOnlyList<AnalysisDetail> Shown, int Total, int Page, bool Chosen)
    {
        /// <summary>There is no such run.</summary>
        public bool IsMissing { get; init; }

        /// <summary>Why nothing was looked up, in a sentence.</summary>
        public string? Refusal { get; init; }
    }
}
