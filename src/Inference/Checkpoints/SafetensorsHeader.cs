using System.Text.Json;

namespace LogitLens.Inference.Checkpoints;

/// <summary>Reads and checks the JSON header of a safetensors file.</summary>
/// <remarks>
/// As strict as the format's own library: tensors follow each other without gap or overlap from the first byte of the data to its last, every length is what
/// shape and type say, nothing is named twice. Read token by token, so that memory stays of the order of the header, whatever it holds.
/// </remarks>
internal static class SafetensorsHeader
{
    private const int MaxDimensions = 8;
    private const int MaxDepth = 8;

    /// <summary>The tensors by their names in the file.</summary>
    /// <param name="path">For the sentences.</param>
    /// <param name="header">The JSON text.</param>
    /// <param name="dataLength">Bytes the file has after the header.</param>
    /// <exception cref="RefusedInputException">The header lies; the sentence names file and tensor.</exception>
    internal static Dictionary<string, StoredTensor> Read(string path, ReadOnlySpan<byte> header, long dataLength)
    {
        try
        {
            var reader = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = MaxDepth });
            var tensors = ReadTensors(path, ref reader, dataLength);
            CheckLayout(path, tensors, dataLength);
            return tensors;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text that is no valid UTF-8 or half a surrogate pair.
            throw new RefusedInputException($"{path} is damaged, its header is not valid JSON: download it again.", exception);
        }
    }

    private static Dictionary<string, StoredTensor> ReadTensors(string path, ref Utf8JsonReader reader, long dataLength)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new RefusedInputException($"{path} is damaged, its header is no JSON object: download it again.");
        }

        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("__metadata__"u8))
            {
                reader.Skip();
                continue;
            }

            var name = reader.GetString()!;
            if (!tensors.TryAdd(name, ReadTensor(path, name, ref reader, dataLength)))
            {
                throw Damaged(path, name, "is named twice");
            }
        }

        // Nothing may follow the object; the reader itself throws on it.
        reader.Read();
        return tensors;
    }

    private static StoredTensor ReadTensor(string path, string name, ref Utf8JsonReader reader, long dataLength)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Damaged(path, name, "is described by something else than an object");
        }

        string? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8))
            {
                reader.Read();
                type = type is null && reader.TokenType == JsonTokenType.String
                    ? reader.GetString()
                    : throw Damaged(path, name, "has no dtype that is one text");
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                shape = shape is null ? ReadSizes(ref reader, MaxDimensions) : null;
                if (shape is null)
                {
                    throw Damaged(path, name, $"has no shape that is one list of at most {MaxDimensions} sizes");
                }
            }
            else if (reader.ValueTextEquals("data_offsets"u8))
            {
                offsets = offsets is null ? ReadSizes(ref reader, 2) : null;
                if (offsets is not { Length: 2 })
                {
                    throw Damaged(path, name, "has no data_offsets that are one pair of positions");
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return type is null || shape is null || offsets is null
            ? throw Damaged(path, name, "lacks dtype, shape or data_offsets")
            : Check(path, name, type, shape, offsets[0], offsets[1], dataLength);
    }

    /// <summary>A list of numbers from 0 up, or null where something else stands.</summary>
    private static long[]? ReadSizes(ref Utf8JsonReader reader, int most)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        Span<long> sizes = stackalloc long[MaxDimensions];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == most || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out sizes[count]) || sizes[count] < 0)
            {
                return null;
            }

            count++;
        }

        return sizes[..count].ToArray();
    }

    private static StoredTensor Check(string path, string name, string typeName, long[] shape, long begin, long end, long dataLength)
    {
        var (type, size) = typeName switch
        {
            "F32" => (StoredType.F32, 4),
            "F16" => (StoredType.F16, 2),
            "BF16" => (StoredType.BF16, 2),
            "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => (StoredType.Other, 1),
            "I16" or "U16" => (StoredType.Other, 2),
            "I32" or "U32" => (StoredType.Other, 4),
            "F64" or "I64" or "U64" => (StoredType.Other, 8),
            _ => throw new RefusedInputException(
                $"{path}: tensor {Shown.Text(name)} is stored as '{Shown.Text(typeName)}', but LogitLens reads F32, F16 and BF16: save the checkpoint in one of these."),
        };

        long elements = 1;
        foreach (var dimension in shape)
        {
            if (dimension != 0 && elements > dataLength / size / dimension)
            {
                throw Damaged(path, name, $"has a shape ({string.Join(", ", shape)}) larger than the file");
            }

            elements *= dimension;
        }

        if (end < begin)
        {
            throw Damaged(path, name, $"ends at byte {end:N0}, before it begins at byte {begin:N0}");
        }

        if (end > dataLength)
        {
            throw new RefusedInputException(
                $"{path} is cut short: tensor {Shown.Text(name)} ends at byte {end:N0} of the data, but the file holds {dataLength:N0}; download it again.");
        }

        if (end - begin != elements * size)
        {
            throw Damaged(path, name, $"has {end - begin:N0} bytes where shape ({string.Join(", ", shape)}) and {typeName} make {elements * size:N0}");
        }

        return begin % size == 0
            ? new StoredTensor(type, typeName, shape, elements, begin, end)
            : throw Damaged(path, name, $"begins at byte {begin:N0}, which is no multiple of {typeName}'s {size} bytes");
    }

    private static void CheckLayout(string path, Dictionary<string, StoredTensor> tensors, long dataLength)
    {
        long end = 0;
        foreach (var (name, tensor) in tensors.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (tensor.Begin != end)
            {
                throw Damaged(path, name, tensor.Begin < end
                    ? $"begins at byte {tensor.Begin:N0}, inside another that ends at {end:N0}"
                    : $"begins at byte {tensor.Begin:N0}, which leaves bytes from {end:N0} on that belong to no tensor");
            }

            end = tensor.End;
        }

        if (end != dataLength)
        {
            throw new RefusedInputException($"{path} is damaged: {dataLength - end:N0} bytes after the last tensor belong to none; download it again.");
        }
    }

    private static RefusedInputException Damaged(string path, string name, string what) =>
        new($"{path} is damaged: tensor {Shown.Text(name)} {what}; download it again.");
}
