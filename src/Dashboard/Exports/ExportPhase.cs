namespace LogitLens.Dashboard.Exports;

/// <summary>Where a followed export stands.</summary>
internal enum ExportPhase
{
    Waiting,
    Running,
    Done,
    Cancelled,
    Failed,
}
