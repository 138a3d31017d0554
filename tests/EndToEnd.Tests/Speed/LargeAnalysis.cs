using LogitLens.EndToEnd.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.EndToEnd.Tests.Speed;

/// <summary>Analyses of the size of LLaVA-1.5 7B (593 positions, 33 layers, 32,064 tokens), put together by chance and kept through the storage's own interface.</summary>
internal static class LargeAnalysis
{
    private const int Side = 24;
    private const int Before = 5;
    private const int After = 12;
    private const int Blocks = 32;
    private const int Vocabulary = 32_064;
    private const double Patch = 640.0 / Side;

    /// <summary>Fills a data folder with one run of some analyses, all Done.</summary>
    internal static async Task WriteAsync(string folder, int analyses, int topK, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddLogitLensStorage(new StorageOptions { DatabasePath = Path.Combine(folder, "logitlens.db") })
            .BuildServiceProvider();
        await services.GetRequiredService<Database>().PrepareAsync(cancellationToken);
        var picture = await File.ReadAllBytesAsync(Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "pictures", "garden.jpg"), cancellationToken);
        var images = services.GetRequiredService<ImageStore>();
        var image = await images.AddAsync(new NewImage("garden.jpg", picture, "image/jpeg", 960, 640, 1, picture), cancellationToken);
        var checkpoint = await services.GetRequiredService<CheckpointStore>().AddAsync(
            new NewCheckpoint(new string('7', 64), "size of llava-1.5-7b", "/nowhere", "llava", Blocks, Vocabulary, "F16", 14_000_000_000, "{}", Tokens()), cancellationToken);
        var item = new NewItem(image.Id, "USER: <image>\nDescribe the image. ASSISTANT:");
        await services.GetRequiredService<RunStore>().AddAsync(
            new NewRun($"k = {topK}", checkpoint.Id, new RunSettings(TopK: topK), "{}", [.. Enumerable.Repeat(item, analyses)]), cancellationToken);

        var queue = services.GetRequiredService<AnalysisQueue>();
        var random = new Random(593);
        while (await queue.ClaimNextAsync(null, cancellationToken) is { } claimed)
        {
            var layout = Layout();
            await queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, layout, Blocks + 1, cancellationToken);
            for (var layer = 0; layer <= Blocks; layer++)
            {
                var packed = ReadingCodec.Pack(Reading(layer, layout.Positions.Count, topK, random), Vocabulary);
                await queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer, packed, cancellationToken);
            }

            await queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, cancellationToken);
        }
    }

    private static AnalysisLayout Layout()
    {
        var positions = new List<LayoutPosition>();
        positions.AddRange(Enumerable.Range(0, Before).Select(at => new LayoutPosition(100 + at, 0, null, null, null, null)));
        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                positions.Add(new LayoutPosition(32_000, 1, 0, row, column, new PixelBox(160 + (column * Patch), row * Patch, Patch, Patch)));
            }
        }

        positions.AddRange(Enumerable.Range(0, After).Select(at => new LayoutPosition(200 + at, 0, null, null, null, null)));
        return new AnalysisLayout(960, 640, new PixelBox(160, 0, 640, 640), positions);
    }

    // Later layers are surer, and a few hundred tokens take most of the top places, as in real readings.
    private static LayerArrays Reading(int layer, int positions, int topK, Random random)
    {
        var ids = new int[positions * topK];
        var scores = new float[positions * topK];
        var entropies = new float[positions];
        for (var position = 0; position < positions; position++)
        {
            var left = 1.0;
            var taken = new HashSet<int>();
            for (var rank = 0; rank < topK; rank++)
            {
                var share = (0.1 + (0.8 * layer / Blocks)) * random.NextDouble();
                left -= left * share;
                int id;
                do
                {
                    id = (int)(Vocabulary * Math.Pow(random.NextDouble(), 4));
                }
                while (!taken.Add(id));
                ids[(position * topK) + rank] = id;
                scores[(position * topK) + rank] = (float)Math.Log(Math.Max(1e-6, left * share / (1 + rank)));
            }

            scores.AsSpan(position * topK, topK).Sort((a, b) => b.CompareTo(a));
            entropies[position] = (float)(15 * left * random.NextDouble());
        }

        return new LayerArrays(layer, 0, positions, topK, ids, scores, entropies, [], [], []);
    }

    private static List<TokenRow> Tokens()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Vocabulary).Select(id =>
        {
            var word = string.Concat(Enumerable.Range(0, 2 + random.Next(8)).Select(_ => (char)('a' + random.Next(26))));
            var leads = random.Next(2) == 0;
            return new TokenRow(id, (leads ? "▁" : string.Empty) + word, (leads ? " " : string.Empty) + word, (leads ? "␣" : string.Empty) + word, 0);
        })];
    }
}
