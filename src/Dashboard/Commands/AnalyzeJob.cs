using System.Globalization;
using System.Runtime.ExceptionServices;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Commands;

/// <summary>One call of <c>analyze</c>: the dashboard's own way from picture to database, without the web.</summary>
internal sealed class AnalyzeJob(AnalyzeRequest request, TextWriter output, TextWriter error)
{
    private const long LargestPicture = 1L << 30;

    private readonly HashSet<AnalyzeItem> _told = new(ReferenceEqualityComparer.Instance);
    private readonly AnalyzeDisplay _display = new(output, error);

    /// <summary>Does it and gives the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (request.Limit is <= 0)
            {
                throw new RefusedInputException($"--limit is {request.Limit}: give 1 or more, or leave it out for all pictures.");
            }

            var items = await AnalyzeItems.FindAsync(request, cancellationToken);
            await using var services = Services();
            return await RunAsync(services, items, cancellationToken);
        }
        catch (OptionsValidationException exception)
        {
            await error.WriteLineAsync(string.Join(Environment.NewLine, exception.Failures)
                .Replace($"{LogitLensOptions.Section}:{nameof(LogitLensOptions.Device)}", "--device", StringComparison.Ordinal)
                .Replace($"{LogitLensOptions.Section}:{nameof(LogitLensOptions.Residency)}", "--residency", StringComparison.Ordinal));
            return ExitCode.BadOption;
        }
        catch (RefusedInputException refused)
        {
            await error.WriteLineAsync(refused.Message);
            return ExitCode.BadOption;
        }
        catch (Exception exception) when (exception is StartFailureException or StorageException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Interrupted; what was done is kept.");
            return ExitCode.Interrupted;
        }
    }

    private ServiceProvider Services()
    {
        var options = new LogitLensOptions { DataFolder = request.Out, DefaultCheckpoint = request.Checkpoint, Device = request.Device, Residency = request.Residency, MaxUploadBytes = LargestPicture };
        if (!Directory.Exists(request.Checkpoint))
        {
            throw new RefusedInputException($"--checkpoint names \"{request.Checkpoint}\", which is no folder: give a checkpoint's folder in Hugging Face layout.");
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddLogitLensOptions(options);
        services.AddLogitLensStorage(new StorageOptions { DatabasePath = options.DatabasePath, IndexThreshold = options.IndexThreshold });
        services.AddAnalysis();
        services.AddSingleton<DataFolderLock>();
        return services.BuildServiceProvider();
    }

    private async Task<int> RunAsync(ServiceProvider services, IReadOnlyList<AnalyzeItem> items, CancellationToken cancellationToken)
    {
        // What is cheap to refuse is refused before anything is written.
        var coordinator = services.GetRequiredService<RunCoordinator>();
        PromptTemplate.Apply(request.Prompt);
        var checkpoint = await coordinator.InspectCheckpointAsync(request.Checkpoint, cancellationToken);
        var settings = new RunSettings(request.TopK, LayerSelection.Parse(request.Layers, checkpoint.Layers), request.Answer, request.Legacy, request.Exif)
        {
            KeptStates = StateSelection.Parse(request.KeepStates, request.StateBits, checkpoint.Layers),
        };
        RunCoordinator.RequireSettings(settings);
        if (settings.KeptStates is { } states)
        {
            await output.WriteLineAsync(StateSelection.Describe(states, checkpoint, request.Answer, items.Count));
        }

        // Before the database, so that it is let go of after it.
        services.GetRequiredService<DataFolderLock>().Take(Path.GetFullPath(request.Out), "choose another with --out");
        await services.GetRequiredService<Database>().PrepareAsync(cancellationToken);
        await services.GetRequiredService<AnalysisQueue>().RequeueInterruptedAsync(cancellationToken);

        await _display.ShowAsync(items.Count, () => AnalyzeAsync(services, checkpoint, settings, items, cancellationToken));
        return _display.Failures == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task AnalyzeAsync(
        ServiceProvider services, AvailableCheckpoint checkpoint, RunSettings settings, IReadOnlyList<AnalyzeItem> items, CancellationToken cancellationToken)
    {
        var coordinator = services.GetRequiredService<RunCoordinator>();
        var (kept, requested) = await KeepAsync(coordinator, items, cancellationToken);
        if (kept.Count == 0)
        {
            return;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"analyze {services.GetRequiredService<TimeProvider>().GetLocalNow():yyyy-MM-dd HH:mm}");
        var run = await coordinator.StartAsync(new RequestedRun(name, checkpoint.Folder, request.Prompt, settings, requested), cancellationToken);
        try
        {
            var queue = services.GetRequiredService<AnalysisQueue>();
            while (await queue.ClaimBatchAsync(run, AnalysisRunner.MostPictures, AnalysisRunner.MostAnalyses, cancellationToken) is { Count: > 0 } claimed)
            {
                var batch = new List<(RunnerItem Item, AnalyzeItem Wanted)>();
                foreach (var analysis in claimed)
                {
                    var detail = await services.GetRequiredService<RunStore>().FindAnalysisAsync(analysis.Id, cancellationToken)
                        ?? throw new InvalidOperationException($"Analysis {analysis.Id} was claimed but is not there.");
                    batch.Add((new RunnerItem(analysis, cancellationToken), kept[detail.Row.Ordinal]));
                }

                await AnalyzeAsync(services, checkpoint, batch, cancellationToken);
            }
        }
        catch (StorageException exception)
        {
            // Without the database there is no going on: what was not begun failed too, each picture for the same reason.
            foreach (var item in kept.Where(item => !_told.Contains(item)))
            {
                _display.Failed(item.Name, exception.Message);
            }

            await CancelAsync(coordinator, run);
        }
        catch
        {
            await CancelAsync(coordinator, run);
            throw;
        }
    }

    /// <summary>Nobody works this run off later by itself; in the dashboard it can be retried.</summary>
    private static async Task CancelAsync(RunCoordinator coordinator, RunId run)
    {
        try
        {
            await coordinator.CancelAsync(run, CancellationToken.None);
        }
        catch (StorageException)
        {
            // The database says what it could still be told; why it was not told more has been said already.
        }
    }

    private async Task<(List<AnalyzeItem> Kept, List<RequestedItem> Requested)> KeepAsync(
        RunCoordinator coordinator, IReadOnlyList<AnalyzeItem> items, CancellationToken cancellationToken)
    {
        var kept = new List<AnalyzeItem>();
        var requested = new List<RequestedItem>();
        foreach (var item in items)
        {
            try
            {
                if (item.Prompt is not null)
                {
                    PromptTemplate.Apply(item.Prompt);
                }

                var image = await coordinator.AddImageAsync(item.Name, await ReadAsync(item, cancellationToken), cancellationToken);
                requested.Add(new RequestedItem(image.Id, item.Prompt, item.TrueAnswer));
                kept.Add(item);
            }
            catch (RefusedInputException refused)
            {
                _display.Failed(item.Name, refused.Message);
            }
        }

        return (kept, requested);
    }

    private static async Task<byte[]> ReadAsync(AnalyzeItem item, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(item.Path).Length <= LargestPicture
                ? await File.ReadAllBytesAsync(item.Path, cancellationToken)
                : throw new RefusedInputException($"{item.Path} is larger than the {LargestPicture >> 20} MiB a picture may have: make it smaller.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{item.Path} cannot be read ({exception.Message.TrimEnd('.')}): name a picture file.", exception);
        }
    }

    private async Task AnalyzeAsync(
        ServiceProvider services, AvailableCheckpoint checkpoint, List<(RunnerItem Item, AnalyzeItem Wanted)> batch, CancellationToken cancellationToken)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var names = batch.ToDictionary(pair => pair.Item, pair => pair.Wanted);
        var meter = new ProgressMeter(clock);
        meter.Begin(batch[0].Item.Claimed);
        var began = clock.GetTimestamp();
        var finished = new HashSet<RunnerItem>();
        var listener = new RunnerListener(
            (part, progress) =>
            {
                if (progress.Stage == RunnerStage.Preparing)
                {
                    meter.Begin(part[0].Claimed);
                    began = clock.GetTimestamp();
                }

                meter.Advance(progress);
                var (stage, fraction, _) = meter.Read(0);
                var others = part.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" and {part.Count - 1} more") : string.Empty;
                _display.Step(names[part[0]].Name + others, stage, fraction * part.Count);
            },
            _ => { },
            async part =>
            {
                meter.Finish();
                var time = clock.GetElapsedTime(began) / part.Count;
                foreach (var item in part)
                {
                    finished.Add(item);
                    await FinishAsync(services, checkpoint, item, names[item], time, cancellationToken);
                }
            });
        try
        {
            await services.GetRequiredService<AnalysisRunner>().RunAsync([.. batch.Select(pair => pair.Item)], request.Json, listener, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            foreach (var (item, wanted) in batch.Where(pair => !finished.Contains(pair.Item)))
            {
                item.Failure ??= exception;
                await FinishAsync(services, checkpoint, item, wanted, TimeSpan.Zero, cancellationToken);
            }
        }
    }

    private async Task FinishAsync(
        ServiceProvider services, AvailableCheckpoint checkpoint, RunnerItem item, AnalyzeItem wanted, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            if (item.Failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            var result = item.Result ?? throw new RefusedInputException("The database was changed by someone else meanwhile, so the result was dropped: run analyze again.");
            await ExportAsync(services, checkpoint, item.Claimed.Id, wanted, result, cancellationToken);
            _display.Done(wanted.Name, time);
            _told.Add(wanted);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var sentence = FailureSentence.Expected(exception)
                ?? (exception is IOException or UnauthorizedAccessException
                    ? $"Its results cannot be written ({exception.Message.TrimEnd('.')}): free space or choose another folder with --out."
                    : $"It failed in a way that was not foreseen ({exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}).");
            _display.Failed(wanted.Name, sentence);
            _told.Add(wanted);
            await services.GetRequiredService<AnalysisQueue>().FailAsync(item.Claimed.Id, item.Claimed.Attempt, sentence, CancellationToken.None);
        }
    }

    private async Task ExportAsync(
        ServiceProvider services, AvailableCheckpoint checkpoint, AnalysisId id, AnalyzeItem item, AnalysisResult result, CancellationToken cancellationToken)
    {
        var detail = await services.GetRequiredService<RunStore>().FindAnalysisAsync(id, cancellationToken)
            ?? throw new InvalidOperationException($"Analysis {id} was completed but is not there.");
        var page = await AnalysisPage.WriteAsync(
            detail,
            services.GetRequiredService<ReadingStore>(),
            services.GetRequiredService<CheckpointStore>(),
            services.GetRequiredService<ImageStore>(),
            cancellationToken);
        await ReplaceAsync($"{item.OutputName}.html", stream => stream.Write(page));
        if (request.Json)
        {
            await ReplaceAsync($"{item.OutputName}.json", stream => AnalyzeDocument.Write(stream, checkpoint.Name, result));
        }
    }

    /// <summary>Whole or not at all: nobody finds half a file under the name.</summary>
    private Task ReplaceAsync(string name, Action<Stream> write) => Task.Run(() =>
    {
        var path = Path.Combine(Path.GetFullPath(request.Out), name);
        var fresh = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
            }

            File.Move(fresh, path, overwrite: true);
        }
        catch
        {
            File.Delete(fresh);
            throw;
        }
    });
}
