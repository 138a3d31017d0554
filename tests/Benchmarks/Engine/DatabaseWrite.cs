using LogitLens.Inference;
using LogitLens.Inference.Lens;
using LogitLens.Storage;
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
    internal async Task WriteAsync(PreparedInput input, byte[] picture, IReadOnlyList<LayerReading> readings, int vocabulary, int topK)
    {
        var queue = _services.GetRequiredService<AnalysisQueue>();
        var image = await _services.GetRequiredService<ImageStore>().AddAsync(
            new NewImage("benchmark.png", picture, "image/png", input.OriginalWidth, input.OriginalHeight, 1, []), CancellationToken.None);
        await _services.GetRequiredService<RunStore>().AddAsync(
            new NewRun("benchmark", _checkpoint, new RunSettings(topK, AnswerTokens: 0), "{}", [new NewItem(image.Id, input.Prompt)]), CancellationToken.None);
        var claimed = await queue.ClaimNextAsync(_checkpoint, CancellationToken.None) ?? throw new InvalidOperationException("Nothing was queued.");
        var layout = new AnalysisLayout(
            input.OriginalWidth,
            input.OriginalHeight,
            new PixelBox(0, 0, input.OriginalWidth, input.OriginalHeight),
            [.. input.Positions.Select(position => new LayoutPosition(position.Id, (byte)position.Kind, position.Patch?.Tile, position.Patch?.Row, position.Patch?.Column, null))]);
        await queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, layout, readings.Count, CancellationToken.None);
        foreach (var reading in readings)
        {
            var arrays = new LayerArrays(
                reading.Layer, reading.FirstPosition, reading.Positions, reading.TopK, reading.Ids, reading.LogProbabilities, reading.EntropyBits,
                reading.Tracked, reading.TrackedLogProbabilities, reading.TrackedRanks);
            await queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, reading.Layer, ReadingCodec.Pack(arrays, vocabulary), CancellationToken.None);
        }

        await queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
