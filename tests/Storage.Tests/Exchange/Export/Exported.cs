using LogitLens.Storage.Exchange.Export;

namespace LogitLens.Storage.Tests.Exchange.Export;

/// <summary>Analyses as exporters take them.</summary>
internal static class Exported
{
    public static readonly IReadOnlyList<TokenRow> Tokens =
    [
        new(0, "<unk>", "<unk>", "<unk>", 1),
        new(1, "▁cat", " cat", "␣cat", 0),
        new(2, "=", "=", "=", 0),
        new(3, "-", "-1+1", "-1+1", 0),
        new(4, "<0x0A>", "\n", "⏎", 2),
        new(5, "▁собака", " собака", "␣собака", 0),
        new(6, "\"", "\"", "\"", 0),
        new(7, "▁", " ", "␣", 0),
        new(32, "<image>", "<image>", "<image>", 1),
    ];

    /// <summary>Four positions of which two are patches, layers emb, 1 and 2, three tokens each; one answer token fed back.</summary>
    public static ExportedAnalysis Analysis(bool entropy = true, string imageName = "garden.jpg", IReadOnlyList<int>? tracked = null)
    {
        var detail = Samples.Detail(Samples.Layout(), [5, 2], "собака", new RunSettings(TopK: 3), imageName: imageName);
        List<LayerArrays> prompt = [.. Enumerable.Range(0, 3).Select(layer => Layer(layer, 4, 0, entropy, tracked ?? []))];
        List<LayerArrays> answer = [.. Enumerable.Range(0, 3).Select(layer => Layer(layer, 1, 4, entropy, tracked ?? []))];
        return new ExportedAnalysis(detail, prompt, answer, new TokenNames(Tokens));
    }

    public static async IAsyncEnumerable<ExportedAnalysis> Stream(params ExportedAnalysis[] analyses)
    {
        await Task.Yield();
        foreach (var analysis in analyses)
        {
            yield return analysis;
        }
    }

    /// <summary>As the database gives it back: packed to half precision and unpacked.</summary>
    private static LayerArrays Layer(int layer, int positions, int first, bool entropy, IReadOnlyList<int> tracked)
    {
        const int K = 3;
        var ids = new int[positions * K];
        var scores = new float[positions * K];
        for (var position = 0; position < positions; position++)
        {
            for (var rank = 0; rank < K; rank++)
            {
                ids[(position * K) + rank] = 1 + ((layer + position + rank) % 7);
                scores[(position * K) + rank] = -(0.1f * ((layer * 2) + position + 1)) - (1.7f * rank);
            }
        }

        var arrays = new LayerArrays(
            layer,
            first,
            positions,
            K,
            ids,
            scores,
            entropy ? [.. Enumerable.Range(0, positions).Select(p => 0.3f + layer + p)] : null,
            [.. tracked],
            [.. Enumerable.Range(0, positions * tracked.Count).Select(i => -3.5f - i)],
            [.. Enumerable.Range(0, positions * tracked.Count).Select(i => 10 + i)]);
        return ReadingCodec.Unpack(ReadingCodec.Pack(arrays, 100));
    }
}
