using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Statistics;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>
/// Statistics over every finished analysis, those an address names, or those of a run; and a run's report, which is the same to print. The figures are drawn in the
/// browser, from <c>/api/statistics</c>, by <c>wwwroot/js/statistics/statistics.js</c>.
/// </summary>
public sealed partial class Statistics
{
    private const int MostRuns = 500;

    private Loader<Contents> _loader = default!;
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _page;
    private ScopeState _scope = ScopeState.All;
    private string? _path;
    private string? _loading;
    private string? _attached;
    private bool _disposed;

    /// <summary>From the address; null for statistics that are not of one run.</summary>
    [Parameter]
    public Guid? Id { get; set; }

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private CheckpointStore Checkpoints { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime JS { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    private bool IsReport => Id is not null && new Uri(Navigation.Uri).AbsolutePath.EndsWith("/report", StringComparison.Ordinal);

    private string Scope => ScopeOf(Id, new Uri(Navigation.Uri).Query);

    private string Path => new Uri(Navigation.Uri).AbsolutePath;

    private string Query => new Uri(Navigation.Uri).Query;

    private string Key => $"{IsReport} {Scope}";

    private string Title => _loader.Value?.Run is { } run ? (IsReport ? L["Report of {0}", run.Name] : L["Statistics of {0}", run.Name]) : L["Statistics"];

    /// <summary>The API's parameters that an address means: those that say which analyses, the run's own first.</summary>
    /// <param name="run">The run in the path.</param>
    /// <param name="query">The address' query, with or without its question mark.</param>
    internal static string ScopeOf(Guid? run, string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        var scope = run is { } id ? [$"run={id}"] : new List<string>();
        foreach (var name in ScopeState.Names)
        {
            if ((name != "run" || run is null) && values.TryGetValue(name, out var given))
            {
                scope.AddRange(given.Where(value => !string.IsNullOrEmpty(value)).Select(value => $"{name}={Uri.EscapeDataString(value!)}"));
            }
        }

        return string.Join('&', scope);
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _loader = new Loader<Contents>(Time, StateHasChanged);
        Navigation.LocationChanged += OnLocationChanged;
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _path = Path;
        if (_loading != Key)
        {
            _loading = Key;
            _scope = ScopeState.Read(Id, Query);
            await LoadAsync();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_disposed || _loader.Value is not { IsMissing: false } contents || _attached == Key)
        {
            return;
        }

        _attached = Key;
        try
        {
            await DisposePageAsync();
            _module ??= await JS.InvokeAsync<IJSObjectReference>("import", "./js/statistics/statistics.js");
            _page = await _module.InvokeAsync<IJSObjectReference>("attach", _host, new { scope = Scope, name = contents.Run?.Name ?? "statistics", report = IsReport });
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone: nobody looks any more.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        Navigation.LocationChanged -= OnLocationChanged;
        _loader?.Dispose();
        await DisposePageAsync();
        await _module.LetGoAsync();
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    // What an address asks for lies in its query, which is no parameter of the component: the router does not tell of it.
    private void OnLocationChanged(object? sender, LocationChangedEventArgs args) => _ = InvokeAsync(async () =>
    {
        if (!_disposed && Path == _path && _loading != Key)
        {
            await OnParametersSetAsync();
            StateHasChanged();
        }
    });

    private Task LoadAsync()
    {
        var id = Id;
        return _loader.LoadAsync(L["The run could not be read"], async token =>
        {
            var run = id is { } value ? await Runs.FindAsync(new RunId(value), token) : null;
            return IsReport
                ? new Contents(run, run is null, [], [])
                : new Contents(run, id is not null && run is null, (await Runs.ListAsync(0, MostRuns, token)).Items, await Checkpoints.ListAsync(token));
        });
    }

    private ValueTask DisposePageAsync() => Interlocked.Exchange(ref _page, null).EndAsync();

    private sealed record Contents(RunRow? Run, bool IsMissing, IReadOnlyList<RunRow> Runs, IReadOnlyList<CheckpointRow> Checkpoints);
}
