namespace LogitLens.Storage.Statistics;

/// <summary>How many top-1 tokens are of a script.</summary>
public sealed record ScriptShare(TextScript Script, long Count, double Share);
