using System.Globalization;
using LogitLens.Dashboard.Components.Atlas;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>
/// Where a word, a token or a set of tokens is read, over all analyses. The tiles come from the token index; <c>wwwroot/js/atlas.js</c> lights their patches from
/// one answer for the whole page.
/// </summary>
public sealed partial class Atlas
{
    private const int MostRuns = 500;
    private const int ShownTokens = 24;

    private AtlasState _state = new();
    private Loader<Contents> _loader = default!;
    private ElementReference _tiles;
    private IJSObjectReference? _module;
    private IJSObjectReference? _lights;
    private Contents? _lit;
    private string _text = string.Empty;
    private string? _mistake;
    private bool _disposed;

    /// <summary>From the address: a word.</summary>
    [SupplyParameterFromQuery(Name = "text")]
    public string? TextInUrl { get; set; }

    /// <summary>From the address: exact, prefix or contains.</summary>
    [SupplyParameterFromQuery(Name = "match")]
    public string? MatchInUrl { get; set; }

    /// <summary>From the address: ids, as <c>3_5_8</c>.</summary>
    [SupplyParameterFromQuery(Name = "tokens")]
    public string? TokensInUrl { get; set; }

    /// <summary>From the address: a hash.</summary>
    [SupplyParameterFromQuery(Name = "checkpoint")]
    public string? CheckpointInUrl { get; set; }

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = "run")]
    public string? RunInUrl { get; set; }

    /// <summary>From the address: 8, 8-20, 8- or emb-4.</summary>
    [SupplyParameterFromQuery(Name = "layers")]
    public string? LayersInUrl { get; set; }

    /// <summary>From the address: the least probability.</summary>
    [SupplyParameterFromQuery(Name = "p")]
    public string? LeastInUrl { get; set; }

    /// <summary>From the address: any, patch or text.</summary>
    [SupplyParameterFromQuery(Name = "places")]
    public string? PlacesInUrl { get; set; }

    /// <summary>From the address: best or newest.</summary>
    [SupplyParameterFromQuery(Name = "order")]
    public string? OrderInUrl { get; set; }

    /// <summary>From the address: where the page before ended.</summary>
    [SupplyParameterFromQuery(Name = "after")]
    public string? AfterInUrl { get; set; }

    [Inject]
    private TokenIndexStore Index { get; set; } = default!;

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private CheckpointStore Checkpoints { get; set; } = default!;

    [Inject]
    private ImageStore Images { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime JS { get; set; } = default!;

    private string Subject => !_state.IsByTokens
        ? $"“{_state.Text}”"
        : _loader.Value is { Tokens.Count: > 0 } contents ? string.Join(", ", contents.Tokens.Take(3).Select(token => token.Display)) : string.Join(", ", _state.Tokens!.Take(3).Select(id => $"#{id}"));

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        var state = AtlasState.From(
            TextInUrl,
            MatchInUrl,
            TokensInUrl,
            CheckpointInUrl,
            Guid.TryParse(RunInUrl, out var run) ? run : null,
            LayersInUrl,
            LeastInUrl,
            PlacesInUrl,
            OrderInUrl,
            AfterInUrl);
        _text = state.Text;
        _state = state;
        _mistake = null;
        return LoadAsync();
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
            if (contents.Found is { Items.Count: > 0 })
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
    protected override bool ConcernsRun(RunId run) => false;

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private static T Read<T>(ChangeEventArgs args)
        where T : struct, Enum => Enum.TryParse<T>(args.Value as string, out var value) ? value : default;

    private static string Share(long positions, long most) => string.Create(CultureInfo.InvariantCulture, $"--share:{(most == 0 ? 0 : (double)positions / most):0.####}");

    // Few pictures are shown large.
    private static string DisplayOf(FoundToken token) => token.Display.Length == 0 ? $"#{token.Id}" : token.Display;

    private static string NameOf(Contents contents, int id) => contents.Tokens.FirstOrDefault(token => token.Id == id) is { } token ? DisplayOf(token) : $"#{id}";

    private void AddToken(FoundToken? token)
    {
        if (token is not null)
        {
            Navigation.NavigateTo(_state.Of(token.CheckpointHash, (_state.Tokens ?? []).Append(token.Id)).ToUrl());
        }
    }

    private async Task<IEnumerable<FoundToken?>> SuggestAsync(string? text, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        var filter = _state.Filter;
        var begins = await Index.FindTokensAsync(text, TokenMatch.Prefix, filter, null, ShownTokens, cancellationToken);
        var holds = begins.Total < ShownTokens ? (await Index.FindTokensAsync(text, TokenMatch.Contains, filter, null, ShownTokens, cancellationToken)).Items : [];
        return begins.Items.Concat(holds).DistinctBy(token => token.Id).Where(token => _state.Tokens?.Contains(token.Id) != true);
    }

    private void Go(AtlasState state) => Navigation.NavigateTo((state with { After = null }).ToUrl());

    private void SearchNow()
    {
        if (_text.Trim().Length > 0 || _state.IsByTokens)
        {
            Go(_state with { Text = _text, Tokens = null, Checkpoint = _state.IsByTokens ? null : _state.Checkpoint });
        }
    }

    private void ChangeLayers(ChangeEventArgs args)
    {
        var text = (args.Value as string)?.Trim();
        if (string.IsNullOrEmpty(text) || AtlasState.ReadLayers(text) is not null)
        {
            Go(_state with { Layers = string.IsNullOrEmpty(text) ? null : text });
        }
        else
        {
            _mistake = L["Layers are “{0}”: give one such as 8, a range such as 8-20, or 8- for all from there; emb is the first.", text];
        }
    }

    private void ChangeLeast(ChangeEventArgs args)
    {
        var text = (args.Value as string)?.Trim().Replace(',', '.');
        if (string.IsNullOrEmpty(text) || (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= 1))
        {
            Go(_state with { Least = AtlasState.ReadLeast(text) });
        }
        else
        {
            _mistake = L["The least probability is “{0}”: give a number from 0 to 1, such as 0.5.", text];
        }
    }

    private Task LoadAsync()
    {
        var state = _state;
        return _loader.LoadAsync(L["The atlas could not be read"], async token =>
        {
            var runs = (await Runs.ListAsync(0, MostRuns, token)).Items;
            var checkpoints = await Checkpoints.ListAsync(token);
            IReadOnlyList<FoundToken> tokens;
            int total;
            if (state.IsByTokens)
            {
                tokens = await Index.DescribeTokensAsync(state.Tokens!, state.Filter, token);
                total = tokens.Count;
            }
            else
            {
                var page = await Index.FindTokensAsync(state.Text, state.Match, state.Filter, null, ShownTokens, token);
                (tokens, total) = (page.Items, page.Total);
            }

            if (state.IsEmpty)
            {
                return new Contents(state, runs, checkpoints, tokens, total, null, [], [], null);
            }

            TokenOccurrences found;
            try
            {
                found = await Index.FindOccurrencesAsync(state.Query, token);
            }
            catch (ArgumentException)
            {
                // A mistyped place in the address: the first page instead.
                state = state with { After = null };
                found = await Index.FindOccurrencesAsync(state.Query, token);
            }

            var images = (await Images.FindAsync([.. found.Items.Select(item => item.Analysis.Image).Distinct()], token)).ToDictionary(image => image.Id);
            var upright = runs.Where(run => run.Settings.ApplyExifOrientation).Select(run => run.Id).ToHashSet();
            var variants = state.IsByTokens ? await TokenVariants.FindAsync(Index, tokens, [.. state.Tokens!], state.Filter, token) : [];
            var beginning = !state.IsByTokens && found.Items.Count == 0 && total == 0 ? await TokenVariants.FindBeginningAsync(Index, state.Text, state.Filter, token) : null;
            var names = tokens.GroupBy(t => t.Id).ToDictionary(group => group.Key, group => group.First().Display);
            var tiles = found.Items
                .Where(item => images.ContainsKey(item.Analysis.Image))
                .Select(item => (Found: item, IsUpright: upright.Contains(item.Analysis.Run)))
                .Select(item => new Tile(item.Found, images[item.Found.Analysis.Image].SizeAs(item.IsUpright), item.IsUpright, names.GetValueOrDefault(item.Found.BestToken, string.Empty)))
                .ToList();
            return new Contents(state, runs, checkpoints, tokens, total, found, tiles, variants, beginning);
        });
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
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }

    private RenderFragment TokenLink(FoundToken token) => builder =>
    {
        var state = _state with { Tokens = [token.Id], Checkpoint = token.CheckpointHash, After = null };
        builder.OpenElement(0, "a");
        builder.AddAttribute(1, "class", "la-token");
        builder.AddAttribute(2, "href", state.ToUrl());
        builder.AddAttribute(3, "aria-current", _state.IsByTokens && _state.Tokens!.Count == 1 && _state.Tokens[0] == token.Id ? "true" : null);
        builder.AddAttribute(4, "title", L["#{0}, read {1} times, best {2}", token.Id, Words.Count(token.Positions), token.Best.ToString("0.000", CultureInfo.InvariantCulture)].Value);
        builder.OpenElement(5, "span");
        builder.AddAttribute(6, "class", "ll-mono");
        builder.AddContent(7, DisplayOf(token));
        builder.CloseElement();
        builder.AddContent(8, " ");
        builder.OpenElement(9, "span");
        builder.AddAttribute(10, "class", "ll-faint");
        builder.AddContent(11, L.Count("{0} analysis|{0} analyses", token.Analyses));
        builder.CloseElement();
        builder.CloseElement();
    };

    private sealed record Tile(TokenOccurrence Found, (int Width, int Height) Size, bool IsUpright, string Token);

    private sealed record Contents(
        AtlasState State,
        IReadOnlyList<RunRow> Runs,
        IReadOnlyList<CheckpointRow> Checkpoints,
        IReadOnlyList<FoundToken> Tokens,
        int TokensTotal,
        TokenOccurrences? Found,
        IReadOnlyList<Tile> Tiles,
        IReadOnlyList<FoundToken> Variants,
        FoundToken? Beginning)
    {
        public IReadOnlyList<(int Layer, long Positions)> Layers { get; } =
            [.. Tokens.SelectMany(token => token.Layers).GroupBy(hits => hits.Layer).OrderBy(group => group.Key).Select(group => (group.Key, group.Sum(hits => hits.Positions)))];

        public string CheckpointName(string hash) => Checkpoints.FirstOrDefault(checkpoint => checkpoint.Hash == hash)?.Name ?? hash;

        public long MostPositions => Layers.Count == 0 ? 0 : Layers.Max(layer => layer.Positions);
    }
}
