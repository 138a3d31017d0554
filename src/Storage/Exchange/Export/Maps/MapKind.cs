namespace LogitLens.Storage.Exchange.Export.Maps;

/// <summary>What a map's colours say about each patch.</summary>
public enum MapKind
{
    /// <summary>The number of its best layer.</summary>
    Best = 0,

    /// <summary>The probability of its top-1 token.</summary>
    Confidence = 1,

    /// <summary>Its entropy in bits; bright is sure.</summary>
    Entropy = 2,

    /// <summary>The probability of one chosen token.</summary>
    Token = 3,

    /// <summary>Whether its top-1 token is a filler.</summary>
    Filler = 4,
}
