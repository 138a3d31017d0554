using LogitLens.Storage.Labels;

namespace LogitLens.Storage.Catalogue;

/// <summary>An analysis finished elsewhere.</summary>
/// <param name="State">Done, Failed or Cancelled.</param>
/// <param name="Layout">Where the positions lie; null unless it is Done.</param>
/// <param name="Packed">All layers asked for, in order, whole (all ranks): the prompt's, then the answer's if there are any; empty unless it is Done.</param>
public sealed record ImportedAnalysis(
    int Ordinal,
    ImageId Image,
    string Prompt,
    string? TrueAnswer,
    AnalysisState State,
    string? Error,
    IReadOnlyList<int> AnswerIds,
    string? AnswerText,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    AnalysisLayout? Layout,
    IReadOnlyList<byte[]> Packed)
{
    /// <summary>When the tokens beyond top-1 were let go of; null while they are here.</summary>
    public DateTimeOffset? RestGoneAt { get; init; }

    /// <summary>So many first positions were kept together with other analyses of its run on the same picture; 0 for none. Fewer than the layout has.</summary>
    public int SharedPositions { get; init; }

    /// <summary>The file it was imported from before; null for what an engine computed.</summary>
    public ImportedSource? Source { get; init; }

    /// <summary>Its tags and note.</summary>
    public SubjectLabels Labels { get; init; } = SubjectLabels.None;

    /// <summary>Its hidden states one after another, read inside the transaction, so that one of them is in memory at a time; what this throws undoes the analysis.</summary>
    public IEnumerable<ImportedState> States { get; init; } = [];
}
