namespace LogitLens.Storage.Care;

/// <summary>What the room is taken by.</summary>
public enum DataKind
{
    /// <summary>Picture files and their thumbnails.</summary>
    Images,

    /// <summary>Top-1 tokens, their scores and entropies of all layers and positions: what maps are drawn from.</summary>
    Summaries,

    /// <summary>The other tokens kept, per layer, and tracked tokens.</summary>
    Readings,

    /// <summary>Token index and aggregates: what searches and statistics answer from.</summary>
    Index,

    /// <summary>Token tables of checkpoints and where the positions of analyses lie.</summary>
    Catalogue,

    /// <summary>Raw hidden states, where a run was told to keep them.</summary>
    HiddenStates,

    /// <summary>What tables, keys and half-filled pages add.</summary>
    Overhead,
}
