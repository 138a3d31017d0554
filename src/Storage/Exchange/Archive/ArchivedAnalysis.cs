using System.Text.Json.Serialization;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Labels;
using LogitLens.Storage.States;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>One analysis without its readings.</summary>
/// <param name="Image">SHA-256 of its image.</param>
/// <param name="State"><c>done</c>, <c>failed</c> or <c>cancelled</c>; one that had not finished when it was exported counts as cancelled.</param>
/// <param name="Layout">Where the positions lie; null unless it is done.</param>
/// <param name="RestGoneAt">When the tokens beyond top-1 were let go of; null while they are here.</param>
/// <param name="Source">The file it was imported from; null for what an engine computed.</param>
/// <param name="States">What the entry of its hidden states holds, in that order; null if none were kept.</param>
/// <param name="SharedPositions">So many first positions were kept together with other prompts on its picture, and may be again; left out where there are none. Its readings are whole all the same.</param>
/// <param name="Labels">Its tags and note; left out where it bears none.</param>
public sealed record ArchivedAnalysis(
    int Ordinal,
    string Image,
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
    DateTimeOffset? RestGoneAt = null,
    ImportedSource? Source = null,
    IReadOnlyList<HiddenStateRow>? States = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int SharedPositions = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SubjectLabels? Labels = null);
