namespace LogitLens.Storage.Statistics;

/// <summary>How far statistics are.</summary>
public enum StatisticsJobState : byte
{
    /// <summary>Being computed.</summary>
    Running = 0,

    /// <summary>The result is there.</summary>
    Done = 1,

    /// <summary>It ended with a sentence.</summary>
    Failed = 2,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled = 3,
}
