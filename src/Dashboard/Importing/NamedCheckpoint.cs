using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Importing;

/// <summary>The checkpoint that somebody said imported files were made with: its tokens, and of its sizes what is known.</summary>
/// <param name="Key">Tells it from others: the same name and the same tokens are the same checkpoint, wherever they were found. "" where none was named.</param>
/// <param name="Layers">L; null where nothing says it.</param>
/// <param name="Tokens">Its token table; empty where none was named.</param>
internal sealed record NamedCheckpoint(string Key, string? Name, int? Layers, IReadOnlyList<TokenRow> Tokens)
{
    /// <summary>None was named: tokens are their texts.</summary>
    public static NamedCheckpoint None { get; } = new(string.Empty, null, null, []);
}
