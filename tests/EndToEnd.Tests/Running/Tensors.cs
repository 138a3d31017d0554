using System.Runtime.InteropServices;
using System.Text.Json;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>Reference numbers in a safetensors file.</summary>
internal sealed class Tensors
{
    private readonly byte[] _file;
    private readonly JsonElement _header;
    private readonly int _start;

    internal Tensors(string path)
    {
        _file = File.ReadAllBytes(path);
        var length = BitConverter.ToInt64(_file);
        _header = JsonSerializer.Deserialize<JsonElement>(_file.AsSpan(8, (int)length));
        _start = 8 + (int)length;
    }

    /// <summary>The sizes of a tensor, outermost first.</summary>
    internal int[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];

    /// <summary>A tensor of floating-point numbers, row-major.</summary>
    internal float[] Floats(string name) => _header.GetProperty(name).GetProperty("dtype").GetString() switch
    {
        "F32" => MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray(),
        "F16" => [.. MemoryMarshal.Cast<byte, Half>(Bytes(name)).ToArray().Select(value => (float)value)],
        var other => throw new InvalidDataException($"{name} is {other}."),
    };

    /// <summary>A tensor of whole numbers, row-major.</summary>
    internal int[] Integers(string name) => _header.GetProperty(name).GetProperty("dtype").GetString() switch
    {
        "I32" => MemoryMarshal.Cast<byte, int>(Bytes(name)).ToArray(),
        "I64" => [.. MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray().Select(value => (int)value)],
        var other => throw new InvalidDataException($"{name} is {other}."),
    };

    private ReadOnlySpan<byte> Bytes(string name)
    {
        var offsets = _header.GetProperty(name).GetProperty("data_offsets");
        var (from, to) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        return _file.AsSpan(_start + (int)from, (int)(to - from));
    }
}
