using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Gallery;
using LogitLens.Dashboard.Components.Search;
using LogitLens.Dashboard.Search;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>Everything a search found: the first of each kind, or all of one, page by page.</summary>
public sealed partial class Search : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private SearchState _state = new(new SearchText(string.Empty));
    private Loader<SearchFindings> _loader = default!;
    private ITimer? _searching;
    private string _text = string.Empty;
    private string? _message;

    /// <summary>From the address: what is looked for.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? TextInUrl { get; set; }

    /// <summary>From the address: one kind only.</summary>
    [SupplyParameterFromQuery(Name = "in")]
    public string? KindInUrl { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumberInUrl { get; set; }

    [Inject]
    private GlobalSearch Finder { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    private string Gallery => (GalleryState.All with { Filter = new AnalysisFilter(ImageName: _state.Asked.Text) }).ToUrl();

    /// <inheritdoc/>
    protected override void OnInitialized() => _loader = new Loader<SearchFindings>(Time, StateHasChanged);

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _state = SearchState.From(TextInUrl, KindInUrl, PageNumberInUrl);
        _message = null;

        // What is being typed is ahead of the address; anything else (a link, back) sets the field.
        if (_searching is null && SearchText.Parse(_text).Text != _state.Asked.Text)
        {
            _text = _state.Asked.Text;
        }

        return LoadAsync();
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync()
    {
        var state = _state;
        return _loader.LoadAsync(L["The search failed"], async token => state.Kind is not { } kind
            ? await Finder.FindAsync(state.Asked, SearchState.Overview, token)
            : await FindAsync(state, kind, token));
    }

    private async Task<SearchFindings> FindAsync(SearchState state, SearchKind kind, CancellationToken token)
    {
        var none = SearchFindings.None(state.Asked);
        var skip = PageNumber.Skip(state.Page, SearchState.PageSize);
        return kind switch
        {
            SearchKind.Images => none with { Images = await Finder.FindImagesAsync(state.Asked, skip, SearchState.PageSize, token) },
            SearchKind.Runs => none with { Runs = await Finder.FindRunsAsync(state.Asked, skip, SearchState.PageSize, token) },
            _ => none with { Tokens = await Finder.FindTokensAsync(state.Asked, skip, SearchState.PageSize, token) },
        };
    }

    private static int TotalOf(SearchFindings found, SearchKind kind) => kind switch
    {
        SearchKind.Images => found.Images.Total,
        SearchKind.Runs => found.Runs.Total,
        _ => found.Tokens.Total,
    };

    private void SearchSoon()
    {
        _searching?.Dispose();
        _searching = Time.CreateTimer(_ => _ = InvokeAsync(SearchNow), null, Pause, Timeout.InfiniteTimeSpan);
    }

    private void SearchNow()
    {
        _searching?.Dispose();
        _searching = null;
        var asked = SearchText.Parse(_text);
        if (asked != _state.Asked)
        {
            // One search is one step back, however many letters it has.
            Navigation.NavigateTo(new SearchState(asked).ToUrl(), replace: !_state.Asked.IsEmpty);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _searching?.Dispose();
        _loader?.Dispose();
    }
}
