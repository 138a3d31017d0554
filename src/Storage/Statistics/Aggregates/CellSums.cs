namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>The numerators and denominators of a mean map on one shape of grid.</summary>
internal sealed class CellSums(GridShape shape)
{
    private readonly double[] _values = new double[shape.Cells];
    private readonly long[] _counts = new long[shape.Cells];

    public GridShape Shape => shape;

    /// <summary>Patches that went in.</summary>
    public long Patches => _counts.Sum();

    /// <summary>Adds a layer.</summary>
    public void Add(MapQuantity quantity, int layer, GridTally grid)
    {
        var (sums, counts, unit) = quantity switch
        {
            MapQuantity.Confidence => (grid.Confidence, grid.Count, HistogramScale.Confidence.Unit),
            MapQuantity.Entropy => (grid.Entropy, grid.EntropyCount, HistogramScale.Entropy.Unit),
            MapQuantity.Filler => (grid.Filler, grid.Count, 1.0),
            MapQuantity.BestHere => (grid.Best, grid.Count, 1.0),
            MapQuantity.BestLayer => (grid.Best, grid.Best, layer),
            MapQuantity.Mask => (grid.BestFiller, grid.Best, 1.0),
            _ => throw new ArgumentOutOfRangeException(nameof(quantity), quantity, "Unknown quantity."),
        };
        for (var cell = 0; cell < _values.Length; cell++)
        {
            _values[cell] += sums[cell] * unit;
            _counts[cell] += counts[cell];
        }
    }

    /// <summary>The mean over grids of any shapes, each laid over the common one: a cell takes of another grid's cells in proportion to the area they share.</summary>
    public static double?[] MeanOver(GridShape common, IReadOnlyList<CellSums> grids)
    {
        var (values, weights) = (new double[common.Cells], new double[common.Cells]);
        foreach (var grid in grids)
        {
            var rows = Overlaps(grid.Shape.Rows, common.Rows);
            var columns = Overlaps(grid.Shape.Columns, common.Columns);
            foreach (var (fromRow, toRow, height) in rows)
            {
                foreach (var (fromColumn, toColumn, width) in columns)
                {
                    var from = (fromRow * grid.Shape.Columns) + fromColumn;
                    var to = (toRow * common.Columns) + toColumn;
                    values[to] += grid._values[from] * height * width;
                    weights[to] += grid._counts[from] * height * width;
                }
            }
        }

        return [.. values.Select((value, cell) => weights[cell] > 0 ? value / weights[cell] : (double?)null)];
    }

    /// <summary>Which of so many equal stretches of [0, 1] share how much with which of so many others; the share is of the first one's length.</summary>
    private static List<(int From, int To, double Share)> Overlaps(int from, int to)
    {
        var overlaps = new List<(int, int, double)>();
        for (var f = 0; f < from; f++)
        {
            // In units of 1 / (from × to), so that equal grids overlap in whole cells only.
            for (var t = (int)((long)f * to / from); t < to && (long)t * from < (long)(f + 1) * to; t++)
            {
                var shared = Math.Min((long)(f + 1) * to, (long)(t + 1) * from) - Math.Max((long)f * to, (long)t * from);
                overlaps.Add((f, t, (double)shared / to));
            }
        }

        return overlaps;
    }
}
