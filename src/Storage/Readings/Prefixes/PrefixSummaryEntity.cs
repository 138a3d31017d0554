namespace LogitLens.Storage.Readings.Prefixes;

/// <summary>A prefix's summaries of all layers in one blob; written by the first of its analyses that becomes Done.</summary>
internal sealed class PrefixSummaryEntity : IChecksummed
{
    public long PrefixId { get; set; }

    /// <summary>As packed by <see cref="ReadingCodec"/>, one after another, layers ascending.</summary>
    public required byte[] Packed { get; set; }

    public long? Checksum { get; set; }

    public PrefixEntity? Prefix { get; set; }
}
