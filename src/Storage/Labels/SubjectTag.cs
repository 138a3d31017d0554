namespace LogitLens.Storage.Labels;

/// <summary>A tag that something bears.</summary>
/// <param name="AddedBy">What the person who put it there calls themselves; null where they did not say.</param>
public sealed record SubjectTag(string Name, DateTimeOffset AddedAt, string? AddedBy);
