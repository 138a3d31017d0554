namespace LogitLens.Storage.Catalogue;

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
    RunCounts Counts)
{
    /// <summary>Which run of this database it is, from 1 in the order they were added: what people call it by where its name is long.</summary>
    public long Number { get; init; }

    /// <summary>The token index holds, for each position and layer, the top-1 token and any other of at least this probability.</summary>
    public double IndexThreshold { get; init; } = StorageOptions.DefaultIndexThreshold;

    /// <summary>How long the tokens beyond top-1 stay.</summary>
    public RunRetention Retention { get; init; } = RunRetention.Default;
}
