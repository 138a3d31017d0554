namespace LogitLens.Inference;

/// <summary>Where a position came from.</summary>
public enum PositionKind : byte
{
    /// <summary>A token of the prompt.</summary>
    Text = 0,

    /// <summary>A patch of the picture.</summary>
    Patch = 1,

    /// <summary>A line feature between rows of patches (LLaVA-NeXT).</summary>
    Newline = 2,

    /// <summary>A token of the answer that was fed back.</summary>
    Answer = 3,
}
