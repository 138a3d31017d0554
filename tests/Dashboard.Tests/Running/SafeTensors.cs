using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LogitLens.Dashboard.Tests.Running;

/// <summary>A reader of small safetensors files, apart from the program's own.</summary>
internal sealed class SafeTensors
{
    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly JsonElement _header;

    public SafeTensors(string path)
    {
        _bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(_bytes);
        _start = 8 + length;
        using var header = JsonDocument.Parse(_bytes.AsMemory(8, length));
        _header = header.RootElement.Clone();
    }

    public JsonElement Metadata => _header.GetProperty("__metadata__");

    public long[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray();

    public float[] Floats(string name, int first, int count) => MemoryMarshal.Cast<byte, float>(Bytes(name)).Slice(first, count).ToArray();

    public int[] Ints(string name) => MemoryMarshal.Cast<byte, int>(Bytes(name)).ToArray();

    private ReadOnlySpan<byte> Bytes(string name)
    {
        var offsets = _header.GetProperty(name).GetProperty("data_offsets");
        return _bytes.AsSpan(_start + offsets[0].GetInt32(), offsets[1].GetInt32() - offsets[0].GetInt32());
    }
}
