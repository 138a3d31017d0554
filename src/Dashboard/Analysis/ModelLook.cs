namespace LogitLens.Dashboard.Analysis;

/// <summary>Which of its looks at a picture a model is asked about.</summary>
internal enum ModelLook : byte
{
    /// <summary>The one view of the whole picture that every model has.</summary>
    Whole = 0,

    /// <summary>The finer look, in tiles, of LLaVA-NeXT and LLaVA-OneVision.</summary>
    Fine = 1,
}
