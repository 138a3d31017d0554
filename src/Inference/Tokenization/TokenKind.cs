namespace LogitLens.Inference.Tokenization;

/// <summary>What a token id stands for. Storage knows one more, 4: a text of an imported file whose id nobody knows.</summary>
public enum TokenKind : byte
{
    /// <summary>A piece of text.</summary>
    Ordinary = 0,

    /// <summary>A control token: <c>&lt;s&gt;</c>, <c>&lt;image&gt;</c>, …</summary>
    Special = 1,

    /// <summary>A piece for one byte (<c>&lt;0x0A&gt;</c>), or several bytes of UTF-8 that are no text by themselves.</summary>
    Byte = 2,

    /// <summary>An id of the unembedding that the tokenizer has no piece for.</summary>
    Unnamed = 3,
}
