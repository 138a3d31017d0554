namespace LogitLens.Inference.Tests.Hostile;

/// <summary>A file of a checkpoint folder to be damaged, and the kinds of damage that may hurt it.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Form">What is in it.</param>
/// <param name="InPlaceOf">A file that has to be away for this one to be read; null where none has.</param>
internal sealed record HostileFile(string Name, HostileForm Form, string? InPlaceOf = null);
