namespace LogitLens.Inference.Tokenization;

/// <summary>Pieces with their ids, and the merges that build them, best first: what a tokenizer's file comes down to, whatever its form.</summary>
internal sealed class PieceVocabulary
{
    /// <summary>Pieces by text.</summary>
    public required IReadOnlyDictionary<string, int> Ids { get; init; }

    /// <summary>Pairs of neighbouring pieces that become one, best first.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>The id for a character that has neither a piece nor bytes; null leaves it out.</summary>
    public int? UnknownId { get; init; }

    /// <summary>Unknown characters in a row give one unknown id.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>A character without a piece is written as the pieces <c>&lt;0xXX&gt;</c> of its UTF-8 bytes.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary>A word that is a piece is taken whole, without looking at the merges.</summary>
    public bool TakesWholeWords { get; init; }

    /// <summary>Tokens the file itself marks as found in a text as they stand.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }
}
