namespace LogitLens.Dashboard.Components.Gallery;

/// <summary>What the gallery's sentence can say of images.</summary>
internal enum Condition
{
    /// <summary>In one of some runs.</summary>
    Runs,

    /// <summary>Of a checkpoint.</summary>
    Checkpoint,

    /// <summary>Part of the name.</summary>
    Name,

    /// <summary>Part of the prompt.</summary>
    Prompt,

    /// <summary>When the image was added.</summary>
    Added,

    /// <summary>When an analysis was done.</summary>
    Analysed,

    /// <summary>The state of an analysis, or that there is none.</summary>
    State,

    /// <summary>Tokens that are read, where, and how surely.</summary>
    Token,

    /// <summary>The share of filler.</summary>
    Filler,

    /// <summary>A tag.</summary>
    Tag,

    /// <summary>Images or analyses chosen by hand.</summary>
    Chosen,
}
