using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Labels;

/// <summary>A note on one thing: exactly one of the three is set.</summary>
internal sealed class NoteEntity
{
    public long Id { get; set; }

    public long? ImageId { get; set; }

    public long? AnalysisId { get; set; }

    public long? RunNumber { get; set; }

    public required string Text { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>What the person calls themselves; null where they did not say.</summary>
    public string? ChangedBy { get; set; }

    public ImageEntity? Image { get; set; }

    public AnalysisEntity? Analysis { get; set; }

    public RunEntity? Run { get; set; }
}
