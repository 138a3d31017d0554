namespace LogitLens.Storage.Statistics;

/// <summary>What a mean map shows.</summary>
public enum MapQuantity : byte
{
    /// <summary>The mean confidence at a layer.</summary>
    Confidence = 0,

    /// <summary>The mean entropy at a layer, in bits.</summary>
    Entropy = 1,

    /// <summary>The share of filler at a layer.</summary>
    Filler = 2,

    /// <summary>The share of patches whose best layer is a layer.</summary>
    BestHere = 3,

    /// <summary>The mean best layer; over all layers.</summary>
    BestLayer = 4,

    /// <summary>The share of filler at the best layer, which is the mean mask; over all layers.</summary>
    Mask = 5,
}
