using System.Text.Json.Serialization;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Labels;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>The last entry of an archive, <c>manifest.json</c>: what the archive holds, and a checksum of every other entry. See <c>docs/formats/archive.md</c>.</summary>
/// <param name="Format"><c>logitlens-archive</c>.</param>
/// <param name="Version">Of the form; a reader refuses a later one.</param>
/// <param name="WrittenBy">Program and version.</param>
/// <param name="Entries">Every entry but the manifest, in the order they stand.</param>
public sealed record ArchiveManifest(
    string Format,
    int Version,
    string WrittenBy,
    IReadOnlyList<ArchivedCheckpoint> Checkpoints,
    IReadOnlyList<ArchivedImage> Images,
    IReadOnlyList<ArchivedRun> Runs,
    IReadOnlyList<ArchiveEntry> Entries);

/// <summary>A checkpoint's facts. Its folder is the exporting machine's own business and is not named.</summary>
/// <param name="Tokens">The entry with its token table.</param>
public sealed record ArchivedCheckpoint(
    string Hash, string Name, string ModelType, int Layers, int VocabularySize, string DType, long StoredBytes, string Details, string Tokens);

/// <summary>An image's facts; its bytes are the entry <paramref name="Content"/>, once however many analyses refer to it.</summary>
/// <param name="Labels">Its tags and note; left out where it bears none.</param>
public sealed record ArchivedImage(
    string Sha256, string Name, string MediaType, int Width, int Height, int ExifOrientation, long ByteLength, string Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SubjectLabels? Labels = null);

/// <summary>A run.</summary>
/// <param name="Id">32 hex digits; the run keeps it wherever it is imported.</param>
/// <param name="Checkpoint">The checkpoint's hash.</param>
/// <param name="Provenance">JSON as it was kept.</param>
/// <param name="Prompt">The prompt all items share, or null where they differ.</param>
/// <param name="IndexThreshold">Of its token index; null in archives of version 1.</param>
/// <param name="Retention">Its rule of retention; null in archives of version 1.</param>
/// <param name="Analyses">Analyses of it in this archive, in the order of their ordinals.</param>
/// <param name="Labels">Its tags and note; left out where it bears none.</param>
public sealed record ArchivedRun(
    string Id, string Name, string Checkpoint, RunSettings Settings, string Provenance, string? Prompt, DateTimeOffset CreatedAt, IReadOnlyList<ArchivedAnalysisEntries> Analyses,
    double? IndexThreshold = null, RunRetention? Retention = null, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SubjectLabels? Labels = null);

/// <summary>Where one analysis stands in the archive.</summary>
/// <param name="Record">The entry with its <see cref="ArchivedAnalysis"/>.</param>
/// <param name="Readings">The entry with its packed layers one after another; null unless it is done.</param>
/// <param name="States">The entry with its hidden states one after another; null if none were kept.</param>
public sealed record ArchivedAnalysisEntries(int Ordinal, string Record, string? Readings, string? States = null);

/// <summary>An entry's name, length in bytes (unpacked) and SHA-256 in lower-case hex.</summary>
public sealed record ArchiveEntry(string Name, long Length, string Sha256);
