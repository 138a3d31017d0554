using System.Runtime.InteropServices;

namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>What is counted over many analyses at one layer by token and by place: too large to keep for every analysis, so it is kept by run.</summary>
internal sealed class LayerTally
{
    private readonly Dictionary<int, long>[] _tokens = [new(), new(), new()];
    private readonly Dictionary<GridShape, GridTally> _grids = [];

    /// <summary>The grids met.</summary>
    public IReadOnlyDictionary<GridShape, GridTally> Grids => _grids;

    /// <summary>How many positions of a group have each token at top-1.</summary>
    public IReadOnlyDictionary<int, long> Tokens(PositionGroup group) => _tokens[(int)group];

    public void AddToken(int group, int id, long count) => CollectionsMarshal.GetValueRefOrAddDefault(_tokens[group], id, out _) += count;

    public GridTally At(GridShape shape)
    {
        if (!_grids.TryGetValue(shape, out var grid))
        {
            _grids.Add(shape, grid = new GridTally(shape.Cells));
        }

        return grid;
    }

    /// <summary>Makes room for so many tokens of a group at once.</summary>
    public void Reserve(int group, int tokens) => _tokens[group].EnsureCapacity(tokens);
}
