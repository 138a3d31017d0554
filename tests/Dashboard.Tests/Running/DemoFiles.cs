namespace LogitLens.Dashboard.Tests.Running;

/// <summary>The demo that travels with the program.</summary>
internal static class DemoFiles
{
    public static string Checkpoint { get; } = Path.Combine(AppContext.BaseDirectory, "Demo", "checkpoint");

    public static string Pictures { get; } = Path.Combine(AppContext.BaseDirectory, "Demo", "pictures");

    public static string Picture(string name) => Path.Combine(Pictures, name);

    /// <summary>A copy of the checkpoint that a test may break.</summary>
    public static string CopyCheckpoint(string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(Checkpoint))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        return to;
    }
}
