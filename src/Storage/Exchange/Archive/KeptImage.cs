using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>What came of taking a picture in.</summary>
/// <param name="Image">Its row; null if it was refused.</param>
/// <param name="Error">Why it was refused, in a sentence.</param>
public sealed record KeptImage(ImageRow? Image, string? Error);
