namespace LogitLens.Storage.Catalogue;

/// <summary>How many analyses of a run are in each state.</summary>
public readonly record struct RunCounts(int Queued, int Running, int Done, int Failed, int Cancelled)
{
    /// <summary>All of them.</summary>
    public int Total => Queued + Running + Done + Failed + Cancelled;

    /// <summary>Those that will not change by themselves.</summary>
    public int Finished => Done + Failed + Cancelled;
}
