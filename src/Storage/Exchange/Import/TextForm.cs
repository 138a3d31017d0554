namespace LogitLens.Storage.Exchange.Import;

/// <summary>How a file writes tokens.</summary>
public enum TextForm
{
    /// <summary>Each token decoded by itself; where the tokenizer marks words (SentencePiece), one leading space is lost.</summary>
    Decoded = 0,

    /// <summary>Decoded with the leading space kept.</summary>
    Spaced = 1,

    /// <summary>The tokenizer's own pieces (<c>▁cat</c>, <c>Ġcat</c>).</summary>
    Pieces = 2,
}
