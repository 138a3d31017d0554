namespace LogitLens.Storage.Catalogue;

/// <summary>One position: its token id, its kind (see <c>PositionKind</c> of Inference) and, for a patch, its place.</summary>
public readonly record struct LayoutPosition(int Id, byte Kind, int? Tile, int? Row, int? Column, PixelBox? Pixels);
