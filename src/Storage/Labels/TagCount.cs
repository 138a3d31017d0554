namespace LogitLens.Storage.Labels;

/// <summary>A tag, and what bears it.</summary>
public sealed record TagCount(string Name, int Images, int Analyses, int Runs);
