using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Exports;

/// <summary>A run that an export dialog offers.</summary>
/// <param name="Done">Its finished analyses.</param>
public sealed record ExportChoice(RunId Run, string Name, int Done);
