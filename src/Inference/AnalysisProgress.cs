namespace LogitLens.Inference;

/// <summary>What part of an analysis has just been finished.</summary>
public enum AnalysisStage
{
    /// <summary>The vision tower and the projector.</summary>
    Vision,

    /// <summary>Blocks of the decoder, the lens included.</summary>
    Layers,

    /// <summary>Tokens of the answer.</summary>
    Answer,
}

/// <summary>How far one analysis is.</summary>
/// <param name="Stage">The part being worked on.</param>
/// <param name="Done">Steps of that part that are done.</param>
/// <param name="Total">Steps of that part in all (for the answer: the most there can be).</param>
public readonly record struct AnalysisProgress(AnalysisStage Stage, int Done, int Total);
