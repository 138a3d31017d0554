using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>One item a person asks for: an image already kept, and its own question if the run has one per image.</summary>
public sealed record RequestedItem(ImageId Image, string? Prompt = null, string? TrueAnswer = null);

/// <summary>A run a person asks for.</summary>
/// <param name="CheckpointFolder">The checkpoint's folder; null for the default checkpoint.</param>
/// <param name="Prompt">A question or a full prompt, for the items without their own.</param>
public sealed record RequestedRun(string Name, string? CheckpointFolder, string Prompt, RunSettings Settings, IReadOnlyList<RequestedItem> Items);

/// <summary>What people do to runs: start, cancel, retry, delete. Refusals come as <see cref="Inference.RefusedInputException"/> with a sentence.</summary>
public sealed class RunCoordinator
{
    /// <summary>Checks a picture's bytes, makes its thumbnail and keeps it.</summary>
    /// <exception cref="Inference.RefusedInputException">Not a picture that can be used.</exception>
    public Task<ImageRow> AddImageAsync(string name, byte[] bytes, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The checkpoints a new run can choose from: the configured folders, the demo, and every one used before that is still there.</summary>
    public Task<IReadOnlyList<AvailableCheckpoint>> ListCheckpointsAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Opens and checks a checkpoint's folder, without loading its weights.</summary>
    public Task<AvailableCheckpoint> InspectCheckpointAsync(string folder, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Checks everything, writes the run, wakes the service.</summary>
    public Task<RunId> StartAsync(RequestedRun run, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Cancels what has not finished.</summary>
    public Task CancelAsync(RunId run, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Cancels one analysis.</summary>
    public Task CancelAsync(RunId run, AnalysisId analysis, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Queues Failed and Cancelled analyses again.</summary>
    public Task RetryAsync(RunId run, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Queues one Failed or Cancelled analysis again.</summary>
    public Task RetryAsync(RunId run, AnalysisId analysis, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Cancels and deletes the run and what only it used.</summary>
    public Task DeleteAsync(RunId run, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>A checkpoint a run can use.</summary>
/// <param name="Layers">L.</param>
/// <param name="IsDemo">The small trained one that comes with LogitLens.</param>
public sealed record AvailableCheckpoint(string Name, string Folder, string ModelType, int Layers, int VocabularySize, long StoredBytes, bool IsDemo);
