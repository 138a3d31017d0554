namespace LogitLens.Storage.Catalogue;

/// <summary>One row of a checkpoint's token table (see <c>TokenEntry</c> of Inference: id, raw piece, decoded text, display text, kind).</summary>
public readonly record struct TokenRow(int Id, string Piece, string Text, string Display, byte Kind);
