namespace LogitLens.Storage.Care;

/// <summary>What takes the room.</summary>
/// <param name="Parts">By kind, largest first. Bytes are those of the contents; what tables and indexes add to them is a part of its own.</param>
/// <param name="File">Bytes of the database file.</param>
/// <param name="Log">Bytes of its write-ahead log.</param>
/// <param name="Unused">Bytes in the file that later rows will use, or that compacting gives back to the disk.</param>
/// <param name="FreeOnDisk">Bytes still free on its disk; null if the system does not say.</param>
public sealed record DataSizes(IReadOnlyList<DataPart> Parts, long File, long Log, long Unused, long? FreeOnDisk);
