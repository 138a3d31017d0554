using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace LogitLens.Inference.Tests.Checkpoints;

/// <summary>
/// A checkpoint of a published size: true headers, true shapes, true key names, and holes where the numbers would be, which a file system like ext4, xfs,
/// APFS or tmpfs does not store. Fourteen gigabytes to whoever looks, a few hundred kilobytes on the disk.
/// </summary>
internal sealed class SparseCheckpoint : IDisposable
{
    private const string Tower = "vision_tower.vision_model.";
    private const string Text = "language_model.model.";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logitlens-sparse-");

    public string Path => _folder.FullName;

    /// <summary>The tensors of llava-1.5-7b-hf, or, with fewer key heads, a wider MLP and the line feature, those of llava-v1.6-mistral-7b-hf.</summary>
    public static IEnumerable<(string Name, long[] Shape)> SevenBillion(long keyWidth = 4096, long inner = 11008, bool newline = false)
    {
        const long Hidden = 4096, Words = 32064, Vision = 1024;
        if (newline)
        {
            yield return ("image_newline", [Hidden]);
        }

        yield return (Tower + "embeddings.class_embedding", [Vision]);
        yield return (Tower + "embeddings.patch_embedding.weight", [Vision, 3, 14, 14]);
        yield return (Tower + "embeddings.position_embedding.weight", [577, Vision]);
        foreach (var norm in (string[])["pre_layrnorm", "post_layernorm"])
        {
            yield return ($"{Tower}{norm}.weight", [Vision]);
            yield return ($"{Tower}{norm}.bias", [Vision]);
        }

        for (var i = 0; i < 24; i++)
        {
            var block = $"{Tower}encoder.layers.{i}.";
            foreach (var (name, rows, columns) in ((string, long, long)[])
                [("self_attn.k_proj", Vision, Vision), ("self_attn.v_proj", Vision, Vision), ("self_attn.q_proj", Vision, Vision), ("self_attn.out_proj", Vision, Vision), ("mlp.fc1", 4096, Vision), ("mlp.fc2", Vision, 4096)])
            {
                yield return ($"{block}{name}.weight", [rows, columns]);
                yield return ($"{block}{name}.bias", [rows]);
            }

            foreach (var norm in (string[])["layer_norm1", "layer_norm2"])
            {
                yield return ($"{block}{norm}.weight", [Vision]);
                yield return ($"{block}{norm}.bias", [Vision]);
            }
        }

        yield return ("multi_modal_projector.linear_1.weight", [Hidden, Vision]);
        yield return ("multi_modal_projector.linear_1.bias", [Hidden]);
        yield return ("multi_modal_projector.linear_2.weight", [Hidden, Hidden]);
        yield return ("multi_modal_projector.linear_2.bias", [Hidden]);
        yield return (Text + "embed_tokens.weight", [Words, Hidden]);
        for (var i = 0; i < 32; i++)
        {
            var block = $"{Text}layers.{i}.";
            yield return (block + "self_attn.q_proj.weight", [Hidden, Hidden]);
            yield return (block + "self_attn.k_proj.weight", [keyWidth, Hidden]);
            yield return (block + "self_attn.v_proj.weight", [keyWidth, Hidden]);
            yield return (block + "self_attn.o_proj.weight", [Hidden, Hidden]);
            yield return (block + "mlp.gate_proj.weight", [inner, Hidden]);
            yield return (block + "mlp.up_proj.weight", [inner, Hidden]);
            yield return (block + "mlp.down_proj.weight", [Hidden, inner]);
            yield return (block + "input_layernorm.weight", [Hidden]);
            yield return (block + "post_attention_layernorm.weight", [Hidden]);
        }

        yield return (Text + "norm.weight", [Hidden]);
        yield return ("language_model.lm_head.weight", [Words, Hidden]);
    }

    /// <summary>Writes shards as F16 and their index.</summary>
    public SparseCheckpoint WithShards(IEnumerable<(string Name, long[] Shape)> tensors, int shards)
    {
        var all = tensors.ToArray();
        var total = all.Sum(tensor => Bytes(tensor.Shape));
        var map = new JsonObject();
        Span<byte> prefix = stackalloc byte[8];
        var at = 0;
        for (var shard = 0; shard < shards; shard++)
        {
            var name = $"model-{shard + 1:00000}-of-{shards:00000}.safetensors";
            var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
            long length = 0;
            for (; at < all.Length && (length == 0 || shard == shards - 1 || length < total / shards); at++)
            {
                var (key, shape) = all[at];
                header[key] = new JsonObject
                {
                    ["dtype"] = "F16",
                    ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                    ["data_offsets"] = new JsonArray(length, length + Bytes(shape)),
                };
                length += Bytes(shape);
                map[key] = name;
            }

            var text = Encoding.UTF8.GetBytes(header.ToJsonString());
            using var file = File.Create(At(name));
            BinaryPrimitives.WriteInt64LittleEndian(prefix, text.Length);
            file.Write(prefix);
            file.Write(text);
            file.SetLength(8 + text.Length + length);
        }

        return With(CheckpointFolder.Index, new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = map }.ToJsonString());
    }

    public SparseCheckpoint With(string name, string content)
    {
        File.WriteAllText(At(name), content);
        return this;
    }

    public SparseCheckpoint With(string name, byte[] content)
    {
        File.WriteAllBytes(At(name), content);
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static long Bytes(long[] shape) => 2 * shape.Aggregate(1L, (product, size) => product * size);

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
