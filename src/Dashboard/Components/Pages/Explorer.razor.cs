using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Comparing;
using LogitLens.Dashboard.Components.Explorer;
using LogitLens.Dashboard.Components.Exports;
using LogitLens.Dashboard.Components.Runs;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>
/// One analysis. The page renders the frame and says how the analysis stands; the picture, the gauge, the inspector, the table and all the view's fast state
/// belong to <c>wwwroot/js/explorer</c>, which fetches its data over HTTP. A moving pointer reaches nothing here.
/// </summary>
public sealed partial class Explorer
{
    private Loader<Contents> _loader = default!;
    private ExplorerView _view = new();
    private ElementReference _host;
    private DotNetObjectReference<Explorer>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _explorer;
    private long? _loading;
    private long? _attached;
    private int _shownBlobs;
    private (AnalysisState State, int Attempt)? _shownState;
    private bool _disposed;
    private string? _message;
    private (string Name, string Url)? _exact;

    /// <summary>From the address.</summary>
    [Parameter]
    public long Id { get; set; }

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private RunRepeater Repeater { get; set; } = default!;

    [Inject]
    private CheckpointStore Checkpoints { get; set; } = default!;

    [Inject]
    private IOptions<LogitLensOptions> Options { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime JS { get; set; } = default!;

    private string DownloadUrl => $"/api/analyses/{new AnalysisId(Id)}/export.html";

    private Task ExportAsync()
    {
        if (_loader.Value?.Detail is not { } detail)
        {
            return Task.CompletedTask;
        }

        // Begins with the map one looks at; the address bar may be ahead of what this page was rendered with.
        var form = new ExportForm();
        form.TakeView(_view.Query);
        return ExportDialog.ShowAsync(Dialogs, ExportSubject.Of(detail), form);
    }

    private async Task CompareAsync()
    {
        if (_loader.Value?.Detail is { } detail && await ComparePicker.AskAsync(Dialogs, detail.Image.Name, detail.Row.Id) is { } other)
        {
            // The layer one looks at comes along.
            var layer = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(_view.Query).GetValueOrDefault("layer").ToString();
            Navigation.NavigateTo(Urls.Compare(detail.Row.Id, other) + (layer.Length == 0 ? string.Empty : $"&layer={Uri.EscapeDataString(layer)}"));
        }
    }

    private CurrentAnalysis? Current => Monitor.Find(new AnalysisId(Id));

    /// <summary>The module tells, at most three times a second and never for a hover, what the address bar has come to say.</summary>
    [JSInvokable]
    public void OnViewChanged(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var view = ExplorerView.Parse(query);
        if (view != _view)
        {
            _view = view;
            StateHasChanged();
        }
    }

    /// <summary>The module asks for a token's probability everywhere: says what a run that keeps it costs, and queues it if the person agrees.</summary>
    [JSInvokable]
    public async Task OnExactAsked(int token)
    {
        if (_loader.Value?.Detail is not { } detail)
        {
            return;
        }

        try
        {
            var cancellationToken = CancellationToken.None;
            var (forecast, display) = await Task.Run(
                async () =>
                {
                    var tokens = await Checkpoints.ReadTokensAsync(detail.Run.Checkpoint.Hash, cancellationToken);
                    var shown = token >= 0 && token < tokens.Count ? tokens[token].Display : throw new RefusedInputException(L["There is no token {0} in this checkpoint.", token]);
                    return (Forecast(detail.Run, await Repeater.MeasureAsync(detail, token, cancellationToken)), shown);
                },
                cancellationToken);
            if (!await ConfirmDialog.AskAsync(Dialogs, L["Compute {0} exactly?", display], CostSentence(detail.Run, display, forecast), L["Queue the run"], L["Not now"], Color.Primary))
            {
                return;
            }

            var (run, analysis) = await Task.Run(() => Repeater.StartTrackingAsync(detail, token, display, cancellationToken), cancellationToken);
            var name = (await Runs.FindAsync(run, cancellationToken))?.Name ?? detail.Run.Name;
            _exact = (name, Urls.WithQuery(Urls.Explorer(analysis), ("map", "token"), ("token", $"{token}")));
            _message = null;
        }
        catch (Exception exception) when (Failures.Describe(exception, L["The run could not be queued"]) is not null)
        {
            _message = Failures.Describe(exception, L["The run could not be queued"]);
        }

        StateHasChanged();
    }

    private RunForecast Forecast(RunRow run, PastCost? past) => RunForecast.Of(
        past,
        run.Counts.Total,
        run.Settings.Layers?.Count ?? run.Checkpoint.Layers + 1,
        run.Settings.TopK,
        (run.Settings.TrackedTokens?.Count ?? 0) + 1,
        DiskSpace.Free(Options.Value.DataFolder),
        (int)((past?.Spared ?? 0) * run.Counts.Total));

    private string CostSentence(RunRow run, string display, RunForecast forecast) => string.Join(
        ' ',
        L["A new run reads {0} of this one again with the same settings and keeps {1} at every position and layer.", Words.Count(run.Counts.Total, "picture", "pictures"), display],
        forecast.Sentence,
        L["What is here stays as it is."]);

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_loading == Id)
        {
            return;
        }

        _loading = Id;
        _message = null;
        _exact = null;
        _view = ExplorerView.Parse(new Uri(Navigation.Uri).Query);
        await DetachAsync();
        await LoadAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_disposed || _loader.Value is not { Detail: { } detail } || detail.Row.Id.Value != Id)
        {
            return;
        }

        try
        {
            if (_attached != Id)
            {
                await AttachAsync(detail);
            }
            else
            {
                await RefreshAsync(detail);
            }
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone: nobody looks any more.
        }
    }

    /// <inheritdoc/>
    protected override bool ConcernsProgress(CurrentAnalysis? current) => current?.Id.Value == Id;

    /// <inheritdoc/>
    protected override bool ConcernsRun(RunId run) => _loader.Value?.Detail?.Run.Id == run;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync()
    {
        var id = new AnalysisId(Id);
        return _loader.LoadAsync(L["The analysis could not be read"], async token =>
        {
            if (await Runs.FindAnalysisAsync(id, token) is not { } detail)
            {
                return Contents.Missing;
            }

            var (previous, next) = await Runs.FindNeighboursAsync(id, token);
            return new Contents(detail, previous, next);
        });
    }

    private async Task AttachAsync(AnalysisDetail detail)
    {
        _attached = Id;
        _shownBlobs = Current?.Blobs ?? detail.Blobs;
        _shownState = (detail.Row.State, detail.Row.Attempt);
        _self ??= DotNetObjectReference.Create(this);
        _module ??= await JS.InvokeAsync<IJSObjectReference>("import", "./js/explorer/explorer.js");
        var explorer = await _module.InvokeAsync<IJSObjectReference>(
            "attach",
            _host,
            new
            {
                analysis = detail.Row.Id.ToString(),
                attempt = detail.Row.State is AnalysisState.Done ? detail.Row.Attempt : (int?)null,
                checkpointHash = detail.Run.Checkpoint.Hash,
                imageSha256 = detail.Image.Sha256,
                orientation = detail.Run.Settings.ApplyExifOrientation ? "exif" : "stored",
                width = detail.Layout?.OriginalWidth ?? detail.Image.Width,
                height = detail.Layout?.OriginalHeight ?? detail.Image.Height,
                query = new Uri(Navigation.Uri).Query,
                sheet = Urls.Masks(detail.Run.Id),
                atlas = Urls.Atlas,
                input = Directory.Exists(detail.Run.Checkpoint.Folder),
            },
            _self);

        // Meanwhile the page may have gone on to another analysis, or gone.
        if (_disposed || _attached != detail.Row.Id.Value)
        {
            await explorer.EndAsync();
            return;
        }

        _explorer = explorer;
    }

    private async Task RefreshAsync(AnalysisDetail detail)
    {
        var blobs = Math.Max(Current?.Blobs ?? 0, detail.Blobs);
        var state = (detail.Row.State, detail.Row.Attempt);
        if (_explorer is null || (blobs == _shownBlobs && state == _shownState))
        {
            return;
        }

        _shownBlobs = blobs;
        _shownState = state;
        await _explorer.InvokeVoidAsync("refresh");
    }

    private async Task DetachAsync()
    {
        _attached = null;
        await Interlocked.Exchange(ref _explorer, null).EndAsync();
    }

    private string? State(AnalysisDetail detail) => detail.Row.State switch
    {
        AnalysisState.Queued => L["Queued: the picture fills layer by layer once its turn comes."].Value,
        AnalysisState.Running => Current is { } current ? L["Running: {0}.", Words.Stage(current.Stage)].Value : L["Running."].Value,
        AnalysisState.Failed => L["Failed: {0} Try again, or start a new run with other settings.", Sentence(detail.Row.Error ?? L["the reason was not noted; the server's log may name it"])].Value,
        AnalysisState.Cancelled => L["Cancelled before it was finished, and nothing of it was kept. Try again to have it read."].Value,
        _ => null,
    };

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        Dispose();
        await DetachAsync();
        await _module.LetGoAsync();
        _self?.Dispose();
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

    private sealed record Contents(AnalysisDetail? Detail, AnalysisId? Previous, AnalysisId? Next)
    {
        public static Contents Missing { get; } = new(null, null, null);
    }
}
