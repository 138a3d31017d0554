namespace LogitLens.Storage.Exchange.Import;

/// <summary>Where an import stands.</summary>
public enum ImportJobState : byte
{
    /// <summary>Files wait or are still to come.</summary>
    Running = 0,

    /// <summary>Every file has been dealt with; some may have failed.</summary>
    Done = 1,

    /// <summary>Somebody stopped it; what was imported stays.</summary>
    Cancelled = 2,

    /// <summary>It ended before all its files had come or been read; what was imported stays.</summary>
    Interrupted = 3,
}
