namespace LogitLens.Storage.Catalogue;

/// <summary>Everything the explorer needs about one analysis, except its readings.</summary>
/// <param name="Layout">The layout of the current attempt; null until the picture has been prepared.</param>
/// <param name="Blobs">Readings of the current attempt that are committed, the answer's layers included.</param>
public sealed record AnalysisDetail(
    AnalysisRow Row,
    RunRow Run,
    ImageRow Image,
    AnalysisLayout? Layout,
    IReadOnlyList<int> AnswerIds,
    int Blobs = 0)
{
    /// <summary>So many first positions are kept together with other prompts on the same picture; 0 for none.</summary>
    public int SharedPositions { get; init; }

    /// <summary>The file it was imported from; null for what was computed here.</summary>
    public AnalysisSource? Source { get; init; }
}
