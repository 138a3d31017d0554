namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>One of the grids that patches lie on: pictures of other proportions have other grids where a model sees tiles.</summary>
internal readonly record struct GridShape(int Tile, int Rows, int Columns) : IComparable<GridShape>
{
    public int Cells => Rows * Columns;

    public int CompareTo(GridShape other) => (Tile, Rows, Columns).CompareTo((other.Tile, other.Rows, other.Columns));
}
