using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LogitLens.Dashboard.Tests.Exports;

/// <summary>F32 tensors of a safetensors file. No part of the product's reader, so that it does not share its mistakes.</summary>
internal static class Tensors
{
    public static Dictionary<string, (long[] Shape, float[] Values)> Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        var tensors = new Dictionary<string, (long[] Shape, float[] Values)>();
        foreach (var tensor in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__" && entry.Value.GetProperty("dtype").GetString() == "F32"))
        {
            var offsets = tensor.Value.GetProperty("data_offsets");
            var data = file.AsSpan(8 + length)[offsets[0].GetInt32()..offsets[1].GetInt32()];
            tensors.Add(tensor.Name, ([.. tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())], MemoryMarshal.Cast<byte, float>(data).ToArray()));
        }

        return tensors;
    }
}
