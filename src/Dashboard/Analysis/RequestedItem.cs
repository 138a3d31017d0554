using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>One item a person asks for: an image already kept, and its own question if the run has one per image.</summary>
public sealed record RequestedItem(ImageId Image, string? Prompt = null, string? TrueAnswer = null);
