using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Comparing;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Comparisons;
using LogitLens.Storage.Jobs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>
/// Two runs over the images that both have: how far they are apart by layer (drawn by <c>wwwroot/js/compare/runs.js</c>), and the images that differ most, each one click from its pair.
/// </summary>
public sealed partial class CompareRuns
{
    // Four renders a second at most while a comparison is under way.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _disposal = new();
    private CompareRunsState? _state;
    private Loader<Contents> _loader = default!;
    private RunComparisonJob? _job;
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _figures;
    private Guid? _attached;
    private string? _asking;
    private bool _disposed;

    /// <summary>From the address: the run differences are taken from.</summary>
    [SupplyParameterFromQuery(Name = "a")]
    public string? FirstInUrl { get; set; }

    /// <summary>From the address: the other.</summary>
    [SupplyParameterFromQuery(Name = "b")]
    public string? SecondInUrl { get; set; }

    /// <summary>From the address: what makes a pair different.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? OrderInUrl { get; set; }

    /// <summary>From the address: at which layer; nothing for the mean.</summary>
    [SupplyParameterFromQuery(Name = "layer")]
    public string? LayerInUrl { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageInUrl { get; set; }

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private ComparableStore Comparables { get; set; } = default!;

    [Inject]
    private RunComparisonJobs Jobs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime JS { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized() => _loader = new Loader<Contents>(Time, StateHasChanged);

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var before = _state;
        _state = CompareRunsState.From(FirstInUrl, SecondInUrl, OrderInUrl, LayerInUrl, PageInUrl);
        var isSamePair = before is not null && _state is not null && before.First == _state.First && before.Second == _state.Second;
        if (_state is null || (isSamePair && (_state.Second is not null || before == _state)))
        {
            return;
        }

        _job = isSamePair ? _job : null;
        await LoadAsync();
        if (_loader.Value is { Second: not null })
        {
            await AskAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_disposed || _job is not { Result: { Pairs.Count: > 0 } found } || _attached == _job.Id || _loader.Value is not { First: { } first, Second: { } second })
        {
            return;
        }

        _attached = _job.Id;
        try
        {
            await DisposeFiguresAsync();
            _module ??= await JS.InvokeAsync<IJSObjectReference>("import", "./js/compare/runs.js");
            _figures = await _module.InvokeAsync<IJSObjectReference>("attach", _host, new { name = $"{first.Name} - {second.Name}", layers = found.Layers });
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone: nobody looks any more.
        }
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        if (_loader.Value is { Second: not null })
        {
            await AskAsync();
        }
    }

    private Task LoadAsync()
    {
        var state = _state!;
        return _loader.LoadAsync(L["The runs could not be read"], async token =>
        {
            var first = await Runs.FindAsync(state.First, token);
            var second = state.Second is { } id ? await Runs.FindAsync(id, token) : null;
            var choices = first is not null && state.Second is null
                ? await Comparables.ListRunsAsync(state.First, PageNumber.Skip(state.Page, CompareRunsState.PageSize), CompareRunsState.PageSize, token)
                : null;
            return new Contents(first, second, choices, first is null || (state.Second is not null && second is null));
        });
    }

    /// <summary>Asks until the answer is there; another pair of runs ends it.</summary>
    private async Task AskAsync()
    {
        if (_state is not { Second: { } second } state)
        {
            return;
        }

        var asking = _asking = $"{state.First} {second} {Guid.NewGuid()}";
        try
        {
            do
            {
                var job = await Task.Run(() => Jobs.AskAsync(state.First, second, _disposal.Token), _disposal.Token);
                if (_asking != asking)
                {
                    return;
                }

                _job = job;
                StateHasChanged();
                if (job is { State: JobState.Running })
                {
                    await Task.Delay(Pace, Time, _disposal.Token);
                }
            }
            while (_job is { State: JobState.Running } && _asking == asking);
        }
        catch (OperationCanceledException)
        {
            // The page is gone; the comparison goes on for whoever asks next.
        }
        catch (Exception exception) when (Failures.Describe(exception, L["The runs could not be compared"]) is { } sentence)
        {
            _job = new RunComparisonJob(Guid.Empty, JobState.Failed, 0, 0, sentence, null);
        }
    }

    private void Cancel()
    {
        if (_job is { } job && Jobs.Cancel(job.Id))
        {
            _asking = null;
            _job = job with { State = JobState.Cancelled };
        }
    }

    private void ChooseLayer(string? name) =>
        Navigation.NavigateTo((CompareRunsState.From(FirstInUrl, SecondInUrl, OrderInUrl, name, null) ?? _state!).ToUrl());

    private string PairUrl(PairDifference pair) => Urls.WithQuery(
        "/compare",
        ("a", $"{pair.First},{pair.Second}"),
        ("map", _state!.Order is PairOrder.Confidence or PairOrder.Entropy ? CompareRunsState.WordOf(_state.Order) : null),
        ("layer", CompareRunsState.LayerName(_state.Layer)));

    private IEnumerable<(PairOrder Order, string Name)> Orders(RunComparison found)
    {
        yield return (PairOrder.Changed, L["another top token"]);
        yield return (PairOrder.Confidence, L["Δ confidence"]);
        if (found.Layers.Any(layer => layer.Entropy is not null))
        {
            yield return (PairOrder.Entropy, L["Δ entropy"]);
        }

        yield return (PairOrder.Name, L["name"]);
    }

    // What was compared, and what to know of it.
    private string Facts(RunComparison found)
    {
        var facts = new List<string> { L.Count("{0} image in both.|{0} images in both.", found.Pairs.Count) };
        if (found.OnlyFirst + found.OnlySecond > 0)
        {
            facts.Add(L["Without a partner: {0} in A, {1} in B.", Words.Count(found.OnlyFirst), Words.Count(found.OnlySecond)]);
        }

        if (found.LeftOut > 0)
        {
            facts.Add(L.Count(
                "{0} pair is left out: the picture is turned in one run only (EXIF), or a layer was not read.|{0} pairs are left out: the picture is turned in one run only (EXIF), or a layer was not read.", found.LeftOut));
        }

        if (found.ByArea > 0)
        {
            facts.Add(L.Count("In {0} pair the picture is cut into other patches, which are compared by area.|In {0} pairs the picture is cut into other patches, which are compared by area.", found.ByArea));
        }

        if (found.ByDepth)
        {
            facts.Add(L["The checkpoints have other numbers of layers: each layer stands beside the one at the same share of the depth."]);
        }

        if (found.ByText)
        {
            facts.Add(L["The checkpoints have other vocabularies: tokens are the same where their texts are."]);
        }

        if (found.EqualByCausality > 0)
        {
            facts.Add(L.Count(
                "In {0} pair every patch stands before the first input that differs, so a causal model reads it the same.|In {0} pairs every patch stands before the first input that differs, so a causal model reads it the same.",
                found.EqualByCausality));
            facts.Add(found.EqualButDiffering == 0
                ? L["Checked: all their top tokens are equal."]
                : L.Count("But {0} of them differs: the runs may have been computed in different precision.|But {0} of them differ: the runs may have been computed in different precision.", found.EqualButDiffering));
        }

        return string.Join(' ', facts);
    }

    private static float Of(IReadOnlyList<float> values, int place) => place >= 0 ? values[place] : values.Count == 0 ? float.NaN : values.Average();

    private static string Percent(float share) =>
        share is > 0 and < 0.001f ? "<0.1 %" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Signed(float value, int digits)
    {
        if (float.IsNaN(value))
        {
            return "–";
        }

        var size = Math.Round(Math.Abs(value), digits);
        return size == 0 ? "0" : $"{(value < 0 ? '−' : '+')}{size.ToString($"F{digits}", CultureInfo.InvariantCulture)}";
    }

    private ValueTask DisposeFiguresAsync() => Interlocked.Exchange(ref _figures, null).EndAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _disposal.CancelAsync();
        _disposal.Dispose();
        _loader?.Dispose();
        await DisposeFiguresAsync();
        await _module.LetGoAsync();
    }

    private sealed record Contents(RunRow? First, RunRow? Second, Page<ComparableRun>? Choices, bool IsMissing);
}
