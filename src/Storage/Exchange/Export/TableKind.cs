namespace LogitLens.Storage.Exchange.Export;

/// <summary>Which table.</summary>
public enum TableKind
{
    /// <summary>One row per layer, position and rank.</summary>
    Readings = 0,

    /// <summary>One row per patch with its best layer.</summary>
    Best = 1,
}
