using LogitLens.Dashboard.Components.Images;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>Every image kept, searched by name; some of them can be taken into a new run.</summary>
public sealed partial class Images
{
    private static readonly TimeSpan SearchPause = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<ImageId> _selected = [];
    private GalleryState _state = new();
    private Loader<Page<ImageRow>> _loader = default!;
    private ITimer? _searching;
    private string _search = string.Empty;
    private string? _message;
    private string? _failure;

    /// <summary>From the address: part of a name.</summary>
    [SupplyParameterFromQuery(Name = "search")]
    public string? SearchInUrl { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumberInUrl { get; set; }

    [Inject]
    private ImageStore Store { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    private string NewRunUrl => Urls.WithQuery(Urls.NewRun, ("images", ImageIdList.Format(_selected)));

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Page<ImageRow>>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _state = GalleryState.From(SearchInUrl, PageNumberInUrl);

        // What is being typed is ahead of the address; anything else (a link, back) sets the field.
        if (_searching is null && GalleryState.From(_search, 1).Search != _state.Search)
        {
            _search = _state.Search ?? string.Empty;
        }

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
        var state = _state;
        return _loader.LoadAsync(
            "The images could not be read",
            async token => await Store.ListAsync(state.Search, PageNumber.Skip(state.Page, GalleryState.PageSize), GalleryState.PageSize, token));
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
        var state = GalleryState.From(_search, 1);
        if (state.Search != _state.Search)
        {
            // One search is one step back, however many letters it has.
            Navigation.NavigateTo(state.ToUrl(), replace: _state.Search is not null);
        }
    }

    private void Select(ImageId image, bool isSelected)
    {
        if (isSelected)
        {
            _selected.Add(image);
        }
        else
        {
            _selected.Remove(image);
        }
    }

    private void SelectPage()
    {
        foreach (var image in _loader.Value?.Items ?? [])
        {
            _selected.Add(image.Id);
        }
    }

    private void ClearSelection() => _selected.Clear();

    private async Task DeleteUnusedAsync()
    {
        var count = _selected.Count;
        if (!await ConfirmDialog.AskAsync(
            Dialogs,
            "Delete unused images?",
            $"Of the {Words.Count(count, "selected image", "selected images")}, those that no analysis uses go, with their files. The others stay. This cannot be undone.",
            "Delete"))
        {
            return;
        }

        _message = null;
        _failure = null;
        try
        {
            var ids = _selected.ToArray();
            var deleted = await Task.Run(() => Store.DeleteUnusedAsync(ids, CancellationToken.None));
            _selected.Clear();
            _message = deleted == count
                ? $"{Words.Count(deleted, "image", "images")} deleted."
                : $"{Words.Count(deleted, "image", "images")} deleted; {Words.Count(count - deleted)} kept because an analysis uses {(count - deleted == 1 ? "it" : "them")}: delete the run first.";
        }
        catch (Exception exception) when (Failures.Describe(exception, "The images could not be deleted") is not null)
        {
            _failure = Failures.Describe(exception, "The images could not be deleted");
        }

        await ReloadAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _searching?.Dispose();
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }
}
