using System.Threading.Channels;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Takes one claimed analysis through the model and into the database, layer by layer. The service and the command line share it.</summary>
internal sealed class AnalysisRunner(EngineHost engines, AnalysisQueue queue, ImageStore images, IOptions<LogitLensOptions> options)
{
    // So many layers the engine may be ahead of the disk.
    private const int LayersAhead = 4;

    /// <summary>Runs it and marks it Done.</summary>
    /// <param name="keepReadings">Keep the fp32 readings for the result: megabytes.</param>
    /// <param name="onProgress">Called from several threads, one at a time.</param>
    /// <param name="onBlob">Called after each commit with the readings committed so far.</param>
    /// <returns>Null if the row was taken away meanwhile (cancelled, deleted): nothing of it was written.</returns>
    /// <exception cref="RefusedInputException">The picture, the prompt or the checkpoint cannot be used.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the row is still Running.</exception>
    public async Task<AnalysisResult?> RunAsync(
        ClaimedAnalysis claimed, bool keepReadings, Action<RunnerProgress> onProgress, Action<int> onBlob, CancellationToken cancellationToken)
    {
        if (engines.Loaded != claimed.Checkpoint.Id)
        {
            onProgress(new RunnerProgress(RunnerStage.Loading, 0, 1));
        }

        var engine = await engines.LoadAsync(claimed.Checkpoint, cancellationToken);
        onProgress(new RunnerProgress(RunnerStage.Preparing, 0, 1));
        var settings = claimed.Settings;
        var file = await images.ReadAsync(claimed.Image, cancellationToken)
            ?? throw new RefusedInputException($"The picture {claimed.ImageName} is no longer in the database: add it again and start a new run.");
        var input = await engines.RunAsync(() => engine.Prepare(
            file.Bytes,
            claimed.Prompt,
            settings.ApplyExifOrientation ? PictureOrientation.Exif : PictureOrientation.AsStored,
            PictureLimits.Default with { MaxBytes = Math.Max(options.Value.MaxUploadBytes, PictureLimits.Default.MaxBytes) },
            settings.AnswerTokens));
        cancellationToken.ThrowIfCancellationRequested();
        var layers = settings.Layers?.Count ?? engine.Config.Text.Layers + 1;
        if (!await queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, LayoutOf(input), layers, cancellationToken))
        {
            return null;
        }

        onProgress(new RunnerProgress(RunnerStage.Vision, 0, 1));
        var readings = new List<LayerReading>();
        var answer = await ComputeAsync(engine, claimed, input, keepReadings ? readings : null, onProgress, onBlob, cancellationToken);
        if (answer is not { } computed || !await queue.CompleteAsync(claimed.Id, claimed.Attempt, computed.Answer?.Ids ?? [], computed.Answer?.Text, cancellationToken))
        {
            return null;
        }

        return new AnalysisResult(input, computed.Answer, readings, engine.Tokenizer.Tokens);
    }

    private async Task<Computed?> ComputeAsync(
        LensEngine engine,
        ClaimedAnalysis claimed,
        PreparedInput input,
        List<LayerReading>? kept,
        Action<RunnerProgress> onProgress,
        Action<int> onBlob,
        CancellationToken cancellationToken)
    {
        var lens = new LensSettings(claimed.Settings.TopK, claimed.Settings.Layers, claimed.Settings.Legacy, claimed.Settings.TrackedTokens);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var room = new SemaphoreSlim(LayersAhead, LayersAhead);
        var channel = Channel.CreateUnbounded<LayerReading>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var computing = engines.RunAsync(() =>
        {
            try
            {
                return engine.Analyze(
                    input,
                    lens,
                    claimed.Settings.AnswerTokens,
                    reading =>
                    {
                        room.Wait(stop.Token);
                        channel.Writer.TryWrite(reading);
                    },
                    progress => onProgress(new RunnerProgress(StageOf(progress.Stage), progress.Done, progress.Total)),
                    stop.Token);
            }
            finally
            {
                channel.Writer.Complete();
            }
        });

        try
        {
            var blobs = 0;
            await foreach (var reading in channel.Reader.ReadAllAsync(CancellationToken.None))
            {
                var segment = reading.FirstPosition < input.Positions.Count ? ReadingSegment.Prompt : ReadingSegment.Answer;
                var packed = ReadingCodec.Pack(ArraysOf(reading, claimed), engine.Config.Text.VocabularySize);
                if (!await queue.WriteReadingAsync(claimed.Id, claimed.Attempt, segment, reading.Layer, packed, stop.Token))
                {
                    await StopAsync();
                    return null;
                }

                kept?.Add(reading);
                onBlob(++blobs);
                room.Release();
            }
        }
        catch
        {
            await StopAsync();
            throw;
        }

        return new Computed(await computing);

        // The engine is not safe for two calls at once: nobody goes on before it has stopped.
        async Task StopAsync()
        {
            await stop.CancelAsync();
            await computing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static RunnerStage StageOf(AnalysisStage stage) => stage switch
    {
        AnalysisStage.Vision => RunnerStage.Vision,
        AnalysisStage.Layers => RunnerStage.Layers,
        _ => RunnerStage.Answer,
    };

    private static AnalysisLayout LayoutOf(PreparedInput input) => new(
        input.OriginalWidth,
        input.OriginalHeight,
        BoxOf(input.Picture.Seen),
        [.. input.Positions.Select(position => new LayoutPosition(
            position.Id,
            (byte)position.Kind,
            position.Patch?.Tile,
            position.Patch?.Row,
            position.Patch?.Column,
            position.Patch is { } patch ? BoxOf(patch.Pixels) : null))]);

    private static PixelBox BoxOf(PixelRectangle rectangle) => new(rectangle.X, rectangle.Y, rectangle.Width, rectangle.Height);

    private static LayerArrays ArraysOf(LayerReading reading, ClaimedAnalysis claimed) => new(
        reading.Layer,
        reading.FirstPosition,
        reading.Positions,
        reading.TopK,
        reading.Ids,
        reading.LogProbabilities,
        reading.EntropyBits,
        reading.Tracked,
        reading.TrackedLogProbabilities,
        reading.TrackedRanks,
        Legacy: claimed.Settings.Legacy && reading.Layer == claimed.Checkpoint.Layers);

    private readonly record struct Computed(Answer? Answer);
}
