using System.Text.Json;

namespace LogitLens.Inference.Tests.Tokenization;

/// <summary>A checkpoint's folder made for one test and deleted after it.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("logitlens-tokenizer-").FullName;

    /// <summary>A copy of the files of <paramref name="source"/>, but for those left out.</summary>
    public static TokenizerFolder CopyOf(string source, params string[] leftOut)
    {
        var folder = new TokenizerFolder();
        foreach (var file in Directory.EnumerateFiles(source).Where(file => !leftOut.Contains(System.IO.Path.GetFileName(file))))
        {
            File.WriteAllBytes(System.IO.Path.Combine(folder.Path, System.IO.Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        return folder;
    }

    public TokenizerFolder With(string name, string content)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), content);
        return this;
    }

    public TokenizerFolder With(string name, byte[] content)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, name), content);
        return this;
    }

    public TokenizerFolder With(string name, object content) => With(name, JsonSerializer.Serialize(content));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
