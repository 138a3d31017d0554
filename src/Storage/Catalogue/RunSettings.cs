namespace LogitLens.Storage.Catalogue;

/// <summary>Lens settings and the rest of what decides a run's results.</summary>
/// <param name="TopK">Tokens kept per position and layer.</param>
/// <param name="Layers">Layers read, ascending, 0 = <c>emb</c>; null for all.</param>
/// <param name="AnswerTokens">At most so many tokens of greedy answer; 0 = none.</param>
/// <param name="Legacy">Norm twice at layer L.</param>
/// <param name="ApplyExifOrientation">Pictures are turned as EXIF says.</param>
/// <param name="TrackedTokens">Token ids whose probability and rank are kept everywhere.</param>
/// <param name="Lens">The lens; only <c>logit</c> for now.</param>
/// <param name="KeptStates">Hidden states kept beside the readings; null for none.</param>
public sealed record RunSettings(
    int TopK = 10,
    IReadOnlyList<int>? Layers = null,
    int AnswerTokens = 32,
    bool Legacy = false,
    bool ApplyExifOrientation = false,
    IReadOnlyList<int>? TrackedTokens = null,
    string Lens = "logit",
    KeptStates? KeptStates = null);
