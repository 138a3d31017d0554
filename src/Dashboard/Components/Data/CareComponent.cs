using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Components.Common;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Components.Data;

/// <summary>A component that follows what is being done for the data: at most four renders a second.</summary>
public abstract class CareComponent : ComponentBase, IDisposable
{
    private static readonly TimeSpan RenderInterval = TimeSpan.FromMilliseconds(250);

    private RenderThrottle? _renders;

    [Inject]
    private protected DataCare Care { get; set; } = default!;

    /// <summary>The clock.</summary>
    [Inject]
    protected TimeProvider Time { get; set; } = default!;

    /// <summary>Something moved on. Called on the circuit, before the render.</summary>
    protected virtual Task MovedOnAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _renders = new RenderThrottle(Time, RenderInterval, () => InvokeAsync(async () =>
        {
            await MovedOnAsync();
            StateHasChanged();
        }));
        Care.Changed += OnChanged;
    }

    private void OnChanged() => _renders?.Signal();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the subscription.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Care.Changed -= OnChanged;
            _renders?.Dispose();
        }
    }
}
