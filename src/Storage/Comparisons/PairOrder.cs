namespace LogitLens.Storage.Comparisons;

/// <summary>What makes a pair of analyses different.</summary>
public enum PairOrder : byte
{
    /// <summary>The share of patches with another top-1 token.</summary>
    Changed = 0,

    /// <summary>The size of the median difference of confidence.</summary>
    Confidence = 1,

    /// <summary>The size of the median difference of entropy.</summary>
    Entropy = 2,

    /// <summary>Nothing: by the image's name.</summary>
    Name = 3,
}
