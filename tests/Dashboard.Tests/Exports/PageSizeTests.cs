using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Tests.Importing;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;
using LogitLens.Storage.Readings;

namespace LogitLens.Dashboard.Tests.Exports;

public sealed class PageSizeTests : IDisposable
{
    private const int MostBytes = 800_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("city1.html")]
    [InlineData("geometry.html")]
    [InlineData("holiday.html")]
    public async Task Export_RealReadingsOfLlava15_FitInto800Kilobytes(string name)
    {
        // 593 positions × 33 columns × 5 tokens of llava-1.5-7b-hf, with its picture.
        var file = SharedFolder.Find("imports", name);
        var data = _folder.File("data");
        var path = _folder.File("page.html");
        var (imported, importError) = await RunAsync("import", file, "--data", data);
        Assert.True(imported == 0, importError);

        var (code, error) = await RunAsync("export", "--data", data, "--all", "--format", "html", "--out", path + ".zip");

        Assert.True(code == 0, error);
        using var zip = System.IO.Compression.ZipFile.OpenRead(path + ".zip");
        Assert.InRange(Assert.Single(zip.Entries).Length, 200_000, MostBytes);
    }

    /// <summary>The same readings as if they had been computed here, with everything an imported page lacks and a computed one has.</summary>
    /// <remarks>
    /// Ids and their order are the real ones of llava-1.5-7b-hf, spread over its vocabulary of 32,064 so that neighbours in the numbering say nothing. A printed
    /// probability becomes a half-precision log-probability drawn from all values that print so (below 0.00005: evenly in its logarithm down to 1e-6), which
    /// leaves the compressor as little as real numbers do. Entropies are drawn evenly over 0…15 bits: less regular than real ones. Every token has its text.
    /// 60 kB of noise stand for the picture: a photo of 448 × 336 pixels, of which the model sees 336 × 336, takes about 21 to 42 kB as WebP of quality 85 (the real pages' 336 × 336 take 15.7 to 31.2 kB).
    /// </remarks>
    [Theory]
    [InlineData("city1.html")]
    [InlineData("geometry.html")]
    [InlineData("holiday.html")]
    public async Task Write_ReadingsOfLlava15AsComputedHere_FitInto800Kilobytes(string name)
    {
        const int Vocabulary = 32_064;
        var random = new Random(11);
        await using var context = await ImportContext.CreateAsync();
        var importer = await context.OpenAsync(SharedFolder.Find("goldens", "tokenizers", "llama2"));
        var detail = await context.DetailAsync(await importer.ImportAsync(name, SharedFolder.Find("imports", name), TestContext.Current.CancellationToken));
        var layers = await context.LayersAsync(detail);
        Assert.Equal((593, 33, 5), (layers[0].Positions, layers.Count, layers[0].TopK));
        var table = await context.Checkpoints.ReadTokensAsync(detail.Run.Checkpoint.Hash, TestContext.Current.CancellationToken);
        var used = layers.SelectMany(layer => layer.Ids).Concat(detail.Layout!.Positions.Select(position => position.Id)).ToHashSet();
        var spread = Enumerable.Range(0, Vocabulary).ToArray();
        random.Shuffle(spread);
        var idOf = used.Order().Zip(spread).ToDictionary(pair => pair.First, pair => pair.Second);

        var packed = layers.ConvertAll(layer => ReadingCodec.Pack(
            layer with
            {
                Score = ScoreKind.LogProbability,
                Ids = [.. layer.Ids.Select(id => idOf[id])],
                Scores = AsComputed(layer, random),
                EntropyBits = [.. Enumerable.Range(0, layer.Positions).Select(_ => random.NextSingle() * 15)],
            },
            Vocabulary));
        List<TokenRow> tokens = [.. table.Where(row => used.Contains(row.Id)).Select(row => row with { Id = idOf[row.Id] }).OrderBy(row => row.Id)];
        var layout = detail.Layout with { Positions = [.. detail.Layout.Positions.Select(position => position with { Id = idOf[position.Id] })] };
        var noise = new byte[60_000];
        random.NextBytes(noise);
        using var page = new MemoryStream();
        StandalonePage.Write(page, AnalysisManifest.From(detail with { Layout = layout }), tokens, packed, noise, "image/webp");

        Assert.InRange(page.Length, 200_000, MostBytes);
    }

    private static float[] AsComputed(LayerArrays layer, Random random)
    {
        const double HalfUnit = 0.00005;
        var scores = new float[layer.Scores.Length];
        for (var position = 0; position < layer.Positions; position++)
        {
            var row = layer.Scores.AsSpan(position * layer.TopK, layer.TopK);
            var drawn = new float[row.Length];
            for (var rank = 0; rank < row.Length; rank++)
            {
                drawn[rank] = (float)(row[rank] < HalfUnit
                    ? Math.Log(1e-6) + (random.NextDouble() * Math.Log(HalfUnit / 1e-6))
                    : Math.Log(Math.Min(1, row[rank] + (((2 * random.NextDouble()) - 1) * HalfUnit))));
            }

            Array.Sort(drawn, (a, b) => b.CompareTo(a));
            drawn.CopyTo(scores, position * layer.TopK);
        }

        return scores;
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken), error.ToString());
    }
}
