namespace LogitLens.Storage.Catalogue;

/// <summary>One item of a new run.</summary>
/// <param name="Prompt">The full prompt, template included.</param>
/// <param name="TrueAnswer">The right answer, where the lab knows it.</param>
public sealed record NewItem(ImageId Image, string Prompt, string? TrueAnswer = null);
