using LogitLens.Inference;
using LogitLens.Inference.Lens;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Benchmarks.Engine;

/// <summary>A database of its own, into which pictures are written as the product does: layout, each layer in a transaction, the digest.</summary>
internal sealed class DatabaseWrite : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logitlens-benchmark-");
    private readonly ServiceProvider _services;
    private CheckpointId _checkpoint;

    private DatabaseWrite()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddLogitLensStorage(new StorageOptions { DatabasePath = Path.Combine(_folder.FullName, "logitlens.db") });
        _services = services.BuildServiceProvider();
    }

    internal static async Task<DatabaseWrite> CreateAsync(LensEngine engine)
    {
        var write = new DatabaseWrite();
        await write._services.GetRequiredService<Database>().PrepareAsync(CancellationToken.None);
        var text = engine.Config.Text;
        write._checkpoint = (await write._services.GetRequiredService<CheckpointStore>().AddAsync(
            new NewCheckpoint(
                new string('0', 64), "benchmark", "benchmark", engine.Config.ModelType, text.Layers, text.VocabularySize, engine.Config.DType, 0, "{}",
                [.. engine.Tokenizer.Tokens.Select(token => new TokenRow(token.Id, token.Piece, token.Text, token.Display, (byte)token.Kind))]),
            CancellationToken.None)).Id;
        return write;
    }

    /// <summary>Writes one picture's readings.</summary>
    internal Task<Stored> WriteAsync(PreparedInput input, byte[] picture, IReadOnlyList<LayerReading> readings, int vocabulary, int topK) =>
        WriteAsync([input], picture, [readings], vocabulary, topK);

    /// <summary>Writes the readings of several prompts on one picture as a run of its own; what they share is kept once.</summary>
    internal async Task<Stored> WriteAsync(
        IReadOnlyList<PreparedInput> inputs, byte[] picture, IReadOnlyList<IReadOnlyList<LayerReading>> readings, int vocabulary, int topK)
    {
        var queue = _services.GetRequiredService<AnalysisQueue>();
        var image = await _services.GetRequiredService<ImageStore>().AddAsync(
            new NewImage("benchmark.png", picture, "image/png", inputs[0].OriginalWidth, inputs[0].OriginalHeight, 1, []), CancellationToken.None);
        var before = await SizesAsync();
        await _services.GetRequiredService<RunStore>().AddAsync(
            new NewRun("benchmark", _checkpoint, new RunSettings(topK, AnswerTokens: 0), "{}", [.. inputs.Select(input => new NewItem(image.Id, input.Prompt))]), CancellationToken.None);
        var began = TimeProvider.System.GetTimestamp();
        var claimed = await queue.ClaimBatchAsync(_checkpoint, 1, inputs.Count, CancellationToken.None);
        await queue.WriteLayoutsAsync(
            [.. claimed.Select((one, i) => new StartedAnalysis(one.Id, one.Attempt, LayoutOf(inputs[i])))],
            LensEngine.FindShared(inputs).SingleOrDefault()?.Positions ?? 0,
            readings[0].Count,
            CancellationToken.None);
        for (var layer = 0; layer < readings[0].Count; layer++)
        {
            for (var i = 0; i < inputs.Count; i++)
            {
                var reading = readings[i][layer];
                var arrays = new LayerArrays(
                    reading.Layer, reading.FirstPosition, reading.Positions, reading.TopK, reading.Ids, reading.LogProbabilities, reading.EntropyBits,
                    reading.Tracked, reading.TrackedLogProbabilities, reading.TrackedRanks);
                await queue.WriteReadingAsync(claimed[i].Id, claimed[i].Attempt, ReadingSegment.Prompt, reading.Layer, ReadingCodec.Pack(arrays, vocabulary), CancellationToken.None);
            }
        }

        foreach (var one in claimed)
        {
            await queue.CompleteAsync(one.Id, one.Attempt, [], null, CancellationToken.None);
        }

        var time = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var after = await SizesAsync();
        return new Stored(time, after.Readings - before.Readings, after.File - before.File);
    }

    private static AnalysisLayout LayoutOf(PreparedInput input) => new(
        input.OriginalWidth,
        input.OriginalHeight,
        new PixelBox(0, 0, input.OriginalWidth, input.OriginalHeight),
        [.. input.Positions.Select(position => new LayoutPosition(position.Id, (byte)position.Kind, position.Patch?.Tile, position.Patch?.Row, position.Patch?.Column, null))]);

    /// <summary>Packed readings, and all pages in use.</summary>
    private async Task<(long Readings, long File)> SizesAsync()
    {
        var sizes = await _services.GetRequiredService<DataSizeStore>().ReadAsync(CancellationToken.None);
        return (sizes.Parts.Where(part => part.Kind is DataKind.Readings or DataKind.Summaries).Sum(part => part.Bytes), sizes.Parts.Sum(part => part.Bytes));
    }

    /// <summary>What writing took.</summary>
    /// <param name="Seconds">From claiming to Done.</param>
    /// <param name="Readings">Bytes of packed readings.</param>
    /// <param name="File">Bytes of pages in use: index, aggregates, keys and half-filled pages included, the picture not.</param>
    internal readonly record struct Stored(double Seconds, long Readings, long File);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
