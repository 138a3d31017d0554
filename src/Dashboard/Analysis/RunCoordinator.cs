using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Inference.Lens;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>What people do to runs: start, cancel, retry, delete. Refusals come as <see cref="RefusedInputException"/> with a sentence.</summary>
/// <remarks>A database that cannot be written shows as <see cref="StorageException"/>, whose message is a sentence too.</remarks>
public sealed class RunCoordinator
{
    private const int MaxNameLength = 200;
    private const int MaxAnswerTokens = 1024;
    private const int MaxTrackedTokens = 100;

    private readonly RunStore _runs;
    private readonly AnalysisQueue _queue;
    private readonly CheckpointRegistry _checkpoints;
    private readonly PictureIntake _pictures;
    private readonly CurrentWork _work;
    private readonly AnalysisMonitor _monitor;
    private readonly LogitLensOptions _options;

    internal RunCoordinator(
        RunStore runs,
        AnalysisQueue queue,
        CheckpointRegistry checkpoints,
        PictureIntake pictures,
        CurrentWork work,
        AnalysisMonitor monitor,
        IOptions<LogitLensOptions> options)
    {
        _runs = runs;
        _queue = queue;
        _checkpoints = checkpoints;
        _pictures = pictures;
        _work = work;
        _monitor = monitor;
        _options = options.Value;
    }

    /// <summary>Checks a picture's bytes, makes its thumbnail and keeps it.</summary>
    /// <exception cref="RefusedInputException">Not a picture that can be used.</exception>
    public Task<ImageRow> AddImageAsync(string name, byte[] bytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(bytes);
        return _pictures.AddAsync(name, bytes, cancellationToken);
    }

    /// <summary>The checkpoints a new run can choose from: the default first, then the configured folders, every one used before that is still there, and the demo.</summary>
    public Task<IReadOnlyList<AvailableCheckpoint>> ListCheckpointsAsync(CancellationToken cancellationToken) => _checkpoints.ListAsync(cancellationToken);

    /// <summary>Opens and checks a checkpoint's folder, without loading its weights.</summary>
    /// <exception cref="RefusedInputException">It is no checkpoint that can be used.</exception>
    public Task<AvailableCheckpoint> InspectCheckpointAsync(string folder, CancellationToken cancellationToken) => _checkpoints.InspectAsync(folder, cancellationToken);

    /// <summary>Checks everything, writes the run, wakes the service.</summary>
    /// <exception cref="RefusedInputException">A setting, prompt or checkpoint that cannot be used.</exception>
    public async Task<RunId> StartAsync(RequestedRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var name = NameOf(run);
        RequireSettings(run.Settings);
        RequireItems(run);
        var checkpoint = await _checkpoints.RegisterAsync(run.CheckpointFolder ?? _checkpoints.DefaultFolder, cancellationToken);
        var template = PromptTemplate.Open(checkpoint.Folder);
        var items = ItemsOf(run, template);
        var settings = run.Settings with
        {
            Layers = LayersOf(run.Settings.Layers, checkpoint),
            TrackedTokens = TrackedOf(run.Settings.TrackedTokens, checkpoint),
            KeptStates = StatesOf(run.Settings.KeptStates, checkpoint),
        };

        // The row is committed before the work is queued: what wakes the service is only a hint.
        var id = await _runs.AddAsync(new NewRun(name, checkpoint.Id, settings, Provenance.Describe(checkpoint, template, _options), items), cancellationToken);
        await ChangedAsync(id);
        return id;
    }

    /// <summary>Queues more images in a run, with its checkpoint and settings; returns how many: those that it has already with this prompt are left out.</summary>
    /// <param name="prompt">A prompt as it stands, or a question that is put into the checkpoint's form.</param>
    /// <exception cref="RefusedInputException">The run is gone or was imported, its checkpoint has changed, or the prompt cannot be used.</exception>
    public async Task<int> AddItemsAsync(RunId run, string prompt, IReadOnlyList<ImageId> images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        var row = await _runs.FindAsync(run, cancellationToken) ?? throw new RefusedInputException("The run is not there any more: choose another.");
        if (row.Checkpoint.Folder.Length == 0)
        {
            throw new RefusedInputException($"\"{row.Name}\" came from files, and no checkpoint belongs to it: start a new run of the images.");
        }

        // Its results have to belong together, so the files must be those that it was started with.
        using var checkpoint = await _checkpoints.OpenKnownAsync(row.Checkpoint, cancellationToken);
        var asked = PromptTemplate.Open(checkpoint.Folder).Complete(prompt);
        var added = await _runs.AddItemsAsync(run, [.. images.Select(image => new NewItem(image, asked))], cancellationToken);
        await ChangedAsync(run);
        return added;
    }

    /// <summary>Cancels what has not finished.</summary>
    public async Task CancelAsync(RunId run, CancellationToken cancellationToken)
    {
        await _runs.CancelAsync(run, cancellationToken);
        _work.Stop(current => current.Run == run);
        await ChangedAsync(run);
    }

    /// <summary>Cancels one analysis.</summary>
    public async Task CancelAsync(RunId run, AnalysisId analysis, CancellationToken cancellationToken)
    {
        await _runs.CancelAsync(analysis, cancellationToken);
        _work.Stop(current => current.Id == analysis);
        await ChangedAsync(run);
    }

    /// <summary>Queues Failed and Cancelled analyses again.</summary>
    public async Task RetryAsync(RunId run, CancellationToken cancellationToken)
    {
        await _runs.RetryAsync(run, cancellationToken);
        await ChangedAsync(run);
    }

    /// <summary>Queues one Failed or Cancelled analysis again.</summary>
    public async Task RetryAsync(RunId run, AnalysisId analysis, CancellationToken cancellationToken)
    {
        await _runs.RetryAsync(analysis, cancellationToken);
        await ChangedAsync(run);
    }

    /// <summary>Cancels and deletes the run and what only it used.</summary>
    public async Task DeleteAsync(RunId run, CancellationToken cancellationToken)
    {
        await _runs.CancelAsync(run, cancellationToken);
        _work.Stop(current => current.Run == run);
        await _runs.DeleteAsync(run, cancellationToken);
        await ChangedAsync(run);
    }

    private static string NameOf(RequestedRun run)
    {
        var name = run.Name?.Trim() ?? string.Empty;
        return name.Length switch
        {
            0 => throw new RefusedInputException("The run has no name: give it one to find it by."),
            > MaxNameLength => throw new RefusedInputException($"The run's name has {name.Length} characters, but {MaxNameLength} fit: shorten it."),
            _ => name,
        };
    }

    internal static void RequireSettings(RunSettings settings)
    {
        if (settings.TopK is < 1 or > LensSettings.MaxTopK)
        {
            throw new RefusedInputException($"{settings.TopK} tokens cannot be kept at each position: choose 1 to {LensSettings.MaxTopK}.");
        }

        if (settings.AnswerTokens is < 0 or > MaxAnswerTokens)
        {
            throw new RefusedInputException($"An answer of {settings.AnswerTokens} tokens cannot be asked for: choose 0 (none) to {MaxAnswerTokens}.");
        }

        if (settings.KeptStates is { Bits: not (16 or 32) } states)
        {
            throw new RefusedInputException($"Hidden states cannot be kept in {states.Bits} bits: choose 16 or 32.");
        }

        if (settings.Lens != "logit")
        {
            throw new RefusedInputException($"There is no lens called \"{settings.Lens}\": choose logit.");
        }
    }

    private static void RequireItems(RequestedRun run)
    {
        if (run.Items.Count == 0)
        {
            throw new RefusedInputException("A run needs at least one image: add some.");
        }
    }

    private static List<NewItem> ItemsOf(RequestedRun run, PromptTemplate template)
    {
        // A run may have ten thousand items with one prompt.
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        var items = new List<NewItem>(run.Items.Count);
        foreach (var item in run.Items)
        {
            var asked = item.Prompt ?? run.Prompt;
            if (!applied.TryGetValue(asked, out var prompt))
            {
                applied[asked] = prompt = template.Complete(asked);
            }

            items.Add(new NewItem(item.Image, prompt, string.IsNullOrWhiteSpace(item.TrueAnswer) ? null : item.TrueAnswer.Trim()));
        }

        return items;
    }

    private static List<int>? LayersOf(IReadOnlyList<int>? layers, CheckpointRow checkpoint)
    {
        if (layers is null)
        {
            return null;
        }

        if (layers.Count == 0)
        {
            throw new RefusedInputException($"No layer was chosen: choose some of emb and 1 to {checkpoint.Layers}.");
        }

        foreach (var layer in layers)
        {
            if (layer < 0 || layer > checkpoint.Layers)
            {
                throw new RefusedInputException($"There is no layer {layer}: {checkpoint.Name} has emb and 1 to {checkpoint.Layers}.");
            }
        }

        var chosen = layers.Distinct().Order().ToList();
        return chosen.Count == checkpoint.Layers + 1 ? null : chosen;
    }

    private static KeptStates? StatesOf(KeptStates? states, CheckpointRow checkpoint)
    {
        if (states is null || states.Layers.Count == 0)
        {
            return null;
        }

        var unknown = states.Layers.Where(layer => layer < 0 || layer > checkpoint.Layers).ToList();
        return unknown.Count > 0
            ? throw new RefusedInputException($"There is no layer {unknown[0]} whose hidden states could be kept: {checkpoint.Name} has emb and 1 to {checkpoint.Layers}.")
            : states.Bits is not (16 or 32)
            ? throw new RefusedInputException($"Hidden states cannot be kept in {states.Bits} bits: choose 16 or 32.")
            : states with { Layers = [.. states.Layers.Distinct().Order()] };
    }

    private static List<int>? TrackedOf(IReadOnlyList<int>? tracked, CheckpointRow checkpoint)
    {
        if (tracked is null || tracked.Count == 0)
        {
            return null;
        }

        foreach (var id in tracked)
        {
            if (id < 0 || id >= checkpoint.VocabularySize)
            {
                throw new RefusedInputException($"There is no token {id}: {checkpoint.Name} has 0 to {checkpoint.VocabularySize - 1}.");
            }
        }

        var chosen = tracked.Distinct().ToList();
        return chosen.Count <= MaxTrackedTokens
            ? chosen
            : throw new RefusedInputException($"{chosen.Count} tokens cannot be tracked: choose at most {MaxTrackedTokens}.");
    }

    private async Task ChangedAsync(RunId run)
    {
        _work.Wake();
        _monitor.ReportRun(run);
        _work.Queued = await _queue.CountQueuedAsync(CancellationToken.None);
    }
}
