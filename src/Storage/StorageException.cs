namespace LogitLens.Storage;

/// <summary>A data folder or database that cannot be used; the message is a sentence for people.</summary>
public sealed class StorageException(string message, Exception? innerException = null) : Exception(message, innerException);
