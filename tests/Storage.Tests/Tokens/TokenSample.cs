using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests.Tokens;

/// <summary>Runs with readings that are known position by position, so that the index can be compared with a plain count over them.</summary>
internal static class TokenSample
{
    public const int Layers = 4;
    public const int Positions = 6;
    public const int Vocabulary = 64;

    /// <summary>Position 1…4 are patches; position 6 is an answer token.</summary>
    public static AnalysisLayout Layout() => new(8, 8, new PixelBox(0, 0, 8, 8),
        [.. Enumerable.Range(0, Positions).Select(i => i is >= 1 and <= 4
            ? new LayoutPosition(32, 1, 0, (i - 1) / 2, (i - 1) % 2, new PixelBox(0, 0, 4, 4))
            : new LayoutPosition(i, (byte)(i == 5 ? 2 : 0), null, null, null, null))]);

    public static LayerArrays Layer(int layer, int seed, int k, int first = 0, int positions = Positions)
    {
        var random = new Random((seed * 997) + (layer * 31) + first);
        var ids = new int[positions * k];
        var scores = new float[positions * k];
        for (var position = 0; position < positions; position++)
        {
            var start = random.Next(12);
            var probability = 0.05f + (0.9f * random.NextSingle());
            for (var rank = 0; rank < k; rank++)
            {
                ids[(position * k) + rank] = start + rank;
                scores[(position * k) + rank] = MathF.Log(probability);
                probability *= 0.5f;
            }
        }

        return new LayerArrays(layer, first, positions, k, ids, scores, null, [], [], []);
    }

    /// <summary>Queues a run and completes some of its analyses, each with a seed of its own.</summary>
    public static async Task<(RunId Run, List<AnalysisId> Done)> AddRunAsync(
        TestStorage storage, int items, int done, int k = 3, string checkpoint = "demo", int seed = 0, IReadOnlyList<TokenRow>? tokens = null)
    {
        var token = TestContext.Current.CancellationToken;
        var known = await storage.Checkpoints.AddAsync(Sample.Checkpoint(checkpoint, Layers - 1) with { VocabularySize = Vocabulary, Tokens = tokens ?? Tokens() }, token);
        var image = await storage.Images.AddAsync(Sample.Image($"{checkpoint}.png"), token);
        var run = await storage.Runs.AddAsync(
            new NewRun("tokens", known.Id, new RunSettings(TopK: k), "{}", [.. Enumerable.Repeat(new NewItem(image.Id, Sample.Prompt), items)]), token);
        var ids = new List<AnalysisId>();
        for (var i = 0; i < done; i++)
        {
            var claimed = Assert.IsType<ClaimedAnalysis>(await storage.Queue.ClaimNextAsync(run, token));
            await WriteAsync(storage, claimed, seed + i, k);
            Assert.True(await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [3, 2], "a", token));
            ids.Add(claimed.Id);
        }

        return (run, ids);
    }

    public static async Task WriteAsync(TestStorage storage, ClaimedAnalysis claimed, int seed, int k)
    {
        var token = TestContext.Current.CancellationToken;
        Assert.True(await storage.Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, Layout(), Layers, token));
        for (var layer = 0; layer < Layers; layer++)
        {
            Assert.True(await storage.Queue.WriteReadingAsync(
                claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer, ReadingCodec.Pack(Layer(layer, seed, k), Vocabulary), token));
        }

        for (var layer = 0; layer < Layers; layer++)
        {
            Assert.True(await storage.Queue.WriteReadingAsync(
                claimed.Id, claimed.Attempt, ReadingSegment.Answer, layer, ReadingCodec.Pack(Layer(layer, seed, k, Positions, 1), Vocabulary), token));
        }
    }

    /// <summary>Token id n is " tn" for even n and "tn" for odd n.</summary>
    public static List<TokenRow> Tokens() =>
        [.. Enumerable.Range(0, Vocabulary).Select(id => id % 2 == 0 ? new TokenRow(id, $"▁t{id}", $" t{id}", $"␣t{id}", 0) : new TokenRow(id, $"t{id}", $"t{id}", $"t{id}", 0))];

    /// <summary>What an index must hold, counted from the readings themselves: one entry per analysis, token, layer and place.</summary>
    public static async Task<List<(long Analysis, int Token, int Layer, TokenPlace Place, int Positions, double Best, int BestPosition)>> CountAsync(
        TestStorage storage, IEnumerable<AnalysisId> analyses, double threshold, int firstPatch = 1, int lastPatch = 4)
    {
        var hits = new List<(long Analysis, int Token, int Layer, TokenPlace Place, int Position, double Probability)>();
        foreach (var analysis in analyses)
        {
            await foreach (var layer in storage.Readings.StreamLayersAsync(analysis, TestContext.Current.CancellationToken))
            {
                for (var i = 0; i < layer.Ids.Length; i++)
                {
                    var probability = Math.Exp(layer.Scores[i]);
                    if (i % layer.TopK == 0 || probability >= threshold)
                    {
                        var position = layer.FirstPosition + (i / layer.TopK);
                        hits.Add((analysis.Value, layer.Ids[i], layer.Layer, position >= firstPatch && position <= lastPatch ? TokenPlace.Patch : TokenPlace.Text, position, probability));
                    }
                }
            }
        }

        return [.. hits
            .GroupBy(h => (h.Analysis, h.Token, h.Layer, h.Place))
            .Select(g => (g.Key.Analysis, g.Key.Token, g.Key.Layer, g.Key.Place, g.Count(), g.Max(h => h.Probability), g.OrderByDescending(h => h.Probability).ThenBy(h => h.Position).First().Position))];
    }
}
