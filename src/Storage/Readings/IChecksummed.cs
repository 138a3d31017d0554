namespace LogitLens.Storage.Readings;

/// <summary>A row of packed bytes with their checksum, which <see cref="Sqlite.StorageContext"/> sets whenever it saves the row.</summary>
internal interface IChecksummed
{
    /// <summary>The bytes.</summary>
    byte[] Packed { get; }

    /// <summary><see cref="ReadingChecksum"/> of them; null only in rows of an earlier version that have not been brought into today's form yet.</summary>
    long? Checksum { get; set; }
}
