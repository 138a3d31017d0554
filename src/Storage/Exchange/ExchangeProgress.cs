namespace LogitLens.Storage.Exchange;

/// <summary>How far an export or import is.</summary>
/// <param name="Done">Analyses dealt with.</param>
/// <param name="Total">Analyses there are.</param>
/// <param name="Bytes">Bytes written or read so far.</param>
public readonly record struct ExchangeProgress(int Done, int Total, long Bytes);
