using LogitLens.Dashboard.Analysis;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>A component that follows the analysis service: at most four renders a second from progress, two reloads a second from changed rows.</summary>
public abstract class MonitoredComponent : ComponentBase, IDisposable
{
    private static readonly TimeSpan RenderInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ReloadInterval = TimeSpan.FromMilliseconds(500);

    private RenderThrottle? _renders;
    private RenderThrottle? _reloads;

    /// <summary>What the service does.</summary>
    [Inject]
    protected AnalysisMonitor Monitor { get; set; } = default!;

    /// <summary>The clock.</summary>
    [Inject]
    protected TimeProvider Time { get; set; } = default!;

    /// <summary>Whether this step of progress should show here.</summary>
    protected virtual bool ConcernsProgress(CurrentAnalysis? current) => false;

    /// <summary>Whether changed rows of that run should show here.</summary>
    protected virtual bool ConcernsRun(RunId run) => false;

    /// <summary>Rows changed: read them again. Called on the circuit.</summary>
    protected virtual Task ReloadAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _renders = new RenderThrottle(Time, RenderInterval, () => InvokeAsync(StateHasChanged));
        _reloads = new RenderThrottle(Time, ReloadInterval, () => InvokeAsync(ReloadAsync));
        Monitor.Progressed += OnProgressed;
        Monitor.RunChanged += OnRunChanged;
    }

    private void OnProgressed(CurrentAnalysis? current)
    {
        if (ConcernsProgress(current))
        {
            _renders?.Signal();
        }
    }

    private void OnRunChanged(RunId run)
    {
        if (ConcernsRun(run))
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

    /// <summary>Ends the subscriptions.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Monitor.Progressed -= OnProgressed;
            Monitor.RunChanged -= OnRunChanged;
            _renders?.Dispose();
            _reloads?.Dispose();
        }
    }
}
