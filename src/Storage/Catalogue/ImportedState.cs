using LogitLens.Storage.States;

namespace LogitLens.Storage.Catalogue;

/// <summary>One layer's hidden states on their way into the database.</summary>
/// <param name="Values">Positions × width, row-major, little-endian.</param>
public readonly record struct ImportedState(HiddenStateRow Row, byte[] Values);
