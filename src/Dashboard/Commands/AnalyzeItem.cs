namespace LogitLens.Dashboard.Commands;

/// <summary>One picture to analyse.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">What it is called in messages.</param>
/// <param name="OutputName">The results' file name, without extension.</param>
/// <param name="Prompt">Its own question; null for the common one.</param>
internal sealed record AnalyzeItem(string Path, string Name, string OutputName, string? Prompt, string? TrueAnswer);
