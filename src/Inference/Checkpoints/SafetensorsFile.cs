using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace LogitLens.Inference.Checkpoints;

/// <summary>One safetensors file: a length, a JSON header, then the tensors' bytes. Nothing in it is believed before it was checked.</summary>
/// <remarks>Read with <see cref="RandomAccess"/>: a mapped file that another process cuts short would end this one.</remarks>
internal sealed class SafetensorsFile : IDisposable
{
    // transformers' own limit on headers.
    private const long MaxHeaderBytes = 100_000_000;
    private const int ChunkBytes = 4 << 20;

    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly long _dataStart;

    private SafetensorsFile(SafeFileHandle handle, string path, long dataStart, IReadOnlyDictionary<string, Entry> tensors)
    {
        _handle = handle;
        _path = path;
        _dataStart = dataStart;
        Tensors = tensors;
    }

    /// <summary>Where a tensor lies: offsets count from the end of the header.</summary>
    internal sealed record Entry(StoredType Type, long[] Shape, long Begin, long End)
    {
        internal long Elements => (End - Begin) / Size(Type);
    }

    internal IReadOnlyDictionary<string, Entry> Tensors { get; }

    internal static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            var headerLength = ReadHeaderLength(handle, path, length);
            var header = new byte[headerLength];
            ReadExactly(handle, path, header, 8);
            var tensors = ReadHeader(path, header, length - 8 - headerLength);
            return new SafetensorsFile(handle, path, 8 + headerLength, tensors);
        }
        catch (Exception exception)
        {
            handle?.Dispose();
            throw exception is IOException or UnauthorizedAccessException
                ? new RefusedInputException($"{path} cannot be read: {exception.Message}", exception)
                : exception is JsonException
                    ? new RefusedInputException($"{path}: its header is not valid JSON; download the file again.", exception)
                    : exception;
        }
    }

    /// <summary>Reads a tensor and widens it to float, a few megabytes at a time.</summary>
    internal void Read(Entry entry, Span<float> destination)
    {
        if (destination.Length != entry.Elements)
        {
            throw new ArgumentException($"The tensor has {entry.Elements} elements, the destination {destination.Length}.", nameof(destination));
        }

        var offset = _dataStart + entry.Begin;
        if (entry.Type == StoredType.F32)
        {
            ReadExactly(_handle, _path, MemoryMarshal.AsBytes(destination), offset);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (!destination.IsEmpty)
            {
                var count = Math.Min(destination.Length, ChunkBytes / 2);
                var bytes = buffer.AsSpan(0, count * 2);
                ReadExactly(_handle, _path, bytes, offset);
                Widen(entry.Type, bytes, destination[..count]);
                destination = destination[count..];
                offset += bytes.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _handle.Dispose();

    internal static void Widen(StoredType type, ReadOnlySpan<byte> stored, Span<float> destination)
    {
        var source = MemoryMarshal.Cast<byte, ushort>(stored);
        var bits = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            (type == StoredType.F16 ? WidenHalf(low) : Vector.ShiftLeft(low, 16)).CopyTo(bits[i..]);
            (type == StoredType.F16 ? WidenHalf(high) : Vector.ShiftLeft(high, 16)).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = type == StoredType.F16 ? (float)BitConverter.UInt16BitsToHalf(source[i]) : BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    /// <summary>Halves, one in each lane's lower 16 bits, to the bits of floats.</summary>
    private static Vector<uint> WidenHalf(Vector<uint> halves)
    {
        // Exponent and mantissa move to a float's place; a multiplication by 2^112 corrects the exponent's bias and normalises subnormals.
        var magnitude = Vector.AsVectorSingle(Vector.ShiftLeft(halves & new Vector<uint>(0x7fff), 13)) * new Vector<float>(BitConverter.UInt32BitsToSingle(0x77800000));
        var special = Vector.GreaterThanOrEqual(halves & new Vector<uint>(0x7fff), new Vector<uint>(0x7c00));
        return Vector.AsVectorUInt32(magnitude)
            | (special & new Vector<uint>(0x7f800000))
            | Vector.ShiftLeft(halves & new Vector<uint>(0x8000), 16);
    }

    private static int Size(StoredType type) => type == StoredType.F32 ? 4 : 2;

    private static int ReadHeaderLength(SafeFileHandle handle, string path, long fileLength)
    {
        if (fileLength < 8)
        {
            throw new RefusedInputException($"{path} has {fileLength} bytes, too few for a safetensors file: download it again.");
        }

        Span<byte> bytes = stackalloc byte[8];
        ReadExactly(handle, path, bytes, 0);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > MaxHeaderBytes || (long)length > fileLength - 8 || length < 2)
        {
            throw new RefusedInputException(
                $"{path}: it claims a header of {length:N0} bytes, but the file has {fileLength:N0} (and a header at most {MaxHeaderBytes:N0}): it is cut short or no safetensors file; download it again.");
        }

        return (int)length;
    }

    private static Dictionary<string, Entry> ReadHeader(string path, byte[] header, long dataLength)
    {
        using var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new RefusedInputException($"{path}: its header is no JSON object; download the file again.");
        }

        var tensors = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                continue;
            }

            if (!tensors.TryAdd(property.Name, ReadEntry(path, property, dataLength)))
            {
                throw new RefusedInputException($"{path}: tensor {property.Name} is named twice; download the file again.");
            }
        }

        long end = 0;
        foreach (var (name, entry) in tensors.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (entry.Begin < end)
            {
                throw new RefusedInputException($"{path}: tensor {name} overlaps another; download the file again.");
            }

            end = entry.End;
        }

        return tensors;
    }

    private static Entry ReadEntry(string path, JsonProperty property, long dataLength)
    {
        var name = property.Name;
        RefusedInputException Lies(string what) => new($"{path}: tensor {name} {what}; the file is damaged, download it again.");

        var value = property.Value;
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !value.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
        {
            throw Lies("lacks dtype, shape or data_offsets");
        }

        var stored = type.GetString() switch
        {
            "F32" => StoredType.F32,
            "F16" => StoredType.F16,
            "BF16" => StoredType.BF16,
            var other => throw new RefusedInputException($"{path}: tensor {name} is stored as {other}; LogitLens reads F32, F16 and BF16. Quantised checkpoints have to be saved in one of these first."),
        };

        if (shape.GetArrayLength() > 8)
        {
            throw Lies("has more than 8 dimensions");
        }

        var sizes = new long[shape.GetArrayLength()];
        long elements = 1;
        for (var i = 0; i < sizes.Length; i++)
        {
            if (shape[i].ValueKind != JsonValueKind.Number || !shape[i].TryGetInt64(out sizes[i]) || sizes[i] < 0)
            {
                throw Lies("has a shape that is no list of sizes");
            }

            if (sizes[i] != 0 && elements > dataLength / sizes[i])
            {
                throw Lies("has a shape larger than the file");
            }

            elements *= sizes[i];
        }

        if (offsets[0].ValueKind != JsonValueKind.Number || offsets[1].ValueKind != JsonValueKind.Number
            || !offsets[0].TryGetInt64(out var begin) || !offsets[1].TryGetInt64(out var end) || begin < 0 || end < begin)
        {
            throw Lies("has data_offsets that are no range");
        }

        if (end > dataLength)
        {
            throw new RefusedInputException($"{path}: tensor {name} ends at byte {end:N0} of the data, but the file holds {dataLength:N0}: it is cut short, download it again.");
        }

        return end - begin == elements * Size(stored) ? new Entry(stored, sizes, begin, end) : throw Lies("has another length than its shape and dtype say");
    }

    private static void ReadExactly(SafeFileHandle handle, string path, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int read;
            try
            {
                read = RandomAccess.Read(handle, destination, offset);
            }
            catch (IOException exception)
            {
                throw new RefusedInputException($"{path} cannot be read: {exception.Message}", exception);
            }

            if (read == 0)
            {
                throw new RefusedInputException($"{path} ended at byte {offset:N0} while it was read: it was cut short since it was opened. Restore the file and retry.");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
