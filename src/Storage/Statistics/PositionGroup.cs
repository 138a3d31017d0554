namespace LogitLens.Storage.Statistics;

/// <summary>Which positions are counted together. The line features between rows of patches (LLaVA-NeXT) belong to none: they are no part of the picture and no text.</summary>
public enum PositionGroup : byte
{
    /// <summary>The picture's patches.</summary>
    Patches = 0,

    /// <summary>The prompt's own tokens.</summary>
    Text = 1,

    /// <summary>Answer tokens that were fed back.</summary>
    Answer = 2,
}
