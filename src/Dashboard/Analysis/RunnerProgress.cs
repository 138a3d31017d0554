namespace LogitLens.Dashboard.Analysis;

/// <summary>The parts of an analysis, in their order.</summary>
internal enum RunnerStage
{
    Loading,
    Preparing,
    Vision,
    Layers,
    Answer,
}

/// <summary>How far an analysis is.</summary>
/// <param name="Done">Steps of the stage that are done.</param>
/// <param name="Total">Steps of the stage; for the answer the most there can be.</param>
internal readonly record struct RunnerProgress(RunnerStage Stage, int Done, int Total);
