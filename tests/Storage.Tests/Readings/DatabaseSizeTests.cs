using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests.Readings;

public sealed class DatabaseSizeTests
{
    private const int Layers = 33;
    private const int Positions = 593;
    private const int Vocabulary = 32_064;
    private const int Before = 6;
    private const int Measured = 10;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Growth of the file, not length of blobs: half-empty pages and keys count. Ids are spread as in the real files with most of them: 1,800 distinct top-1 tokens, 6,800 pairs of token and layer. A run's totals grow with its vocabulary, not with its analyses, so the tokens recur.</summary>
    [Theory]
    [InlineData(5, 450_000)]
    [InlineData(10, 860_000)]
    public async Task Done_AnalysesOfLlava15_GrowTheFileWithinTheirBudget(int k, int budget)
    {
        await using var storage = await TestStorage.CreateAsync();
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint(layers: Layers - 1) with { VocabularySize = Vocabulary }, Token);
        var image = await storage.Images.AddAsync(Sample.Image(), Token);
        await storage.Runs.AddAsync(
            new NewRun("size", checkpoint.Id, new RunSettings(TopK: k), "{}", [.. Enumerable.Repeat(new NewItem(image.Id, Sample.Prompt), Before + Measured)]), Token);

        // What the first ones leave free, such as the pages of layer summaries, the others use again.
        await WriteAsync(storage, k, 0, Before);
        var before = await SizesAsync(storage);
        await WriteAsync(storage, k, Before, Measured);
        var after = await SizesAsync(storage);

        var index = (after.Index - before.Index) / Measured;
        var readings = (after.Readings - before.Readings) / Measured;
        TestContext.Current.TestOutputHelper?.WriteLine($"k = {k}: readings {readings}, token index {index} bytes of the file per analysis");
        Assert.InRange(readings, 1, budget);
        Assert.InRange(index, 1, 150_000);
    }

    private static async Task WriteAsync(TestStorage storage, int k, int first, int count)
    {
        var positions = Enumerable.Range(0, Positions)
            .Select(i => i is >= 5 and < 581 ? new LayoutPosition(32_000, 1, 0, (i - 5) / 24, (i - 5) % 24, new PixelBox((i - 5) % 24 * 14, (i - 5) / 24 * 14, 14, 14)) : new LayoutPosition(i, 0, null, null, null, null))
            .ToList();
        for (var seed = first; seed < first + count; seed++)
        {
            var claimed = await storage.ClaimAsync();
            await storage.Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, new AnalysisLayout(336, 336, new PixelBox(0, 0, 336, 336), positions), Layers, Token);
            for (var layer = 0; layer < Layers; layer++)
            {
                await storage.Queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer, Packed(layer, k, seed), Token);
            }

            Assert.True(await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, Token));
        }
    }

    private static byte[] Packed(int layer, int k, int seed)
    {
        var ids = new int[Positions * k];
        var scores = new float[Positions * k];
        for (var i = 0; i < ids.Length; i++)
        {
            var (position, rank) = (i / k, i % k);
            ids[i] = (((layer * 50) + (position % 206)) * 17) + (seed % 3 * 101) + (rank * 7_000);
            ids[i] %= Vocabulary;
            scores[i] = -0.2f - (3 * rank) - (position % 10 * 0.1f);
        }

        return ReadingCodec.Pack(new LayerArrays(layer, 0, Positions, k, ids, scores, [.. Enumerable.Repeat(5f, Positions)], [], [], []), Vocabulary);
    }

    /// <summary>The pages that the readings and the token index keep in use, in bytes: what would be free without them.</summary>
    private static async Task<(long Readings, long Index)> SizesAsync(TestStorage storage)
    {
        await using var connection = new SqliteConnection(storage.ConnectionString);
        await connection.OpenAsync(Token);
        await using var transaction = connection.BeginTransaction(deferred: false);
        var whole = await UsedAsync();
        await ExecuteAsync("DELETE FROM TokenOccurrences; DELETE FROM TokenTotals;");
        var withoutIndex = await UsedAsync();
        await ExecuteAsync("DELETE FROM Readings; DELETE FROM Summaries; DELETE FROM LayerSummaries;");
        var withoutReadings = await UsedAsync();
        await transaction.RollbackAsync(Token);
        return (withoutIndex - withoutReadings, whole - withoutIndex);

        async Task ExecuteAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(Token);
        }

        async Task<long> UsedAsync()
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count() p, pragma_freelist_count() f, pragma_page_size() s";
            return Assert.IsType<long>(await command.ExecuteScalarAsync(Token));
        }
    }
}
