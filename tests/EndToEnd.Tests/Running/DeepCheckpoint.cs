using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>The demo checkpoint with its decoder's blocks repeated: a real model that takes long enough to be looked at while it computes.</summary>
internal static partial class DeepCheckpoint
{
    /// <summary>Writes it.</summary>
    /// <param name="folder">A folder that does not exist yet.</param>
    /// <param name="blocks">How many decoder blocks it has; block <c>i</c> is the demo's block <c>i mod 12</c>.</param>
    internal static void Write(string folder, int blocks)
    {
        var demo = Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "checkpoint");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(demo))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(demo, "config.json")))!;
        var own = (int)config["text_config"]!["num_hidden_layers"]!;
        config["text_config"]!["num_hidden_layers"] = blocks;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());

        var source = File.ReadAllBytes(Path.Combine(demo, "model.safetensors"));
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(source);
        var tensors = JsonNode.Parse(source.AsSpan(8, start - 8))!.AsObject();
        var header = new JsonObject();
        using var data = new MemoryStream();
        foreach (var (key, tensor) in tensors)
        {
            if (key == "__metadata__")
            {
                continue;
            }

            var block = Block().Match(key);
            var copies = block.Success ? ((blocks - 1 - int.Parse(block.Groups[2].Value, CultureInfo.InvariantCulture)) / own) + 1 : 1;
            var (from, to) = ((int)tensor!["data_offsets"]![0]!, (int)tensor["data_offsets"]![1]!);
            for (var copy = 0; copy < copies; copy++)
            {
                var name = block.Success
                    ? string.Create(CultureInfo.InvariantCulture, $"{block.Groups[1].Value}{int.Parse(block.Groups[2].Value, CultureInfo.InvariantCulture) + (copy * own)}{block.Groups[3].Value}")
                    : key;
                header[name] = new JsonObject
                {
                    ["dtype"] = tensor["dtype"]!.DeepClone(),
                    ["shape"] = tensor["shape"]!.DeepClone(),
                    ["data_offsets"] = new JsonArray(data.Position, data.Position + to - from),
                };
                data.Write(source.AsSpan(start + from, to - from));
            }
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using var weights = File.Create(Path.Combine(folder, "model.safetensors"));
        weights.Write(length);
        weights.Write(json);
        data.Position = 0;
        data.CopyTo(weights);
    }

    [GeneratedRegex(@"^(language_model\.model\.layers\.)(\d+)(\..+)$")]
    private static partial Regex Block();
}
