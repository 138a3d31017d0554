using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LogitLens.Inference.Tests;

/// <summary>Reference numbers in a safetensors file. Small and trusting on purpose: it is no part of the product's reader and must not share its mistakes.</summary>
internal sealed class GoldenFile
{
    private readonly Dictionary<string, (string Type, long[] Shape, int Start, int End)> _tensors = [];
    private readonly byte[] _data;

    private GoldenFile(string path)
    {
        var file = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        _data = file[(8 + headerLength)..];
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        foreach (var tensor in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            var offsets = tensor.Value.GetProperty("data_offsets");
            _tensors.Add(tensor.Name, (
                tensor.Value.GetProperty("dtype").GetString()!,
                [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())],
                offsets[0].GetInt32(),
                offsets[1].GetInt32()));
        }
    }

    public static GoldenFile Open(string path) => new(path);

    public IEnumerable<string> Names => _tensors.Keys;

    public bool Contains(string name) => _tensors.ContainsKey(name);

    public long[] Shape(string name) => _tensors[name].Shape;

    /// <summary>An F32, F16 or BF16 tensor.</summary>
    public float[] Floats(string name) => _tensors[name].Type switch
    {
        "F32" => Values<float>(name).ToArray(),
        "F16" => [.. Values<Half>(name).ToArray().Select(value => (float)value)],
        "BF16" => [.. Values<ushort>(name).ToArray().Select(value => BitConverter.UInt32BitsToSingle((uint)value << 16))],
        var type => throw new InvalidOperationException($"{name} is {type}, not a floating-point tensor."),
    };

    /// <summary>A U8 tensor.</summary>
    public byte[] Bytes(string name) => _tensors[name].Type is "U8" or "BOOL"
        ? Values<byte>(name).ToArray()
        : throw new InvalidOperationException($"{name} is {_tensors[name].Type}, not bytes.");

    /// <summary>An I32 or I64 tensor.</summary>
    public int[] Ints(string name) => _tensors[name].Type switch
    {
        "I32" => Values<int>(name).ToArray(),
        "I64" => [.. Values<long>(name).ToArray().Select(value => checked((int)value))],
        var type => throw new InvalidOperationException($"{name} is {type}, not an integer tensor."),
    };

    private ReadOnlySpan<T> Values<T>(string name)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(_data.AsSpan(_tensors[name].Start, _tensors[name].End - _tensors[name].Start));
}
