namespace LogitLens.Storage.Statistics;

/// <summary>What makes a layer the best one at a position; the first layer on ties.</summary>
public enum BestLayerCriterion : byte
{
    /// <summary>The greatest probability of the top-1 token.</summary>
    Confidence = 0,

    /// <summary>The least entropy. Readings without entropies (imports) have no best layer by it.</summary>
    Entropy = 1,

    /// <summary>The greatest probability of the top-1 token less that of the second. Readings that keep one token only have no best layer by it.</summary>
    Margin = 2,

    /// <summary>The first layer of the window whose top-1 token is layer L's. Readings without layer L have no best layer by it.</summary>
    FinalToken = 3,
}
