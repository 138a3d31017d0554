namespace LogitLens.Benchmarks.Engine;

/// <summary>What <c>engine</c> was asked to measure; null where the shape decides.</summary>
internal sealed record EngineOptions(string Shape, int? Images, int? Batch, string? Residency, int Answer, int? Questions, int TopK, string Folder, bool Keep);
