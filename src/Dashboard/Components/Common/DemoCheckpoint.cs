using LogitLens.Dashboard.Analysis;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Recognises the checkpoint that travels with the program.</summary>
internal static class DemoCheckpoint
{
    /// <summary>Whether a kept checkpoint is the demo: by its name, since the program's folder may have moved meanwhile.</summary>
    public static bool Is(CheckpointRow checkpoint) => checkpoint.Name == CheckpointRegistry.DemoName;
}
