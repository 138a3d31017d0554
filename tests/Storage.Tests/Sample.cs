using System.Text;

namespace LogitLens.Storage.Tests;

/// <summary>Things to store.</summary>
internal static class Sample
{
    public const string Prompt = "USER: <image>\nDescribe the image. ASSISTANT:";

    public static NewImage Image(string name = "garden.jpg", string? content = null) =>
        new(name, Encoding.UTF8.GetBytes(content ?? $"pixels of {name}"), "image/jpeg", 640, 480, 1, [9, 8, 7]);

    public static NewCheckpoint Checkpoint(string name = "demo", int layers = 2) => new(
        $"hash-of-{name}",
        name,
        $"/models/{name}",
        "llava",
        layers,
        1024,
        "F16",
        16_000_000,
        "{}",
        [new TokenRow(0, "<unk>", "", "∅", 1), new TokenRow(1, "▁cat", " cat", "␣cat", 0), new TokenRow(2, "<0x0A>", "\n", "⏎", 2)]);

    public static AnalysisLayout Layout() => new(
        640,
        480,
        new PixelBox(80, 0, 480, 480),
        [
            new LayoutPosition(1, 0, null, null, null, null),
            new LayoutPosition(32000, 1, 0, 0, 0, new PixelBox(80, 0, 240, 480)),
            new LayoutPosition(32000, 1, 0, 0, 1, new PixelBox(320, 0, 240.125, 480)),
            new LayoutPosition(13, 0, null, null, null, null),
        ]);

    public static LayerArrays Arrays(int layer = 1, int positions = 4, int k = 2, int first = 0) => new(
        layer,
        first,
        positions,
        k,
        [.. Enumerable.Range(0, positions * k).Select(i => (layer + i) % 1024)],
        [.. Enumerable.Range(0, positions * k).Select(i => -0.5f * i)],
        [.. Enumerable.Range(0, positions).Select(i => 0.25f * i)],
        [],
        [],
        []);

    public static byte[] Packed(int layer = 1, int positions = 4, int k = 2, int first = 0) => ReadingCodec.Pack(Arrays(layer, positions, k, first), 1024);
}
