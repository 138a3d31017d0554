using LogitLens.Inference.Imaging;

namespace LogitLens.Inference;

/// <summary>One picture and one prompt, ready for the model.</summary>
/// <param name="Picture">The picture as the tower takes it.</param>
/// <param name="OriginalWidth">Width of the decoded picture, after orientation.</param>
/// <param name="OriginalHeight">Height of the decoded picture, after orientation.</param>
/// <param name="Prompt">The full prompt, template included.</param>
/// <param name="Positions">The input sequence, placeholders expanded.</param>
public sealed record PreparedInput(PreparedPicture Picture, int OriginalWidth, int OriginalHeight, string Prompt, IReadOnlyList<InputPosition> Positions);
