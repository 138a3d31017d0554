using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Which group each position of an analysis belongs to, and on which cell of which grid its patches lie.</summary>
internal sealed class PositionMap
{
    // The numbers of Inference's PositionKind.
    private const byte Text = 0;
    private const byte Patch = 1;
    private const byte Answer = 3;

    private readonly sbyte[] _groups;
    private readonly short[] _grids;
    private readonly int[] _cells;

    public PositionMap(AnalysisLayout layout)
    {
        var positions = layout.Positions;
        Grids = [.. positions
            .Where(p => p is { Kind: Patch, Row: not null, Column: not null })
            .GroupBy(p => p.Tile ?? 0)
            .Select(tile => new GridShape(tile.Key, tile.Max(p => p.Row!.Value) + 1, tile.Max(p => p.Column!.Value) + 1))
            .Order()];
        (_groups, _grids, _cells) = (new sbyte[positions.Count], new short[positions.Count], new int[positions.Count]);
        var places = Grids.Select((grid, place) => (grid, place)).ToDictionary(g => g.grid.Tile, g => (short)g.place);
        for (var i = 0; i < positions.Count; i++)
        {
            var position = positions[i];
            _groups[i] = position.Kind switch
            {
                Patch => (sbyte)PositionGroup.Patches,
                Text => (sbyte)PositionGroup.Text,
                Answer => (sbyte)PositionGroup.Answer,
                _ => -1,
            };
            _grids[i] = -1;
            if (position is { Kind: Patch, Row: { } row, Column: { } column })
            {
                _grids[i] = places[position.Tile ?? 0];
                _cells[i] = (row * Grids[_grids[i]].Columns) + column;
            }
        }
    }

    /// <summary>The grids, by tile.</summary>
    public IReadOnlyList<GridShape> Grids { get; }

    /// <summary>The group of a position, or -1 if it belongs to none; what lies beyond the layout is answer.</summary>
    public int GroupOf(int position) => position < _groups.Length ? _groups[position] : (int)PositionGroup.Answer;

    /// <summary>The place in <see cref="Grids"/> of a patch's grid and its cell, row-major; the grid is -1 for what lies on none.</summary>
    public (int Grid, int Cell) CellOf(int position) => position < _grids.Length ? (_grids[position], _cells[position]) : (-1, 0);
}
