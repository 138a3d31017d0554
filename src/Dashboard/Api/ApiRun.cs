using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Api;

/// <summary>A run.</summary>
/// <param name="Prompt">The prompt all its items share; null where they differ.</param>
/// <param name="Retention">How long the tokens beyond top-1 stay.</param>
/// <param name="IndexThreshold">The token index holds top-1 tokens and others of at least this probability.</param>
internal sealed record ApiRun(
    string Id, string Name, string? Prompt, ApiCheckpoint Checkpoint, RunSettings Settings, DateTimeOffset CreatedAt, ApiCounts Counts, double IndexThreshold,
    RunRetention Retention)
{
    public static ApiRun From(RunRow run) => new(
        run.Id.ToString(),
        run.Name,
        run.Prompt,
        new ApiCheckpoint(run.Checkpoint.Hash, run.Checkpoint.Name, run.Checkpoint.ModelType, run.Checkpoint.Layers, run.Checkpoint.VocabularySize),
        run.Settings,
        run.CreatedAt,
        new ApiCounts(run.Counts.Queued, run.Counts.Running, run.Counts.Done, run.Counts.Failed, run.Counts.Cancelled),
        run.IndexThreshold,
        run.Retention);
}

/// <summary>A checkpoint, known by its hash.</summary>
internal sealed record ApiCheckpoint(string Hash, string Name, string ModelType, int Layers, int VocabularySize);

/// <summary>How many analyses are in each state.</summary>
internal sealed record ApiCounts(int Queued, int Running, int Done, int Failed, int Cancelled);
