using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Importing;
using LogitLens.Storage.Exchange.Import;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Components.Importing;

/// <summary>A component that follows imports: at most two reloads a second.</summary>
public abstract class ImportComponent : ComponentBase, IDisposable
{
    private static readonly TimeSpan ReloadInterval = TimeSpan.FromMilliseconds(500);

    private RenderThrottle? _reloads;

    /// <summary>What imports do.</summary>
    [Inject]
    protected ImportMonitor Monitor { get; set; } = default!;

    /// <summary>The clock.</summary>
    [Inject]
    protected TimeProvider Time { get; set; } = default!;

    /// <summary>Whether that import shows here.</summary>
    protected virtual bool Concerns(ImportJobId job) => true;

    /// <summary>Something moved on: read it again. Called on the circuit.</summary>
    protected abstract Task ReloadAsync();

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _reloads = new RenderThrottle(Time, ReloadInterval, () => InvokeAsync(ReloadAsync));
        Monitor.Changed += OnChanged;
    }

    private void OnChanged(ImportJobId job)
    {
        if (Concerns(job))
        {
            _reloads?.Signal();
        }
    }

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
            Monitor.Changed -= OnChanged;
            _reloads?.Dispose();
        }
    }
}
