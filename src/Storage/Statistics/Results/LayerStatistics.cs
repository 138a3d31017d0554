namespace LogitLens.Storage.Statistics;

/// <summary>A group's positions at one layer.</summary>
/// <param name="Layer">0 = <c>emb</c>.</param>
/// <param name="Positions">The sample size.</param>
/// <param name="Entropy">Null where no reading has entropies; its count is less than <paramref name="Positions"/> where some have none.</param>
/// <param name="FillerShare">Positions whose top-1 token is filler.</param>
/// <param name="AgreementShare">Positions whose top-1 token is layer L's, among those that layer L was read at; null where it never was.</param>
/// <param name="AgreementCount">Positions that layer L was read at too.</param>
/// <param name="Scripts">Of the top-1 tokens, most frequent first.</param>
public sealed record LayerStatistics(
    int Layer,
    long Positions,
    Distribution Confidence,
    Distribution? Entropy,
    double FillerShare,
    double? AgreementShare,
    long AgreementCount,
    IReadOnlyList<ScriptShare> Scripts);
