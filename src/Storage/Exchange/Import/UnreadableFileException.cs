namespace LogitLens.Storage.Exchange.Import;

/// <summary>Ends the reading of a file that cannot be used; never leaves the readers, which turn it into a sentence with the file's name and the line.</summary>
/// <param name="what">What is wrong and what to do, to follow "NAME, line N: ".</param>
/// <param name="at">The byte at which it is wrong; −1 where no place can be named.</param>
internal sealed class UnreadableFileException(string what, int at = -1) : Exception(what)
{
    public int At { get; } = at;

    /// <summary>The whole sentence.</summary>
    public string Describe(string name, ReadOnlySpan<byte> text) =>
        At < 0 ? $"{name}: {Message}" : $"{name}, line {text[..Math.Min(At, text.Length)].Count((byte)'\n') + 1}: {Message}";
}
