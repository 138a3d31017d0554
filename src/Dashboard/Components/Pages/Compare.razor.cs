using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Comparing;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>
/// Two to four analyses beside each other. The page says which they are and lets one choose others; pictures, differences and the view belong to <c>wwwroot/js/compare</c>, which
/// fetches the same packed readings as the explorer. A moving pointer reaches nothing here.
/// </summary>
public sealed partial class Compare
{
    // EXIF orientations above this ask to be turned.
    private const int Upright = 1;

    private Loader<Contents> _loader = default!;
    private CompareState _state = new([]);
    private ElementReference _host;
    private DotNetObjectReference<Compare>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _comparison;
    private string? _loading;
    private string? _attached;
    private bool _disposed;

    /// <summary>From the address: the analyses' numbers, a comma between them.</summary>
    [SupplyParameterFromQuery(Name = "a")]
    public string? AnalysesInUrl { get; set; }

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime JS { get; set; } = default!;

    /// <summary>The module tells, at most three times a second and never for a hover, what the address bar has come to say.</summary>
    [JSInvokable]
    public void OnViewChanged(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        _state = CompareState.Parse(query);
    }

    /// <summary>The module asks for one of them to be taken out.</summary>
    [JSInvokable]
    public void OnRemove(string analysis)
    {
        if (long.TryParse(analysis, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id))
        {
            Navigation.NavigateTo(_state.Without(new AnalysisId(id)));
        }
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_loading == (AnalysesInUrl ?? string.Empty))
        {
            return;
        }

        _loading = AnalysesInUrl ?? string.Empty;
        _state = CompareState.Parse(new Uri(Navigation.Uri).Query);
        await LoadAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_disposed || _loader.Value is not { } contents)
        {
            return;
        }

        try
        {
            var key = contents.Ready.Count >= 2 ? Key(contents) : null;
            if (_attached != key)
            {
                await DetachAsync();
                _attached = key;
                if (key is not null)
                {
                    await AttachAsync(contents, key);
                }
            }
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone: nobody looks any more.
        }
    }

    /// <inheritdoc/>
    protected override bool ConcernsRun(RunId run) => _loader.Value is { } contents && contents.Waiting.Contains(run);

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task AddAsync()
    {
        if (_loader.Value?.Ready is [var first, ..] && await ComparePicker.AskAsync(Dialogs, first.Image.Name, first.Row.Id, _state.Analyses) is { } added)
        {
            Navigation.NavigateTo(_state.With(added));
        }
    }

    private Task LoadAsync()
    {
        var ids = _state.Analyses;
        return _loader.LoadAsync(L["The analyses could not be read"], async token =>
        {
            var ready = new List<AnalysisDetail>();
            var problems = new List<string>();
            var waiting = new HashSet<RunId>();
            foreach (var id in ids)
            {
                var detail = await Runs.FindAnalysisAsync(id, token);
                if (detail is { Row.State: AnalysisState.Done })
                {
                    ready.Add(detail);
                }
                else if (detail is null)
                {
                    problems.Add(L["There is no analysis {0}: its run was deleted, or the address is mistyped. The others are compared.", id]);
                }
                else
                {
                    waiting.Add(detail.Run.Id);
                    problems.Add(detail.Row.State is AnalysisState.Queued or AnalysisState.Running
                        ? L["{0} in run “{1}” is {2}: it takes its place here when it is done.", detail.Image.Name, detail.Run.Name, Words.StateName(detail.Row.State)]
                        : L["{0} in run “{1}” is {2}, so there is nothing to compare: try it again from its run.", detail.Image.Name, detail.Run.Name, Words.StateName(detail.Row.State)]);
                }
            }

            return new Contents(ready, problems, waiting);
        });
    }

    private async Task AttachAsync(Contents contents, string key)
    {
        _self ??= DotNetObjectReference.Create(this);
        _module ??= await JS.InvokeAsync<IJSObjectReference>("import", "./js/compare/compare.js");
        var comparison = await _module.InvokeAsync<IJSObjectReference>("attach", _host, contents.Ready.Select(Describe).ToArray(), new Uri(Navigation.Uri).Query, _self);

        // Meanwhile the page may have gone on to others, or gone.
        if (_disposed || _attached != key)
        {
            await comparison.EndAsync();
            return;
        }

        _comparison = comparison;
    }

    // What ApiSource and Pane of wwwroot/js read.
    private static object Describe(AnalysisDetail detail) => new
    {
        analysis = detail.Row.Id.ToString(),
        attempt = detail.Row.Attempt,
        checkpointHash = detail.Run.Checkpoint.Hash,
        imageSha256 = detail.Image.Sha256,
        orientation = detail.Run.Settings.ApplyExifOrientation ? "exif" : "stored",
        turned = detail.Run.Settings.ApplyExifOrientation && detail.Image.ExifOrientation > Upright,
        width = detail.Layout?.OriginalWidth ?? detail.Image.Width,
        height = detail.Layout?.OriginalHeight ?? detail.Image.Height,
        name = detail.Image.Name,
        run = $"{detail.Run.Name} · {detail.Run.Checkpoint.Name}",
        prompt = detail.Row.Prompt,
        question = Words.Question(detail.Row.Prompt),
        explorer = Urls.Explorer(detail.Row.Id),
    };

    private static string Key(Contents contents) => string.Join(',', contents.Ready.Select(detail => detail.Row.Id.ToString()));

    // What they have in common, and what they have not.
    private string Sentence(Contents contents)
    {
        var ready = contents.Ready;
        var pictures = ready.Select(detail => detail.Image.Sha256).Distinct().Count();
        var runs = ready.Select(detail => detail.Run.Id).Distinct().Count();
        var prompts = ready.Select(detail => detail.Row.Prompt).Distinct().Count();
        var checkpoints = ready.Select(detail => detail.Run.Checkpoint.Hash).Distinct().Count();
        return string.Join(
            ", ",
            pictures == 1 ? ready[0].Image.Name : Words.Count(pictures, "picture", "pictures"),
            runs == 1 ? L["run “{0}”", ready[0].Run.Name] : Words.Count(runs, "run", "runs"),
            prompts == 1 ? L["the same prompt"] : Words.Count(prompts, "prompt", "prompts"),
            checkpoints == 1 ? ready[0].Run.Checkpoint.Name : Words.Count(checkpoints, "checkpoint", "checkpoints"));
    }

    private static (RunId First, RunId Second)? RunPair(Contents contents) =>
        contents.Ready.Select(detail => detail.Run.Id).Distinct().ToList() is [var first, var second] ? (first, second) : null;

    private async Task DetachAsync()
    {
        await Interlocked.Exchange(ref _comparison, null).EndAsync();
    }

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

    private sealed record Contents(IReadOnlyList<AnalysisDetail> Ready, IReadOnlyList<string> Problems, IReadOnlySet<RunId> Waiting);
}
