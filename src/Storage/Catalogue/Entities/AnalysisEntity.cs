using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Prefixes;

namespace LogitLens.Storage.Catalogue.Entities;

internal sealed class AnalysisEntity
{
    public long Id { get; set; }

    public long RunNumber { get; set; }

    public int Ordinal { get; set; }

    public long ImageId { get; set; }

    public AnalysisState State { get; set; }

    public int Attempt { get; set; }

    /// <summary>Prompt layers of the current attempt that are committed.</summary>
    public int LayersDone { get; set; }

    public int LayersTotal { get; set; }

    public required string Prompt { get; set; }

    public string? TrueAnswer { get; set; }

    public string? Error { get; set; }

    /// <summary>Int32s, little-endian.</summary>
    public byte[]? AnswerIds { get; set; }

    public string? AnswerText { get; set; }

    public DateTimeOffset QueuedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>When the tokens beyond top-1 were let go of; null while they are here.</summary>
    public DateTimeOffset? RestGoneAt { get; set; }

    /// <summary>Where the readings of its first positions are kept, if other prompts on its picture share them.</summary>
    public long? PrefixId { get; set; }

    public RunEntity? Run { get; set; }

    public ImageEntity? Image { get; set; }

    public AnalysisLayoutEntity? Layout { get; set; }

    public PrefixEntity? Prefix { get; set; }

    public List<ReadingEntity> Readings { get; } = [];
}
