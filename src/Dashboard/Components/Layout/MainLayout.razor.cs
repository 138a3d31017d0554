using LogitLens.Dashboard.Components.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Layout;

/// <summary>The frame around every page: bar, landmarks, the way back from a page that broke.</summary>
public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;
    private DotNetObjectReference<MainLayout>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _shortcuts;
    private bool _showingShortcuts;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    // With a base address a bare "#content" would lead home; the page's own address does not.
    private string SkipTarget => new UriBuilder(Navigation.Uri) { Fragment = "content" }.Uri.PathAndQuery + "#content";

    /// <summary>Called by the shortcuts module when <c>?</c> is pressed outside a field.</summary>
    [JSInvokable]
    public async Task ShowShortcutsAsync()
    {
        if (_showingShortcuts)
        {
            return;
        }

        _showingShortcuts = true;
        try
        {
            var dialog = await Dialogs.ShowAsync<ShortcutsDialog>(
                L["Keyboard"],
                new DialogParameters<ShortcutsDialog> { { shown => shown.Path, new Uri(Navigation.Uri).AbsolutePath } },
                new DialogOptions { CloseOnEscapeKey = true, CloseButton = true, MaxWidth = MaxWidth.Medium, FullWidth = true });
            await dialog.Result;
        }
        finally
        {
            _showingShortcuts = false;
        }
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => Navigation.LocationChanged += OnLocationChanged;

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _self = DotNetObjectReference.Create(this);
        _module = await JS.InvokeAsync<IJSObjectReference>("import", "./js/shortcuts.js");
        _shortcuts = await _module.InvokeAsync<IJSObjectReference>("attach", _self);
    }

    private void Recover() => _boundary?.Recover();

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(() =>
    {
        // Another page is no longer the one that broke; the skip link follows the address.
        Recover();
        StateHasChanged();
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        await _shortcuts.EndAsync();
        await _module.LetGoAsync();

        _self?.Dispose();
    }
}
