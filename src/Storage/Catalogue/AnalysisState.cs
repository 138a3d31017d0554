namespace LogitLens.Storage.Catalogue;

/// <summary>Where an analysis stands.</summary>
public enum AnalysisState : byte
{
    Queued = 0,
    Running = 1,
    Done = 2,
    Failed = 3,
    Cancelled = 4,
}
