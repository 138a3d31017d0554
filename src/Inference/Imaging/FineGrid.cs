namespace LogitLens.Inference.Imaging;

/// <summary>How the patches of a picture's tiles become one grid: put together as the tiles lie, freed from padding, shrunk where there are too many.</summary>
/// <param name="TileRows">Rows of tiles.</param>
/// <param name="TileColumns">Columns of tiles.</param>
/// <param name="FirstRow">First row of patches, over all tiles, that is kept.</param>
/// <param name="FirstColumn">First column of patches that is kept.</param>
/// <param name="KeptRows">Rows of patches that are kept; 0 for a picture so flat that all of its height counts as padding.</param>
/// <param name="KeptColumns">Columns of patches that are kept; 0 for a picture as narrow.</param>
/// <param name="Rows">Rows of the grid: as many as are kept, or fewer where it is shrunk.</param>
/// <param name="Columns">Columns of the grid; behind each row comes a line feature, even where a row is empty.</param>
public sealed record FineGrid(int TileRows, int TileColumns, int FirstRow, int FirstColumn, int KeptRows, int KeptColumns, int Rows, int Columns)
{
    /// <summary>Whether the kept patches are interpolated to fewer.</summary>
    public bool IsShrunk => (Rows, Columns) != (KeptRows, KeptColumns);
}
