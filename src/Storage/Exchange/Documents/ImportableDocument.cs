using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Documents;

/// <summary>A document of version 2 as the stores take it.</summary>
/// <param name="Checkpoint">With the tokens the document uses only, and no folder.</param>
/// <param name="Run">Its checkpoint's id is to be filled in.</param>
/// <param name="ImageName">The picture's file name.</param>
/// <param name="Picture">Its bytes, whose SHA-256 was checked; null if the document leaves them out.</param>
/// <param name="Analysis">Its image's id is to be filled in.</param>
public sealed record ImportableDocument(NewCheckpoint Checkpoint, ImportedRun Run, string ImageName, string ImageSha256, byte[]? Picture, ImportedAnalysis Analysis);
