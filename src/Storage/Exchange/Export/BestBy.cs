namespace LogitLens.Storage.Exchange.Export;

/// <summary>How the best layer of a position is chosen; the explorer's <c>by</c>.</summary>
public enum BestBy
{
    /// <summary>The greatest probability of the top-1 token.</summary>
    P = 0,

    /// <summary>The least entropy; where none was kept, as <see cref="P"/>.</summary>
    Entropy = 1,

    /// <summary>The greatest distance between the first and the second token's probability.</summary>
    Margin = 2,
}
