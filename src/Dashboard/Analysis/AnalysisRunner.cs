using System.Threading.Channels;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.States;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Takes claimed analyses of one run through the model together and into the database, layer by layer. The service and the command line share it.</summary>
internal sealed class AnalysisRunner(EngineHost engines, AnalysisQueue queue, ImageStore images, HiddenStateStore states, IOptions<LogitLensOptions> options)
{
    /// <summary>Analyses claimed together at most: prompts on one picture share nearly all they cost.</summary>
    public const int MostAnalyses = 16;

    /// <summary>Pictures claimed together at most; how many of them are computed at once follows from memory.</summary>
    public const int MostPictures = 8;

    // A decoded picture may take hundreds of megabytes.
    private static readonly int MostPreparedAtOnce = Math.Min(4, Environment.ProcessorCount);

    // So many layers of each analysis the engine may be ahead of the disk.
    private const int LayersAhead = 4;

    /// <summary>
    /// Runs them and marks each Done that was read to its end; what else came of each stands in the item. A picture or prompt that cannot be used fails alone.
    /// </summary>
    /// <param name="items">Analyses of one run.</param>
    /// <param name="keepReadings">Keep the fp32 readings for the results: megabytes.</param>
    /// <param name="listener">Who is told.</param>
    /// <param name="cancellationToken">Stops all; those not done are still Running.</param>
    /// <exception cref="RefusedInputException">The checkpoint cannot be used.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(IReadOnlyList<RunnerItem> items, bool keepReadings, RunnerListener listener, CancellationToken cancellationToken)
    {
        var checkpoint = items[0].Claimed.Checkpoint;
        if (engines.Loaded != checkpoint.Id)
        {
            listener.OnProgress(items, new RunnerProgress(RunnerStage.Loading, 0, 1));
        }

        var engine = await engines.LoadAsync(checkpoint, cancellationToken);
        var waiting = items.ToList();
        while (waiting.Count > 0)
        {
            // Memory may have become short since the last part.
            var pictures = waiting.Select(item => item.Claimed.Image).Distinct().Take(engine.BatchSize).ToHashSet();
            var part = waiting.TakeWhile(item => pictures.Contains(item.Claimed.Image)).ToList();
            waiting.RemoveRange(0, part.Count);
            await RunPartAsync(engine, part, keepReadings, listener, cancellationToken);
            await listener.OnThrough(part);
        }
    }

    private async Task RunPartAsync(LensEngine engine, List<RunnerItem> items, bool keepReadings, RunnerListener listener, CancellationToken cancellationToken)
    {
        listener.OnProgress(items, new RunnerProgress(RunnerStage.Preparing, 0, 1));
        var groups = items.Where(item => item.IsWanted).GroupBy(item => item.Claimed.Image).Select(same => same.ToList()).ToList();
        var byGroup = new IReadOnlyList<PreparedItem>[groups.Count];
        await Parallel.ForAsync(
            0,
            groups.Count,
            new ParallelOptions { MaxDegreeOfParallelism = MostPreparedAtOnce, CancellationToken = cancellationToken },
            async (i, token) => byGroup[i] = await PrepareAsync(engine, groups[i], token));
        var prepared = byGroup.SelectMany(group => group).ToList();

        var layers = items[0].Claimed.Settings.Layers?.Count ?? engine.Config.Text.Layers + 1;
        await WriteLayoutsAsync(prepared, layers, cancellationToken);
        prepared.RemoveAll(one => !one.Item.IsWanted);
        if (prepared.Count == 0)
        {
            return;
        }

        listener.OnProgress(items, new RunnerProgress(RunnerStage.Vision, 0, 1));
        var readings = prepared.Select(_ => new List<LayerReading>()).ToList();
        var answers = await ComputeAsync(engine, prepared, keepReadings ? readings : null, items, listener, cancellationToken);
        for (var i = 0; i < prepared.Count; i++)
        {
            var (item, input) = prepared[i];
            if (item.IsWanted && await queue.CompleteAsync(item.Claimed.Id, item.Claimed.Attempt, answers[i]?.Ids ?? [], answers[i]?.Text, cancellationToken))
            {
                item.Result = new AnalysisResult(input, answers[i], readings[i], engine.Tokenizer.Tokens);
            }
        }
    }

    /// <summary>Prompts on one picture: it is decoded once.</summary>
    private async Task<IReadOnlyList<PreparedItem>> PrepareAsync(LensEngine engine, List<RunnerItem> same, CancellationToken cancellationToken)
    {
        var claimed = same[0].Claimed;
        var file = await images.ReadAsync(claimed.Image, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return await Task.Run(() =>
        {
            var prepared = new List<PreparedItem>();
            foreach (var item in same)
            {
                try
                {
                    var input = prepared.Count > 0
                        ? engine.Prepare(prepared[0].Input, item.Claimed.Prompt, item.Claimed.Settings.AnswerTokens)
                        : engine.Prepare(
                            file?.Bytes ?? throw new RefusedInputException($"The picture {claimed.ImageName} is no longer in the database: add it again and start a new run."),
                            item.Claimed.Prompt,
                            item.Claimed.Settings.ApplyExifOrientation ? PictureOrientation.Exif : PictureOrientation.AsStored,
                            PictureLimits.Default with { MaxBytes = Math.Max(options.Value.MaxUploadBytes, PictureLimits.Default.MaxBytes) },
                            item.Claimed.Settings.AnswerTokens);
                    prepared.Add(new PreparedItem(item, input));
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    item.Failure = exception;
                }
            }

            return prepared;
        });
    }

    /// <summary>Layouts of what is computed together; of prompts on one picture the readings up to its end are kept once, as they are computed once.</summary>
    private async Task WriteLayoutsAsync(List<PreparedItem> prepared, int layers, CancellationToken cancellationToken)
    {
        var shared = LensEngine.FindShared([.. prepared.Select(one => one.Input)]);
        var alone = Enumerable.Range(0, prepared.Count).Except(shared.SelectMany(start => start.Inputs)).Select(i => new SharedStart([i], 0));
        foreach (var start in shared.Concat(alone))
        {
            var started = start.Inputs.Select(i => prepared[i]).ToList();
            var running = await queue.WriteLayoutsAsync(
                [.. started.Select(one => new StartedAnalysis(one.Item.Claimed.Id, one.Item.Claimed.Attempt, LayoutOf(one.Input)))], start.Positions, layers, cancellationToken);
            for (var i = 0; i < started.Count; i++)
            {
                started[i].Item.IsTakenAway = !running[i];
            }
        }
    }

    private async Task<IReadOnlyList<Answer?>> ComputeAsync(
        LensEngine engine,
        IReadOnlyList<PreparedItem> prepared,
        List<List<LayerReading>>? kept,
        IReadOnlyList<RunnerItem> items,
        RunnerListener listener,
        CancellationToken cancellationToken)
    {
        var settings = prepared[0].Item.Claimed.Settings;
        var lens = new LensSettings(settings.TopK, settings.Layers, settings.Legacy, settings.TrackedTokens);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var room = new SemaphoreSlim(LayersAhead * prepared.Count);
        var channel = Channel.CreateUnbounded<(int Index, LayerReading? Reading, HiddenState? State)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var computing = engines.RunAsync(() =>
        {
            try
            {
                return engine.Analyze(
                    [.. prepared.Select(one => one.Input)],
                    lens,
                    settings.AnswerTokens,
                    new BatchObserver((i, reading) =>
                    {
                        room.Wait(stop.Token);
                        channel.Writer.TryWrite((i, reading, null));
                    })
                    {
                        OnProgress = progress => listener.OnProgress(items, new RunnerProgress(StageOf(progress.Stage), progress.Done, progress.Total)),
                        OnRefused = (i, refusal) => prepared[i].Item.Failure = refusal,
                        IsWanted = i => prepared[i].Item.IsWanted,
                        HiddenLayers = settings.KeptStates?.Layers ?? [],
                        OnState = settings.KeptStates is null ? null : (i, state) =>
                        {
                            room.Wait(stop.Token);
                            channel.Writer.TryWrite((i, null, state));
                        },
                    },
                    stop.Token);
            }
            finally
            {
                channel.Writer.Complete();
            }
        });

        try
        {
            await foreach (var (index, reading, state) in channel.Reader.ReadAllAsync(CancellationToken.None))
            {
                var (item, input) = prepared[index];
                if (item.IsWanted && state is not null)
                {
                    item.IsTakenAway = !await KeepAsync(item.Claimed, input, state, stop.Token);
                }
                else if (item.IsWanted && reading is not null)
                {
                    var segment = reading.FirstPosition < input.Positions.Count ? ReadingSegment.Prompt : ReadingSegment.Answer;
                    var packed = ReadingCodec.Pack(ArraysOf(reading, item.Claimed), engine.Config.Text.VocabularySize);
                    if (await queue.WriteReadingAsync(item.Claimed.Id, item.Claimed.Attempt, segment, reading.Layer, packed, stop.Token))
                    {
                        kept?[index].Add(reading);
                        item.Blobs++;
                        listener.OnCommit(items);
                    }
                    else
                    {
                        item.IsTakenAway = true;
                    }
                }

                room.Release();
            }
        }
        catch
        {
            // The engine is not safe for two calls at once: nobody goes on before it has stopped.
            await stop.CancelAsync();
            await computing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }

        return await computing;
    }

    private Task<bool> KeepAsync(ClaimedAnalysis claimed, PreparedInput input, HiddenState state, CancellationToken cancellationToken)
    {
        var bits = claimed.Settings.KeptStates!.Bits;
        var segment = state.FirstPosition < input.Positions.Count ? ReadingSegment.Prompt : ReadingSegment.Answer;
        return states.WriteAsync(
            claimed.Id,
            claimed.Attempt,
            new HiddenStateRow(segment, state.Layer, state.Positions, state.Width, bits),
            StatePacking.Pack(state.Values, bits),
            cancellationToken);
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

    private sealed record PreparedItem(RunnerItem Item, PreparedInput Input);
}
