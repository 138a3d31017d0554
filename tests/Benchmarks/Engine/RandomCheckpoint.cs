using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogitLens.Benchmarks.Engine;

/// <summary>A checkpoint of random fp16 weights in the published folder layout: speed does not depend on what a model knows.</summary>
internal static class RandomCheckpoint
{
    private const int VocabularySize = 32064;

    /// <summary>Sizes of a decoder; the tower is CLIP ViT-L/14-336 throughout.</summary>
    internal sealed record Shape(string Name, int Hidden, int Intermediate, int Layers, int Heads, int KeyValueHeads);

    /// <summary>The shapes that can be asked for besides the demo.</summary>
    internal static IReadOnlyList<Shape> Shapes { get; } =
    [
        new("1b", 2048, 5632, 22, 32, 4),
        new("7b", 4096, 11008, 32, 32, 32),
    ];

    /// <summary>Writes the checkpoint into <paramref name="folder"/> unless it is there already. Tokenizer and picture settings are the demo's.</summary>
    internal static void Ensure(Shape shape, string demoFolder, string folder)
    {
        var weights = Path.Combine(folder, "model.safetensors");
        if (File.Exists(weights))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(demoFolder))
        {
            var name = Path.GetFileName(file);
            if (name is not "config.json" and not "model.safetensors")
            {
                File.Copy(file, Path.Combine(folder, name), overwrite: true);
            }
        }

        var demo = JsonNode.Parse(File.ReadAllText(Path.Combine(demoFolder, "config.json")))!;
        File.WriteAllText(Path.Combine(folder, "config.json"), Config(shape, (int)demo["image_token_index"]!).ToJsonString());
        Write(Tensors(shape), weights + ".part");
        File.Move(weights + ".part", weights);
    }

    private static JsonObject Config(Shape shape, int imageToken) => new()
    {
        ["architectures"] = new JsonArray("LlavaForConditionalGeneration"),
        ["model_type"] = "llava",
        ["image_token_index"] = imageToken,
        ["projector_hidden_act"] = "gelu",
        ["vision_feature_layer"] = -2,
        ["vision_feature_select_strategy"] = "default",
        ["torch_dtype"] = "float16",
        ["text_config"] = new JsonObject
        {
            ["model_type"] = "llama",
            ["hidden_size"] = shape.Hidden,
            ["intermediate_size"] = shape.Intermediate,
            ["num_hidden_layers"] = shape.Layers,
            ["num_attention_heads"] = shape.Heads,
            ["num_key_value_heads"] = shape.KeyValueHeads,
            ["max_position_embeddings"] = 4096,
            ["rms_norm_eps"] = 1e-5,
            ["vocab_size"] = VocabularySize,
        },
        ["vision_config"] = new JsonObject
        {
            ["model_type"] = "clip_vision_model",
            ["hidden_size"] = 1024,
            ["intermediate_size"] = 4096,
            ["num_hidden_layers"] = 24,
            ["num_attention_heads"] = 16,
            ["image_size"] = 336,
            ["patch_size"] = 14,
        },
    };

    private static IEnumerable<(string Key, int[] Shape, bool IsNorm)> Tensors(Shape shape)
    {
        const string Tower = "vision_tower.vision_model.";
        yield return (Tower + "embeddings.class_embedding", [1024], false);
        yield return (Tower + "embeddings.patch_embedding.weight", [1024, 3, 14, 14], false);
        yield return (Tower + "embeddings.position_embedding.weight", [577, 1024], false);
        foreach (var norm in (string[])["pre_layrnorm", "post_layernorm"])
        {
            yield return (Tower + norm + ".weight", [1024], true);
            yield return (Tower + norm + ".bias", [1024], false);
        }

        for (var i = 0; i < 24; i++)
        {
            var block = $"{Tower}encoder.layers.{i}.";
            foreach (var projection in (string[])["q_proj", "k_proj", "v_proj", "out_proj"])
            {
                yield return ($"{block}self_attn.{projection}.weight", [1024, 1024], false);
                yield return ($"{block}self_attn.{projection}.bias", [1024], false);
            }

            foreach (var norm in (string[])["layer_norm1", "layer_norm2"])
            {
                yield return (block + norm + ".weight", [1024], true);
                yield return (block + norm + ".bias", [1024], false);
            }

            yield return (block + "mlp.fc1.weight", [4096, 1024], false);
            yield return (block + "mlp.fc1.bias", [4096], false);
            yield return (block + "mlp.fc2.weight", [1024, 4096], false);
            yield return (block + "mlp.fc2.bias", [1024], false);
        }

        yield return ("multi_modal_projector.linear_1.weight", [shape.Hidden, 1024], false);
        yield return ("multi_modal_projector.linear_1.bias", [shape.Hidden], false);
        yield return ("multi_modal_projector.linear_2.weight", [shape.Hidden, shape.Hidden], false);
        yield return ("multi_modal_projector.linear_2.bias", [shape.Hidden], false);

        var keyValueWidth = shape.Hidden / shape.Heads * shape.KeyValueHeads;
        yield return ("language_model.model.embed_tokens.weight", [VocabularySize, shape.Hidden], false);
        for (var i = 0; i < shape.Layers; i++)
        {
            var block = $"language_model.model.layers.{i}.";
            yield return (block + "self_attn.q_proj.weight", [shape.Hidden, shape.Hidden], false);
            yield return (block + "self_attn.k_proj.weight", [keyValueWidth, shape.Hidden], false);
            yield return (block + "self_attn.v_proj.weight", [keyValueWidth, shape.Hidden], false);
            yield return (block + "self_attn.o_proj.weight", [shape.Hidden, shape.Hidden], false);
            yield return (block + "mlp.gate_proj.weight", [shape.Intermediate, shape.Hidden], false);
            yield return (block + "mlp.up_proj.weight", [shape.Intermediate, shape.Hidden], false);
            yield return (block + "mlp.down_proj.weight", [shape.Hidden, shape.Intermediate], false);
            yield return (block + "input_layernorm.weight", [shape.Hidden], true);
            yield return (block + "post_attention_layernorm.weight", [shape.Hidden], true);
        }

        yield return ("language_model.model.norm.weight", [shape.Hidden], true);
        yield return ("language_model.lm_head.weight", [VocabularySize, shape.Hidden], false);
    }

    private static void Write(IEnumerable<(string Key, int[] Shape, bool IsNorm)> tensors, string path)
    {
        var list = tensors.ToList();
        var header = new JsonObject();
        long offset = 0;
        foreach (var (key, shape, _) in list)
        {
            var bytes = Elements(shape) * 2;
            header[key] = new JsonObject
            {
                ["dtype"] = "F16",
                ["shape"] = JsonSerializer.SerializeToNode(shape),
                ["data_offsets"] = new JsonArray(offset, offset + bytes),
            };
            offset += bytes;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8;
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(json);
        stream.Write(Enumerable.Repeat((byte)' ', padded - json.Length).ToArray());

        // One stretch of normal numbers of deviation 0.02, taken from another start for every tensor.
        var random = new Random(15);
        var noise = new Half[1 << 22];
        for (var i = 0; i < noise.Length; i++)
        {
            var gauss = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            noise[i] = (Half)(0.02 * gauss);
        }

        var ones = Enumerable.Repeat((Half)1, 8192).ToArray();
        foreach (var (_, shape, isNorm) in list)
        {
            var source = isNorm ? ones : noise;
            for (var left = Elements(shape); left > 0;)
            {
                var start = isNorm ? 0 : random.Next(noise.Length);
                var count = (int)Math.Min(left, source.Length - start);
                stream.Write(MemoryMarshal.AsBytes(source.AsSpan(start, count)));
                left -= count;
            }
        }
    }

    private static long Elements(int[] shape) => shape.Aggregate(1L, (product, size) => product * size);
}
