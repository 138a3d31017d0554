using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests.Tokens;

public sealed class LitPatchStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(1, 2, 0)]
    [InlineData(0, null, 0.4)]
    public async Task ReadAsync_AnyFilter_LightsThePatchesWhoseReadingsHoldTheToken(int first, int? last, double least)
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, _) = await TokenSample.AddRunAsync(storage, 4, 4);
        var filter = new TokenFilter([run], "hash-of-demo", first, last, least);
        var lit = 0;

        for (var id = 0; id < 16; id++)
        {
            var found = await storage.TokenIndex.FindOccurrencesAsync(new OccurrenceQuery([id], string.Empty, TokenMatch.Exact, filter, Take: 100), Token);

            var pictures = await storage.LitPatches.ReadAsync(found.Items, filter, Token);

            Assert.Equal(found.Items.Select(item => item.Analysis.Id), pictures.Select(picture => picture.Analysis));
            foreach (var picture in pictures)
            {
                Assert.Equal((8, 8), (picture.Width, picture.Height));
                var expected = await ExpectAsync(storage, picture.Analysis, id, first, last ?? 99, least);
                Assert.Equal(expected.Select(patch => (patch.Position, patch.Layer)), picture.Patches.Select(patch => (patch.Position, patch.Layer)));
                Assert.All(expected.Zip(picture.Patches), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-6));
                Assert.All(picture.Patches, patch => Assert.Equal(id, patch.Token));
                lit += picture.Patches.Count;
            }
        }

        Assert.True(lit > 0);
    }

    [Fact]
    public async Task DescribeTokensAsync_ByIds_DescribesThoseThatWereRead()
    {
        await using var storage = await TestStorage.CreateAsync();
        await TokenSample.AddRunAsync(storage, 3, 3);
        var filter = new TokenFilter(CheckpointHash: "hash-of-demo");
        var all = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, filter, null, 100, Token);

        var some = await storage.TokenIndex.DescribeTokensAsync([all.Items[2].Id, all.Items[0].Id, 60], filter, Token);

        Assert.Equal([all.Items[0].Id, all.Items[2].Id], some.Select(token => token.Id));
        Assert.Equal(all.Items[0].Positions, some[0].Positions);
        Assert.Equal(all.Items[0].Layers, some[0].Layers);
    }

    private static async Task<List<(int Position, int Layer, double Probability)>> ExpectAsync(
        TestStorage storage, AnalysisId analysis, int token, int first, int last, double least)
    {
        var read = new List<(int Position, int Layer, double Probability)>();
        await foreach (var layer in storage.Readings.StreamLayersAsync(analysis, Token))
        {
            for (var i = 0; i < layer.Ids.Length; i++)
            {
                var position = layer.FirstPosition + (i / layer.TopK);
                var probability = MathF.Exp(layer.Scores[i]);
                if (layer.Ids[i] == token && position is >= 1 and <= 4 && layer.Layer >= first && layer.Layer <= last
                    && (i % layer.TopK == 0 || probability >= StorageOptions.DefaultIndexThreshold) && probability >= least)
                {
                    read.Add((position, layer.Layer, probability));
                }
            }
        }

        return [.. read.GroupBy(r => r.Position).OrderBy(g => g.Key).Select(g => g.OrderByDescending(r => r.Probability).ThenBy(r => r.Layer).First())];
    }
}
