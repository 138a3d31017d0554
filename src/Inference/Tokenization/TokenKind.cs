namespace LogitLens.Inference.Tokenization;

/// <summary>What a token id stands for.</summary>
public enum TokenKind : byte
{
    /// <summary>A piece of text.</summary>
    Ordinary = 0,

    /// <summary>A control token: <c>&lt;s&gt;</c>, <c>&lt;image&gt;</c>, …</summary>
    Special = 1,

    /// <summary>A single byte of UTF-8 that is no text by itself.</summary>
    Byte = 2,

    /// <summary>An id of the unembedding that the tokenizer has no piece for.</summary>
    Unnamed = 3,
}
