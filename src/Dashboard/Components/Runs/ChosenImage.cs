using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>An image in a run being put together.</summary>
/// <param name="Name">The name it came with now, by which a table finds it: the same bytes may be kept under an older one.</param>
internal sealed record ChosenImage(string Name, ImageRow Row);
