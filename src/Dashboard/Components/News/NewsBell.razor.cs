using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.News;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using MudBlazor;

namespace LogitLens.Dashboard.Components.News;

/// <summary>Says when a run ends: a snackbar at once, the list behind the bell afterwards, and the browser itself where it was asked to.</summary>
public sealed partial class NewsBell
{
    private const int Shown = 12;

    private ElementReference _element;
    private DotNetObjectReference<NewsBell>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _browser;
    private long _seen = long.MaxValue;
    private long _seenBefore = long.MaxValue;
    private string _permission = "none";
    private CultureInfo _language = CultureInfo.InvariantCulture;
    private bool _isOpen;
    private bool _disposed;

    [Inject]
    private RunNews News { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    private int Unread => News.Recent.Count(end => end.EndedAt.ToUnixTimeMilliseconds() > _seen);

    /// <summary>The module tells what another tab of this browser has seen.</summary>
    /// <param name="seen">Milliseconds since 1970.</param>
    [JSInvokable]
    public void OnSeen(long seen)
    {
        _seen = Math.Max(_seen, seen);
        StateHasChanged();
    }

    /// <summary>The module tells whether the browser may show notifications: on, off, denied, insecure or none.</summary>
    [JSInvokable]
    public void OnPermission(string permission)
    {
        _permission = permission;
        StateHasChanged();
    }

    /// <summary>The module tells that Escape was pressed, or the pointer elsewhere.</summary>
    [JSInvokable]
    public void OnLeft()
    {
        _isOpen = false;
        StateHasChanged();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _language = CultureInfo.CurrentUICulture;
        News.Ended += OnEnded;
        Navigation.LocationChanged += OnLocationChanged;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            _self = DotNetObjectReference.Create(this);
            _module = await JS.InvokeAsync<IJSObjectReference>("import", "./js/news.js");
            var browser = await _module.InvokeAsync<IJSObjectReference>("attach", _element, _self);
            if (_disposed || browser is null)
            {
                return;
            }

            // A browser that was never here has seen what ended before it came.
            _browser = browser;
            _seen = await browser.InvokeAsync<long>("seen", Time.GetUtcNow().ToUnixTimeMilliseconds());
            _permission = await browser.InvokeAsync<string>("permission");
            await CountAsync();
            StateHasChanged();
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone.
        }
    }

    private void OnEnded(RunEnd end) => _ = InvokeAsync(async () =>
    {
        if (_disposed)
        {
            return;
        }

        // The service's thread has no reader; this circuit has.
        CultureInfo.CurrentUICulture = _language;

        try
        {
            if (_isOpen)
            {
                await SeeAsync();
            }
            else if (!Shows(end.Run))
            {
                Snackbar.Add<RunEndToast>(
                    new Dictionary<string, object> { [nameof(RunEndToast.End)] = end },
                    Severity.Normal,
                    options => (options.HideIcon, options.VisibleStateDuration, options.SnackbarVariant) = (true, 8000, Variant.Outlined),
                    key: $"{end.Run}");
            }

            StateHasChanged();
            await CountAsync();
            if (_browser is not null)
            {
                await _browser.InvokeVoidAsync("tell", RunEndSentence.Of(end), Urls.Run(end.Run), $"{end.Run}");
            }
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone, and this component is about to.
        }
    });

    // No toast for what the eye already sees.
    private bool Shows(RunId run) => new Uri(Navigation.Uri).AbsolutePath.StartsWith(Urls.Run(run), StringComparison.OrdinalIgnoreCase);

    private async Task ToggleAsync()
    {
        _isOpen = !_isOpen;
        if (_isOpen)
        {
            _seenBefore = _seen;
            await SeeAsync();
        }
    }

    private async Task SeeAsync()
    {
        if (News.Recent is not [var newest, ..] || newest.EndedAt.ToUnixTimeMilliseconds() is var at && at <= _seen)
        {
            return;
        }

        _seen = at;
        if (_browser is not null)
        {
            await _browser.InvokeVoidAsync("see", at);
            await CountAsync();
        }
    }

    // The tab's title says it, too.
    private ValueTask CountAsync() => _browser?.InvokeVoidAsync("count", Unread) ?? ValueTask.CompletedTask;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(() =>
    {
        if (_isOpen)
        {
            _isOpen = false;
            StateHasChanged();
        }
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        News.Ended -= OnEnded;
        Navigation.LocationChanged -= OnLocationChanged;
        await _browser.EndAsync();
        await _module.LetGoAsync();

        _self?.Dispose();
    }
}
