using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Exports;
using LogitLens.Dashboard.Components.Gallery;
using LogitLens.Dashboard.Components.Images;
using LogitLens.Dashboard.Filters;
using LogitLens.Dashboard.Languages;
using LogitLens.Dashboard.People;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Gallery;
using LogitLens.Storage.Labels;
using LogitLens.Storage.Tokens;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>Every image kept, filtered by a sentence in the address, sorted, selected from, and done something with.</summary>
public sealed partial class Images
{
    private const int MostRuns = 500;
    private const int MostCompared = 4;

    private static readonly TimeSpan SearchPause = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<ImageId> _selected = [];
    private GalleryState _state = GalleryState.All;
    private Loader<Contents> _loader = default!;
    private ElementReference _tiles;
    private IJSObjectReference? _module;
    private IJSObjectReference? _lights;
    private Contents? _lit;
    private ITimer? _searching;
    private string _search = string.Empty;
    private string? _message;
    private string? _failure;
    private string? _allOf;
    private Func<Task>? _undo;
    private BulkWork _work = default!;
    private int? _lastSelected;
    private bool _disposed;

    [Inject]
    private GalleryStore Gallery { get; set; } = default!;

    [Inject]
    private ImageStore Store { get; set; } = default!;

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private CheckpointStore Checkpoints { get; set; } = default!;

    [Inject]
    private LabelStore Labels { get; set; } = default!;

    [Inject]
    private RunCoordinator Coordinator { get; set; } = default!;

    [Inject]
    private Visitor Visitor { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private IJSRuntime JS { get; set; } = default!;

    private Names Known => _loader.Value?.Known ?? Names.None;

    private string NewRunUrl => Urls.WithQuery(Urls.NewRun, ("images", ImageIdList.Format(_selected)));

    private bool ShowsFiller => _state.Order is GalleryOrder.MostFiller or GalleryOrder.LeastFiller || _state.Filter.LeastFiller is not null || _state.Filter.MostFiller is not null;

    /// <summary>Part of a name, where nothing else is asked for.</summary>
    private string? OnlyName => _state.Filter.ImageName is { } name && FilterAddress.Write(_state.Filter, _state.NotAnalysed).Count(part => part.Value is not null) == 1 ? name : null;

    /// <inheritdoc/>
    protected override Task OnInitializedAsync()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
        _work = new BulkWork(StateHasChanged);
        Navigation.LocationChanged += OnLocationChanged;
        return TakeAddressAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_disposed || _loader.Value is not { } contents || ReferenceEquals(_lit, contents))
        {
            return;
        }

        _lit = contents;
        try
        {
            await DisposeLightsAsync();
            if (contents.LightsUrl is not null)
            {
                _module ??= await JS.InvokeAsync<IJSObjectReference>("import", "./js/atlas.js");
                _lights = await _module.InvokeAsync<IJSObjectReference>("attach", _tiles);
            }
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone: nobody looks any more.
        }
    }

    /// <inheritdoc/>
    protected override bool ConcernsRun(RunId run) => true;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs args)
    {
        if (new Uri(args.Location).AbsolutePath == Urls.Images)
        {
            _ = InvokeAsync(async () =>
            {
                await TakeAddressAsync();
                StateHasChanged();
            });
        }
    }

    private Task TakeAddressAsync()
    {
        _state = GalleryState.From(new Uri(Navigation.Uri).Query);
        _lastSelected = null;

        // What is being typed is ahead of the address; anything else (a link, back) sets the field.
        if (_searching is null && _search.Trim() != (_state.Filter.ImageName ?? string.Empty))
        {
            _search = _state.Filter.ImageName ?? string.Empty;
        }

        return LoadAsync();
    }

    private async Task LoadAsync()
    {
        var state = _state;
        await _loader.LoadAsync(
            L["The images could not be read"],
            async token =>
            {
                var page = await Gallery.ListAsync(state.Query, PageNumber.Skip(state.Page, GalleryState.PageSize), GalleryState.PageSize, token);
                var known = new Names(
                    (await Runs.ListAsync(0, MostRuns, token)).Items,
                    await Checkpoints.ListAsync(token),
                    [.. (await Labels.ListTagsAsync(token)).Select(tag => tag.Name)],
                    await NameTokensAsync(state.Filter, token));
                return new Contents(page, known, LightsOf(state, page));
            });
    }

    private async Task<IReadOnlyDictionary<int, string>> NameTokensAsync(AnalysisFilter filter, CancellationToken cancellationToken)
    {
        if (filter is not { Token.Ids: { } ids, Checkpoint: { } hash })
        {
            return new Dictionary<int, string>();
        }

        var tokens = await Checkpoints.ReadTokensAsync(hash, cancellationToken);
        return ids.Distinct().Where(id => id < tokens.Count).ToDictionary(id => id, id => tokens[id].Display);
    }

    /// <summary>Where the patches to be lit are to be had; null where there are none.</summary>
    private static string? LightsOf(GalleryState state, GalleryPage page)
    {
        var lit = page.Items.Where(item => item.Hit is not null && item.Analysis is not null).Select(item => item.Analysis!.Value.Value).ToList();
        if (state.Filter.Token is not { } token || lit.Count == 0)
        {
            return null;
        }

        var confined = FilterAddress.Write(new AnalysisFilter(Checkpoint: state.Filter.Checkpoint) { Token = token with { Places = TokenPlaces.Patch } })
            .Where(part => part.Name is not ("layers" or "p" or "match"));
        return Urls.WithQuery(
            "/api/tokens/patches",
            [
                .. confined,
                ("match", token.Match.ToString().ToLowerInvariant()),
                ("layers", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{token.FirstLayer}-{token.LastLayer ?? 999}")),
                ("minProbability", token.LeastProbability.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("places", "patch"),
                ("analyses", IdRanges.Format(lit)),
                ("take", "200"),
            ]);
    }

    private void Go(GalleryState state) => Navigation.NavigateTo(state.ToUrl());

    private void Sort(ChangeEventArgs args)
    {
        if (Enum.TryParse<GalleryOrder>(args.Value as string, out var order))
        {
            Go(_state with { Order = order, Page = 1 });
        }
    }

    private void SearchSoon()
    {
        _searching?.Dispose();
        _searching = Time.CreateTimer(_ => _ = InvokeAsync(SearchNow), null, SearchPause, Timeout.InfiniteTimeSpan);
    }

    private void SearchNow()
    {
        _searching?.Dispose();
        _searching = null;
        var name = _search.Trim() is { Length: > 0 } some ? some : null;
        if (name != _state.Filter.ImageName)
        {
            // One search is one step back, however many letters it has.
            Navigation.NavigateTo((_state with { Filter = _state.Filter with { ImageName = name }, Page = 1 }).ToUrl(), replace: _state.Filter.ImageName is not null);
        }
    }

    /// <summary>Selects or lets go; with shift, everything from the one before to this one.</summary>
    private void Select(int place, bool isSelected, bool withShift)
    {
        var items = _loader.Value?.Page.Items ?? [];
        var from = withShift && _lastSelected is { } last && last < items.Count ? last : place;
        _lastSelected = place;
        for (var i = Math.Min(from, place); i <= Math.Max(from, place) && i < items.Count; i++)
        {
            if (isSelected)
            {
                _selected.Add(items[i].Image.Id);
            }
            else
            {
                _selected.Remove(items[i].Image.Id);
            }
        }
    }

    private void SelectPage() => _selected.UnionWith((_loader.Value?.Page.Items ?? []).Select(item => item.Image.Id));

    private async Task SelectAllAsync()
    {
        var query = _state.Query;
        _failure = null;
        try
        {
            _selected.UnionWith(await Task.Run(() => Gallery.ListIdsAsync(query, CancellationToken.None)));
            _allOf = _state.ViewQuery;
        }
        catch (Exception exception) when (Failures.Describe(exception, L["The images could not be read"]) is not null)
        {
            _failure = Failures.Describe(exception, L["The images could not be read"]);
        }
    }

    private void ClearSelection() => _selected.Clear();

    private async Task TagAsync()
    {
        IReadOnlyList<ImageId> images = [.. _selected];
        if (await TagImagesDialog.AskAsync(Dialogs, L.Count("Tag {0} image|Tag {0} images", images.Count), images) is { } answer)
        {
            await TagAsync(answer.Tag, [.. images.Select(LabelSubject.Of)], answer.IsAdded, isUndo: false);
        }
    }

    private async Task TagAsync(string tag, IReadOnlyList<LabelSubject> subjects, bool isAdded, bool isUndo)
    {
        Hush();
        var by = (await Visitor.GetAsync()).Name;
        var changed = new List<LabelSubject>();
        var attempt = isAdded ? L["The tag could not be added"] : L["The tag could not be removed"];
        var isWhole = false;
        await DoAsync(attempt, async () => isWhole = await _work.RunAsync(
            isAdded ? L["Tagging"] : L["Untagging"],
            subjects,
            BulkWork.Step,
            async (chunk, token) => changed.AddRange(isAdded ? await Labels.TagAsync(chunk, tag, by, token) : await Labels.UntagAsync(chunk, tag, token))));
        if (_failure is null || changed.Count > 0)
        {
            _message = (isAdded
                ? L.Count("{0} image tagged {1}.|{0} images tagged {1}.", changed.Count, tag)
                : L.Count("The tag {1} taken off {0} image.|The tag {1} taken off {0} images.", changed.Count, tag))
                + (isWhole ? string.Empty : " " + L["It was stopped before the end."]);
            _undo = changed.Count == 0 || isUndo ? null : () => TagAsync(tag, changed, !isAdded, isUndo: true);
        }

        await ReloadAsync();
    }

    private Task UndoAsync() => _undo?.Invoke() ?? Task.CompletedTask;

    private void Hush()
    {
        _message = null;
        _failure = null;
        _undo = null;
    }

    private async Task AddToRunAsync()
    {
        IReadOnlyList<ImageId> images = [.. _selected.OrderBy(image => image.Value)];
        if (await AddToRunDialog.AskAsync(Dialogs, L.Count("Add {0} image to a run|Add {0} images to a run", images.Count), images.Count) is not { } answer)
        {
            return;
        }

        Hush();
        await DoAsync(L["The images could not be added to the run"], async () =>
        {
            var added = await Task.Run(() => Coordinator.AddItemsAsync(answer.Run.Id, answer.Prompt, images, CancellationToken.None));
            _message = added == images.Count
                ? L.Count("{0} image queued in “{1}”.|{0} images queued in “{1}”.", added, answer.Run.Name)
                : L.Count("{0} image queued in “{1}”; the others it has already.|{0} images queued in “{1}”; the others it has already.", added, answer.Run.Name);
        });
    }

    private async Task CompareAsync()
    {
        IReadOnlyList<ImageId> images = [.. _selected];
        var query = _state.Query;
        Hush();
        await DoAsync(L["The images could not be compared"], async () =>
        {
            var analyses = await Task.Run(() => Gallery.ListFirstAnalysesAsync(query, images, CancellationToken.None));
            if (analyses.Count < 2)
            {
                _failure = L["Fewer than two of them have a finished analysis that fits: there is nothing to compare."];
                return;
            }

            Navigation.NavigateTo(Urls.Compare([.. analyses.Take(MostCompared)]));
        });
    }

    /// <summary>The analyses that the gallery means, of the selected images.</summary>
    private AnalysisFilter SelectionFilter => _allOf == _state.ViewQuery && _selected.Count == _loader.Value?.Page.Total
        ? _state.Filter
        : _state.Filter with { Images = [.. _selected] };

    private void GoTo(string path)
    {
        Hush();
        var url = Urls.WithQuery(path, [.. FilterAddress.Write(SelectionFilter)]);
        if (url.Length > FilterAddress.LongestUrl || _selected.Count > IdRanges.MaxCount)
        {
            _failure = L["The selection does not fit into an address: tag it, and filter by the tag."];
            return;
        }

        Navigation.NavigateTo(url);
    }

    private async Task ExportAsync()
    {
        var filter = SelectionFilter with { State = AnalysisState.Done };
        var name = L.Count("{0} selected image|{0} selected images", _selected.Count);
        Hush();
        await DoAsync(L["The images could not be exported"], async () =>
        {
            var (analyses, refusal) = await Task.Run(() => Gallery.ListAnalysesAsync(filter, CancellationToken.None));
            if (refusal is not null || analyses.Count == 0)
            {
                _failure = refusal ?? L["None of them has a finished analysis that fits: there is nothing to export."];
                return;
            }

            await ExportDialog.ShowAsync(Dialogs, new ExportSubject(name, new ExportScope([], analyses), analyses.Count, _state.Filter.Checkpoint));
        });
    }

    private async Task DeleteAsync()
    {
        IReadOnlyList<ImageId> images = [.. _selected];
        if (await DeleteImagesDialog.AskAsync(Dialogs, L.Count("Delete {0} image?|Delete {0} images?", images.Count), images) is not { } answer)
        {
            return;
        }

        Hush();
        var before = images.Count;
        var isWhole = true;
        await DoAsync(L["The images could not be deleted"], async () =>
        {
            // A run takes the images that only it used along.
            isWhole = answer.Runs.Count == 0 || await _work.RunAsync(L["Deleting runs"], answer.Runs, 1, (runs, token) => Coordinator.DeleteAsync(runs[0], token));
            isWhole = isWhole && await _work.RunAsync(L["Deleting images"], images, BulkWork.Step, (chunk, token) => Store.DeleteUnusedAsync(chunk, token));
        });
        var left = await Task.Run(() => Store.FindAsync(images, CancellationToken.None));
        _selected.Clear();
        _selected.UnionWith(left.Select(image => image.Id));
        var deleted = before - left.Count;
        _message = left.Count == 0
            ? L.Count("{0} image deleted.|{0} images deleted.", deleted)
            : L.Count("{0} image deleted; {1} kept, as analyses use them.|{0} images deleted; {1} kept, as analyses use them.", deleted, Words.Count(left.Count));
        if (!isWhole)
        {
            _message += " " + L["It was stopped before the end."];
        }

        await ReloadAsync();
    }

    private async Task DoAsync(string attempt, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _failure = Failures.Describe(exception, attempt);
        }
    }

    private ValueTask DisposeLightsAsync() => Interlocked.Exchange(ref _lights, null).EndAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        Dispose();
        await DisposeLightsAsync();
        await _module.LetGoAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Navigation.LocationChanged -= OnLocationChanged;
            _searching?.Dispose();
            _work?.Dispose();
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <param name="LightsUrl">Where the patches to be lit are to be had; null where there are none.</param>
    private sealed record Contents(GalleryPage Page, Names Known, string? LightsUrl);

    /// <summary>What conditions can name.</summary>
    private sealed record Names(IReadOnlyList<RunRow> Runs, IReadOnlyList<CheckpointRow> Checkpoints, IReadOnlyList<string> Tags, IReadOnlyDictionary<int, string> Tokens)
    {
        public static Names None { get; } = new([], [], [], new Dictionary<int, string>());
    }
}
