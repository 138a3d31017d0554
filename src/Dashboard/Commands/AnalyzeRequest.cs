namespace LogitLens.Dashboard.Commands;

/// <summary>What <c>analyze</c> was asked to do.</summary>
/// <param name="Images">Picture files and folders.</param>
/// <param name="Items">A table of pictures, questions and answers.</param>
/// <param name="Layers">As typed.</param>
/// <param name="Limit">At most so many items.</param>
/// <param name="KeepStates">Layers whose hidden states are kept, as typed.</param>
/// <param name="Json">Write <c>NAME.json</c> too.</param>
internal sealed record AnalyzeRequest(
    IReadOnlyList<string> Images,
    string? Items,
    string Checkpoint,
    string Prompt,
    string Out,
    string Device,
    string Residency,
    int TopK,
    string Layers,
    int Answer,
    int? Limit,
    bool Json,
    bool Exif,
    bool Legacy,
    string? KeepStates = null,
    int StateBits = 16);
