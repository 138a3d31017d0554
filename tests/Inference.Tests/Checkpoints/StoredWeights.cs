using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace LogitLens.Inference.Tests.Checkpoints;

/// <summary>Writes safetensors files as the format's own library does.</summary>
internal static class StoredWeights
{
    public static byte[] File(params IEnumerable<(string Name, string Type, long[] Shape, byte[] Data)> tensors)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        using var data = new MemoryStream();
        foreach (var (name, type, shape, bytes) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(data.Length, data.Length + bytes.Length),
            };
            data.Write(bytes);
        }

        var text = header.ToJsonString();
        return Raw(text.PadRight((text.Length + 7) / 8 * 8), data.ToArray());
    }

    /// <summary>A file with exactly this header, whatever it says.</summary>
    public static byte[] Raw(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        data.CopyTo(file, 8 + text.Length);
        return file;
    }

    public static byte[] Halves(params ushort[] bits)
    {
        var bytes = new byte[bits.Length * 2];
        for (var i = 0; i < bits.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), bits[i]);
        }

        return bytes;
    }
}
