using LogitLens.Storage.Exchange;

namespace LogitLens.Storage.Tests.Exchange;

/// <summary>Analyses made up for the tests of what leaves Storage.</summary>
internal static class Samples
{
    public static AnalysisDetail Detail(
        AnalysisLayout? layout = null,
        IReadOnlyList<int>? answerIds = null,
        string? answerText = null,
        RunSettings? settings = null,
        int exif = 1,
        string imageName = "garden.jpg",
        AnalysisState state = AnalysisState.Done,
        int layers = 2,
        int vocabulary = 100)
    {
        var time = DateTimeOffset.UnixEpoch;
        var run = new RunId(Guid.Parse("0190d3e0-0000-7000-8000-000000000001"));
        var image = new ImageRow(new ImageId(3), new string('a', 64), imageName, "image/jpeg", 640, 480, exif, 1000, time, 1, null);
        var checkpoint = new CheckpointRow(new CheckpointId(1), new string('c', 64), "demo", "/demo", "llava", layers, vocabulary, "F16", 1000, time, 1);
        var row = new AnalysisRow(
            new AnalysisId(7), run, 0, image.Id, image.Sha256, image.Name, "USER: <image>\nDescribe the image. ASSISTANT:", "a cat", state, 2, layers + 1, layers + 1,
            null, answerText, time, time, time);
        var runRow = new RunRow(run, "demo, describe", checkpoint, settings ?? new RunSettings(), "{}", null, time, new RunCounts(0, 0, 1, 0, 0));
        return new AnalysisDetail(row, runRow, image, layout, answerIds ?? [], Blobs: layers + 1);
    }

    public static AnalysisLayout Layout() => new(640, 480, new PixelBox(80, 0, 480, 480),
    [
        new LayoutPosition(1, 0, null, null, null, null),
        new LayoutPosition(32, 1, 0, 0, 0, new PixelBox(80, 0, 240, 480)),
        new LayoutPosition(32, 1, 0, 0, 1, new PixelBox(320, 0, 240, 480)),
        new LayoutPosition(5, 2, null, null, null, null),
    ]);

    /// <summary>A manifest of the size of llava-1.5-7b's default prompt.</summary>
    public static AnalysisManifest LargeManifest(int layers, int vocabulary)
    {
        var positions = new List<LayoutPosition>();
        for (var index = 0; index < 593; index++)
        {
            var patch = index - 5;
            positions.Add(patch is >= 0 and < 576
                ? new LayoutPosition(32000, 1, 0, patch / 24, patch % 24, new PixelBox(80 + (patch % 24 * 20), patch / 24 * 20, 20, 20))
                : new LayoutPosition(index, 0, null, null, null, null));
        }

        return AnalysisManifest.From(Detail(new AnalysisLayout(640, 480, new PixelBox(80, 0, 480, 480), positions), layers: layers, vocabulary: vocabulary));
    }

    /// <summary>Packed layers whose ids repeat as real readings' do: few at late layers, many at early ones.</summary>
    public static List<byte[]> PackedLayers(int layers, int positions, int topK, int vocabulary)
    {
        var random = new Random(7);
        var packed = new List<byte[]>();
        for (var layer = 0; layer <= layers; layer++)
        {
            var ids = new int[positions * topK];
            var scores = new float[positions * topK];
            var entropies = new float[positions];
            for (var position = 0; position < positions; position++)
            {
                for (var rank = 0; rank < topK; rank++)
                {
                    ids[(position * topK) + rank] = (int)(Math.Pow(random.NextDouble(), 4) * vocabulary);
                    scores[(position * topK) + rank] = -(rank * 1.5f) - random.NextSingle();
                }

                entropies[position] = random.NextSingle() * 12;
            }

            packed.Add(ReadingCodec.Pack(new LayerArrays(layer, 0, positions, topK, ids, scores, entropies, [], [], []), vocabulary));
        }

        return packed;
    }

    public static List<TokenRow> Tokens(int count) => [.. Enumerable.Range(0, count).Select(id => new TokenRow(id, $"▁token{id}", $" token{id}", $"␣token{id}", 0))];
}
