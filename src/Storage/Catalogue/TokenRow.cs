namespace LogitLens.Storage.Catalogue;

/// <summary>One row of a checkpoint's token table (see <c>TokenEntry</c> of Inference: id, raw piece, decoded text, display text, kind).</summary>
public readonly record struct TokenRow(int Id, string Piece, string Text, string Display, byte Kind)
{
    /// <summary>
    /// The kind of a token that only an imported file has: its text is known and its id in the model is not, because the file named none and several ids (or
    /// none) are written so. Its id lies behind the vocabulary. The first four kinds are <c>TokenKind</c>'s of Inference.
    /// </summary>
    public const byte TextOnly = 4;
}
