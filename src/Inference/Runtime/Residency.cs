namespace LogitLens.Inference.Runtime;

/// <summary>Where a checkpoint's weights are while it is used.</summary>
public enum Residency
{
    /// <summary>Resident if they fit into free memory, else streamed.</summary>
    Auto,

    /// <summary>All in memory, in the type they are multiplied in.</summary>
    Resident,

    /// <summary>Blocks are read from disk and converted when their turn comes, once for each batch of pictures; memory holds one at a time, and the next one as stored.</summary>
    Streamed,
}
