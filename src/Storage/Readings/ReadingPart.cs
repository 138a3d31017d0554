namespace LogitLens.Storage.Readings;

/// <summary>How much of a layer reading is asked for: see <see cref="ReadingCodec"/>.</summary>
public enum ReadingPart : byte
{
    /// <summary>All ranks, entropies and tracked tokens.</summary>
    Whole = 0,

    /// <summary>Top-1 ids, their scores, and entropies: what maps are drawn from.</summary>
    Summary = 1,

    /// <summary>Ranks 1…k−1 and tracked tokens.</summary>
    Rest = 2,
}
