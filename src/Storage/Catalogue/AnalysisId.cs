namespace LogitLens.Storage.Catalogue;

/// <summary>An analysis' id; also its address in URLs.</summary>
public readonly record struct AnalysisId(long Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
