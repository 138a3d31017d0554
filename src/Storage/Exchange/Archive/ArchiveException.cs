namespace LogitLens.Storage.Exchange.Archive;

/// <summary>Ends the reading of an archive or of one of its analyses; never leaves <see cref="ArchiveReader"/>, which makes a result of it.</summary>
internal sealed class ArchiveException(string sentence) : Exception(sentence);
