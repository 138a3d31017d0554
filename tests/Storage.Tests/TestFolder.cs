namespace LogitLens.Storage.Tests;

/// <summary>An empty folder, deleted at the end.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("logitlens-storage-").FullName;

    public string DatabasePath => System.IO.Path.Combine(Path, "logitlens.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
