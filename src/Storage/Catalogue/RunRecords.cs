namespace LogitLens.Storage.Catalogue;

/// <summary>Lens settings and the rest of what decides a run's results.</summary>
/// <param name="TopK">Tokens kept per position and layer.</param>
/// <param name="Layers">Layers read, ascending, 0 = <c>emb</c>; null for all.</param>
/// <param name="AnswerTokens">At most so many tokens of greedy answer; 0 = none.</param>
/// <param name="Legacy">Norm twice at layer L.</param>
/// <param name="ApplyExifOrientation">Pictures are turned as EXIF says.</param>
/// <param name="TrackedTokens">Token ids whose probability and rank are kept everywhere.</param>
/// <param name="Lens">The lens; only <c>logit</c> for now.</param>
public sealed record RunSettings(
    int TopK = 10,
    IReadOnlyList<int>? Layers = null,
    int AnswerTokens = 32,
    bool Legacy = false,
    bool ApplyExifOrientation = false,
    IReadOnlyList<int>? TrackedTokens = null,
    string Lens = "logit");

/// <summary>One item of a new run.</summary>
/// <param name="Prompt">The full prompt, template included.</param>
/// <param name="TrueAnswer">The right answer, where the lab knows it.</param>
public sealed record NewItem(ImageId Image, string Prompt, string? TrueAnswer = null);

/// <summary>A run to start; its analyses are queued in the same transaction.</summary>
/// <param name="Provenance">Versions and machine facts as JSON.</param>
public sealed record NewRun(string Name, CheckpointId Checkpoint, RunSettings Settings, string Provenance, IReadOnlyList<NewItem> Items);

/// <summary>A run in a list.</summary>
/// <param name="Prompt">The prompt all items share, or null where they differ.</param>
public sealed record RunRow(
    RunId Id,
    string Name,
    CheckpointRow Checkpoint,
    RunSettings Settings,
    string Provenance,
    string? Prompt,
    DateTimeOffset CreatedAt,
    RunCounts Counts);

/// <summary>How many analyses of a run are in each state.</summary>
public readonly record struct RunCounts(int Queued, int Running, int Done, int Failed, int Cancelled)
{
    /// <summary>All of them.</summary>
    public int Total => Queued + Running + Done + Failed + Cancelled;

    /// <summary>Those that will not change by themselves.</summary>
    public int Finished => Done + Failed + Cancelled;
}
