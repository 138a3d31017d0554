using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Comparisons;

/// <summary>Which patches of two analyses of one image stand for each other: the same ones where the picture is cut alike, else by the area they cover.</summary>
internal sealed class PatchAlignment
{
    // The number of Inference's PositionKind.
    private const byte Patch = 1;

    // Edges are computed; two runs of the same preprocessing give the same to much less than this, in pixels.
    private const double SamePlace = 0.01;

    private const double Slack = 1e-6;

    private PatchAlignment(int[] first, int[] second, bool byArea, bool allBeforeDifference)
    {
        First = first;
        Second = second;
        IsByArea = byArea;
        AllBeforeDifference = allBeforeDifference;
    }

    /// <summary>Positions of the first analysis.</summary>
    public int[] First { get; }

    /// <summary>For each of them the position of the second.</summary>
    public int[] Second { get; }

    /// <summary>The picture is cut otherwise: each patch of the first stands beside the one its middle lies in.</summary>
    public bool IsByArea { get; }

    /// <summary>Every patch stands before the first position at which the inputs differ; token ids are taken to mean the same.</summary>
    public bool AllBeforeDifference { get; }

    public static PatchAlignment Of(AnalysisLayout a, AnalysisLayout b)
    {
        var cells = new Dictionary<(int, int, int), int>();
        for (var i = 0; i < b.Positions.Count; i++)
        {
            if (b.Positions[i] is { Kind: Patch, Row: { } row, Column: { } column } position)
            {
                cells[(position.Tile ?? 0, row, column)] = i;
            }
        }

        var (first, second) = (new List<int>(), new List<int>());
        var isSame = true;
        for (var i = 0; i < a.Positions.Count && isSame; i++)
        {
            if (a.Positions[i] is not { Kind: Patch, Row: { } row, Column: { } column } position)
            {
                continue;
            }

            isSame = cells.TryGetValue((position.Tile ?? 0, row, column), out var other) && SameBox(position.Pixels, b.Positions[other].Pixels);
            first.Add(i);
            second.Add(other);
        }

        return isSame && first.Count == cells.Count
            ? new PatchAlignment([.. first], [.. second], false, first.Count > 0 && FirstDifference(a, b) > Math.Max(first[^1], second[^1]))
            : ByArea(a, b);
    }

    private static PatchAlignment ByArea(AnalysisLayout a, AnalysisLayout b)
    {
        // The whole picture beside the whole picture, finer tiles beside finer tiles; where one has no tiles, its only grid serves.
        var others = Grids(b);
        var (first, second) = (new List<int>(), new List<int>());
        foreach (var (tiled, patches) in Grids(a))
        {
            var candidates = others.GetValueOrDefault(tiled) ?? others.Values.First();
            foreach (var i in patches)
            {
                var box = a.Positions[i].Pixels!.Value;
                var (x, y) = (box.X + (box.Width / 2), box.Y + (box.Height / 2));

                // The last of those that touch, as the browser takes it.
                var found = candidates.FindLastIndex(candidate => b.Positions[candidate].Pixels is { } other
                    && x >= other.X - Slack && x < other.X + other.Width && y >= other.Y - Slack && y < other.Y + other.Height);
                if (found >= 0)
                {
                    first.Add(i);
                    second.Add(candidates[found]);
                }
            }
        }

        return new PatchAlignment([.. first], [.. second], true, false);
    }

    private static Dictionary<bool, List<int>> Grids(AnalysisLayout layout) => Enumerable.Range(0, layout.Positions.Count)
        .Where(i => layout.Positions[i] is { Kind: Patch, Pixels: not null })
        .GroupBy(i => layout.Positions[i].Tile > 0)
        .ToDictionary(grid => grid.Key, grid => grid.ToList());

    private static int FirstDifference(AnalysisLayout a, AnalysisLayout b)
    {
        var shorter = Math.Min(a.Positions.Count, b.Positions.Count);
        for (var i = 0; i < shorter; i++)
        {
            var (one, other) = (a.Positions[i], b.Positions[i]);
            if (one.Kind != other.Kind || one.Id != other.Id || one.Tile != other.Tile || one.Row != other.Row || one.Column != other.Column)
            {
                return i;
            }
        }

        return shorter;
    }

    private static bool SameBox(PixelBox? one, PixelBox? other) => one is { } a && other is { } b
        && Math.Abs(a.X - b.X) < SamePlace && Math.Abs(a.Y - b.Y) < SamePlace && Math.Abs(a.Width - b.Width) < SamePlace && Math.Abs(a.Height - b.Height) < SamePlace;
}
