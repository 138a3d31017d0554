namespace LogitLens.Storage.Jobs;

/// <summary>How far an answer is that is computed in the background.</summary>
public enum JobState : byte
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
