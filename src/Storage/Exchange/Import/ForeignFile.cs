using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>One analysis that came in a file of another tool, ready to be written.</summary>
/// <param name="CheckpointKey">What was named as the checkpoint; a file is here already if one of the same bytes and key is.</param>
/// <param name="Checkpoint">The checkpoint with the whole token table the readings need.</param>
/// <param name="KnownTokens">The vocabulary size the database had it with when the table was read; 0 where it did not know it.</param>
/// <param name="Run">The run it goes into; added if there is none of that id.</param>
/// <param name="Layers">All layers, <c>emb</c> first.</param>
public sealed record ForeignFile(
    AnalysisSource Source,
    string CheckpointKey,
    NewCheckpoint Checkpoint,
    int KnownTokens,
    RunId Run,
    string RunName,
    RunSettings Settings,
    string Provenance,
    NewImage Image,
    string Prompt,
    AnalysisLayout Layout,
    IReadOnlyList<LayerArrays> Layers);
