namespace LogitLens.Dashboard.Commands;

/// <summary>What <c>trace</c> was asked to do.</summary>
/// <param name="Knockouts">As typed.</param>
/// <param name="Ablations">As typed.</param>
/// <param name="WantsRelevancy">Whether relevancy is wanted.</param>
/// <param name="RelevancyToken">Of which token, as typed; null for the most probable next one.</param>
/// <param name="Attentions">As typed.</param>
/// <param name="Out">The file.</param>
internal sealed record TraceRequest(
    string Image,
    string Checkpoint,
    string Prompt,
    IReadOnlyList<string> Knockouts,
    IReadOnlyList<string> Ablations,
    bool WantsRelevancy,
    string? RelevancyToken,
    string Attentions,
    string Out,
    string Device,
    string Residency,
    bool Exif);
