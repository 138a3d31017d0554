using System.Buffers.Binary;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>Takes packed layers apart that stand one after another, and checks that they are what an analysis must have.</summary>
internal static class PackedLayers
{
    private const int LengthOffset = 24;
    private const int ShortVocabulary = 65_536;

    /// <summary>The prompt's layers, all that the run asks for in order, then the answer's: none, or the same ones.</summary>
    /// <exception cref="InvalidDataException">A layer that is no packed reading.</exception>
    /// <exception cref="ArchiveException">A layer is missing, comes twice, or does not fit the run, the checkpoint or the layout.</exception>
    public static IReadOnlyList<byte[]> Split(byte[] bytes, RunSettings settings, CheckpointRow checkpoint, int positions, int answerTokens)
    {
        var wanted = settings.Layers ?? [.. Enumerable.Range(0, checkpoint.Layers + 1)];
        var packed = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            if (packed.Count == wanted.Count * 2)
            {
                throw new ArchiveException("there are more layers than the run asks for; export it again.");
            }

            if (bytes.Length - at < LengthOffset + 4)
            {
                throw new ArchiveException("its readings are cut short; export it again.");
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + LengthOffset));
            if (length > bytes.Length - at || length == 0)
            {
                throw new ArchiveException("its readings are cut short; export it again.");
            }

            var layer = bytes.AsSpan(at, (int)length).ToArray();
            Require(layer, wanted[packed.Count % wanted.Count], packed.Count < wanted.Count, checkpoint, positions, answerTokens);
            packed.Add(layer);
            at += (int)length;
        }

        return packed.Count == wanted.Count || packed.Count == wanted.Count * 2
            ? packed
            : throw new ArchiveException($"there are {packed.Count} layers where the run asks for {wanted.Count}; export it again.");
    }

    /// <summary>An imported checkpoint's table may have outgrown two-byte ids since the layer was packed.</summary>
    private static bool IsPackedFor(LayerArrays arrays, byte[] packed, int vocabularySize) =>
        ReadingCodec.Pack(arrays, vocabularySize).AsSpan().SequenceEqual(packed)
        || (vocabularySize > ShortVocabulary && arrays.Ids.All(id => id < ShortVocabulary) && arrays.Tracked.All(id => id < ShortVocabulary)
            && ReadingCodec.Pack(arrays, ShortVocabulary).AsSpan().SequenceEqual(packed));

    private static void Require(byte[] packed, int layer, bool isPrompt, CheckpointRow checkpoint, int positions, int answerTokens)
    {
        var arrays = ReadingCodec.Unpack(packed);
        var fits = isPrompt
            ? arrays.FirstPosition == 0 && arrays.Positions == positions
            : arrays.FirstPosition == positions && arrays.Positions <= answerTokens;
        if (arrays.Layer != layer || !fits)
        {
            throw new ArchiveException($"where layer {layer} should stand there is another, or one of other positions; export it again.");
        }

        // Ids must lie in the vocabulary, and a layer has one form only.
        if (!IsPackedFor(arrays, packed, checkpoint.VocabularySize))
        {
            throw new ArchiveException($"layer {layer} is not packed as the checkpoint's readings are; export it again.");
        }
    }
}
