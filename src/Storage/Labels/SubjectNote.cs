namespace LogitLens.Storage.Labels;

/// <summary>A note on something.</summary>
/// <param name="ChangedBy">What the person who wrote it last calls themselves; null where they did not say.</param>
public sealed record SubjectNote(string Text, DateTimeOffset ChangedAt, string? ChangedBy);
