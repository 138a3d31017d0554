using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Recognises the checkpoint that travels with the program.</summary>
internal static class DemoCheckpoint
{
    private static readonly string Tail = Path.Combine("Demo", "checkpoint");

    /// <summary>Whether a kept checkpoint is the demo, wherever the program stood when it was last seen.</summary>
    public static bool Is(CheckpointRow checkpoint) =>
        Path.TrimEndingDirectorySeparator(checkpoint.Folder).EndsWith(Path.DirectorySeparatorChar + Tail, StringComparison.Ordinal);
}
