namespace LogitLens.Storage.Readings.Prefixes;

/// <summary>A prefix's rest of one layer of the prompt segment.</summary>
internal sealed class PrefixReadingEntity : IChecksummed
{
    public long PrefixId { get; set; }

    public int Layer { get; set; }

    /// <summary>As packed by <see cref="ReadingCodec"/>: the first positions of what each of its analyses was given.</summary>
    public required byte[] Packed { get; set; }

    public long? Checksum { get; set; }

    public PrefixEntity? Prefix { get; set; }
}
