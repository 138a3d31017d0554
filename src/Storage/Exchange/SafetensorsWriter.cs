using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LogitLens.Storage.Exchange;

/// <summary>Writes a safetensors file whose tensors are known by shape beforehand and come in pieces, in any order: none has to be in memory whole.</summary>
public sealed class SafetensorsWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stream _output;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>Writes the header.</summary>
    /// <param name="output">A stream at its beginning that can be written anywhere; stays the caller's.</param>
    /// <param name="metadata">Texts about the file.</param>
    /// <param name="tensors">What will be written.</param>
    public SafetensorsWriter(Stream output, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(tensors);
        _output = output;
        var header = HeaderOf(metadata, tensors);
        output.Write(header);
        var at = (long)header.Length;
        foreach (var tensor in tensors)
        {
            _places.Add(tensor.Name, new Place(tensor, at));
            at += tensor.Bytes;
        }

        output.SetLength(at);
    }

    /// <summary>A file's beginning: the header's length, then the header, padded so that values begin on a multiple of 8.</summary>
    /// <param name="metadata">Texts about the file; <c>format</c> and <c>writer</c> are added.</param>
    /// <param name="tensors">The tensors in the order of their bytes.</param>
    public static byte[] HeaderOf(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        using var bytes = new MemoryStream();
        bytes.Write(stackalloc byte[sizeof(long)]);
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__"u8);
            json.WriteString("format"u8, "pt"u8);
            json.WriteString("writer"u8, "LogitLens"u8);
            foreach (var (name, text) in metadata)
            {
                json.WriteString(name, text);
            }

            json.WriteEndObject();
            long at = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype"u8, tensor.Type);
                json.WriteStartArray("shape"u8);
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets"u8);
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (bytes.Length % sizeof(long) != 0)
        {
            bytes.WriteByte((byte)' ');
        }

        var header = bytes.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - sizeof(long));
        return header;
    }

    /// <summary>Writes elements of a tensor. Each is written once.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="first">The first one's index in the tensor.</param>
    /// <param name="values">Values of the tensor's size, on a little-endian machine.</param>
    /// <exception cref="ArgumentException">They do not belong to the tensor.</exception>
    public void Write<T>(string name, long first, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var place = _places[name];
        var bytes = MemoryMarshal.AsBytes(values);
        var begin = first * place.Tensor.ElementSize;
        if (first < 0 || Marshal.SizeOf<T>() != place.Tensor.ElementSize || begin + bytes.Length > place.Tensor.Bytes)
        {
            throw new ArgumentException($"{values.Length} values from {first} on do not belong to {place.Tensor}.", nameof(values));
        }

        _output.Position = place.Begin + begin;
        _output.Write(bytes);
        place.Written += bytes.Length;
    }

    /// <summary>Makes sure that nothing is missing.</summary>
    /// <exception cref="InvalidOperationException">A tensor was not written in full.</exception>
    public void Complete()
    {
        foreach (var place in _places.Values.Where(place => place.Written != place.Tensor.Bytes))
        {
            throw new InvalidOperationException($"Of {place.Tensor.Name}, {place.Written} of {place.Tensor.Bytes} bytes were written.");
        }

        _output.Flush();
    }

    private sealed class Place(SafetensorsTensor tensor, long begin)
    {
        public SafetensorsTensor Tensor { get; } = tensor;

        public long Begin { get; } = begin;

        public long Written { get; set; }
    }
}
