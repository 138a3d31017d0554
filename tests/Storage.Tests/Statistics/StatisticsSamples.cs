using LogitLens.Storage.Statistics.Aggregates;

namespace LogitLens.Storage.Tests.Statistics;

/// <summary>Readings of a small picture, by chance but with ties, filler, and layers that agree.</summary>
internal static class StatisticsSamples
{
    public const int FinalLayer = 6;
    public const int Vocabulary = 12;

    /// <summary>0 is empty, 1 a newline, then words of several scripts; 11 is not named.</summary>
    public static readonly IReadOnlyList<TokenRow> Tokens =
    [
        new(0, "▁", " ", "␣", 0), new(1, "<0x0A>", "\n", "⏎", 2), new(2, "▁cat", " cat", "␣cat", 0), new(3, "кот", "кот", "кот", 0), new(4, "猫", "猫", "猫", 0),
        new(5, "고", "고", "고", 0), new(6, "7", "7", "7", 0), new(7, "<s>", "<s>", "<s>", 1), new(8, "ნ", "ნ", "ნ", 0), new(9, "dog", "dog", "dog", 0),
        new(10, "", "", "#10", 3),
    ];

    /// <summary>Two text positions, a 2 × 3 grid (its last row followed by a line feature), a text position; answers follow.</summary>
    public static AnalysisLayout Layout(int rows = 2, int columns = 3) => new(
        640,
        480,
        new PixelBox(0, 0, 640, 480),
        [
            new LayoutPosition(1, 0, null, null, null, null),
            new LayoutPosition(2, 0, null, null, null, null),
            .. Enumerable.Range(0, rows * columns).Select(i => new LayoutPosition(9, 1, 0, i / columns, i % columns, new PixelBox(i, 0, 1, 1))),
            new LayoutPosition(9, 2, 0, rows - 1, null, null),
            new LayoutPosition(3, 0, null, null, null, null),
        ]);

    public static LayerArrays Layer(Random random, int layer, int first, int positions, bool entropy = true, int k = 2) => new(
        layer,
        first,
        positions,
        k,
        [.. Enumerable.Range(0, positions * k).Select(_ => random.Next(Vocabulary))],
        [.. Enumerable.Range(0, positions).SelectMany(_ => Scores(random, k))],
        entropy ? [.. Enumerable.Range(0, positions).Select(_ => (float)(Half)(random.Next(20) / 2f))] : null,
        [],
        [],
        []);

    public static AnalysisReadings Readings(int seed, bool entropy = true, int answers = 3, IReadOnlyList<int>? layers = null)
    {
        var random = new Random(seed);
        var layout = Layout();
        layers ??= [.. Enumerable.Range(0, FinalLayer + 1)];
        return new AnalysisReadings(
            new PositionMap(layout),
            FinalLayer,
            [.. layers.Select(l => Layer(random, l, 0, layout.Positions.Count, entropy))],
            answers == 0 ? [] : [.. layers.Select(l => Layer(random, l, layout.Positions.Count, answers, entropy))]);
    }

    // Few different values, so that layers tie.
    private static float[] Scores(Random random, int k) => [.. Enumerable.Range(0, k).Select(_ => -random.Next(1, 8) / 2f).OrderDescending()];
}
