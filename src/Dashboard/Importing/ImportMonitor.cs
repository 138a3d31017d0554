using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>Tells pages that an import moved on. In memory; safe from any thread.</summary>
public sealed class ImportMonitor
{
    /// <summary>Raised on a background thread; listeners throttle their own renders and never block.</summary>
    public event Action<ImportJobId>? Changed;

    internal void Report(ImportJobId job) => Changed?.Invoke(job);
}
