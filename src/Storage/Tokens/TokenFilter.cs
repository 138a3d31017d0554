using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>What a search is confined to; the default is everything.</summary>
/// <param name="Runs">These runs only; null for all.</param>
/// <param name="CheckpointHash">Runs of this checkpoint only.</param>
/// <param name="FirstLayer">0 = emb.</param>
/// <param name="LastLayer">Included; null for the last one there is.</param>
/// <param name="LeastProbability">The index rounds probabilities, and this too, to 1/60,000.</param>
public sealed record TokenFilter(
    IReadOnlyList<RunId>? Runs = null,
    string? CheckpointHash = null,
    int FirstLayer = 0,
    int? LastLayer = null,
    double LeastProbability = 0,
    TokenPlaces Places = TokenPlaces.Any)
{
    internal bool AsksForLayers => FirstLayer > 0 || LastLayer is not null;

    internal int LeastUnits => TokenProbability.ToUnits(LeastProbability);

    internal bool Takes(TokenLayer layer) =>
        layer.Layer >= FirstLayer && layer.Layer <= (LastLayer ?? int.MaxValue) && layer.Best >= LeastUnits && Takes(layer.Place);

    internal bool Takes(TokenPlace place) => Places == TokenPlaces.Any || (Places == TokenPlaces.Patch) == (place == TokenPlace.Patch);
}
