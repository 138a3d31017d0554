using System.Text.Json.Nodes;

namespace LogitLens.Inference.Tests.Checkpoints;

/// <summary>A complete, very small checkpoint in a folder of its own: one block in tower and decoder, 4 wide, stored as F16.</summary>
internal sealed class CheckpointFolder : IDisposable
{
    public const string Index = "model.safetensors.index.json";
    private const int Width = 4;
    private const int Inner = 6;
    private const int Words = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logitlens-checkpoint-");

    public string Path => _folder.FullName;

    public static JsonObject Config() => new()
    {
        ["model_type"] = "llava",
        ["image_token_index"] = Words - 1,
        ["vision_feature_layer"] = -2,
        ["torch_dtype"] = "float16",
        ["vision_config"] = new JsonObject
        {
            ["model_type"] = "clip_vision_model",
            ["hidden_size"] = Width,
            ["intermediate_size"] = Inner,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 2,
            ["image_size"] = 28,
            ["patch_size"] = 14,
        },
        ["text_config"] = new JsonObject
        {
            ["model_type"] = "llama",
            ["hidden_size"] = Width,
            ["intermediate_size"] = Inner,
            ["num_hidden_layers"] = 1,
            ["num_attention_heads"] = 2,
            ["vocab_size"] = Words,
        },
    };

    /// <summary>The tensors in the layout the hub publishes.</summary>
    public static IEnumerable<(string Name, string Type, long[] Shape, byte[] Data)> Tensors(int words = Words)
    {
        const string Tower = "vision_tower.vision_model.";
        const string Text = "language_model.model.";
        yield return Tensor(Tower + "embeddings.class_embedding", Width);
        yield return (Tower + "embeddings.position_ids", "I64", [1, 5], new byte[40]);
        yield return Tensor(Tower + "embeddings.patch_embedding.weight", Width, 3, 14, 14);
        yield return Tensor(Tower + "embeddings.position_embedding.weight", 5, Width);
        yield return Tensor(Tower + "pre_layrnorm.weight", Width);
        yield return Tensor(Tower + "pre_layrnorm.bias", Width);
        foreach (var name in (string[])["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"])
        {
            yield return Tensor($"{Tower}encoder.layers.0.{name}.weight", Width, Width);
            yield return Tensor($"{Tower}encoder.layers.0.{name}.bias", Width);
        }

        foreach (var name in (string[])["layer_norm1", "layer_norm2"])
        {
            yield return Tensor($"{Tower}encoder.layers.0.{name}.weight", Width);
            yield return Tensor($"{Tower}encoder.layers.0.{name}.bias", Width);
        }

        yield return Tensor(Tower + "encoder.layers.0.mlp.fc1.weight", Inner, Width);
        yield return Tensor(Tower + "encoder.layers.0.mlp.fc1.bias", Inner);
        yield return Tensor(Tower + "encoder.layers.0.mlp.fc2.weight", Width, Inner);
        yield return Tensor(Tower + "encoder.layers.0.mlp.fc2.bias", Width);
        yield return Tensor("multi_modal_projector.linear_1.weight", Width, Width);
        yield return Tensor("multi_modal_projector.linear_1.bias", Width);
        yield return Tensor("multi_modal_projector.linear_2.weight", Width, Width);
        yield return Tensor("multi_modal_projector.linear_2.bias", Width);
        yield return Tensor(Text + "embed_tokens.weight", words, Width);
        yield return Tensor(Text + "layers.0.input_layernorm.weight", Width);
        foreach (var name in (string[])["q_proj", "k_proj", "v_proj", "o_proj"])
        {
            yield return Tensor($"{Text}layers.0.self_attn.{name}.weight", Width, Width);
        }

        yield return Tensor(Text + "layers.0.self_attn.rotary_emb.inv_freq", 1);
        yield return Tensor(Text + "layers.0.post_attention_layernorm.weight", Width);
        yield return Tensor(Text + "layers.0.mlp.gate_proj.weight", Inner, Width);
        yield return Tensor(Text + "layers.0.mlp.up_proj.weight", Inner, Width);
        yield return Tensor(Text + "layers.0.mlp.down_proj.weight", Width, Inner);
        yield return Tensor(Text + "norm.weight", Width);
        yield return Tensor("language_model.lm_head.weight", words, Width);
    }

    /// <summary>A key of the hub's layout as newer versions of transformers write it.</summary>
    public static string Newer(string key) =>
        key.StartsWith("language_model.model.", StringComparison.Ordinal) ? "model.language_model." + key["language_model.model.".Length..]
        : key.StartsWith("language_model.lm_head.", StringComparison.Ordinal) ? key["language_model.".Length..]
        : "model." + key;

    /// <summary>Writes everything, the weights in one file.</summary>
    public CheckpointFolder Complete()
    {
        Write("config.json", Config().ToJsonString());
        Write("generation_config.json", """{"eos_token_id": 2}""");
        Write("preprocessor_config.json", "{}");
        Write("tokenizer.model", "pieces");
        return Write("model.safetensors", StoredWeights.File(Tensors()));
    }

    /// <summary>Writes everything, the weights in three shards with an index.</summary>
    public CheckpointFolder CompleteInShards(int words = Words)
    {
        Complete().Delete("model.safetensors");
        var map = new JsonObject();
        var tensors = Tensors(words).ToArray();
        foreach (var (i, shard) in tensors.Chunk((tensors.Length + 2) / 3).Index())
        {
            var name = $"model-0000{i + 1}-of-00003.safetensors";
            Write(name, StoredWeights.File(shard));
            foreach (var tensor in shard)
            {
                map[tensor.Name] = name;
            }
        }

        return Write(Index, new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = map }.ToJsonString());
    }

    public CheckpointFolder Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public CheckpointFolder Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return this;
    }

    public CheckpointFolder Delete(string name)
    {
        File.Delete(At(name));
        return this;
    }

    /// <summary>Takes the last byte of a file, though somebody has it open.</summary>
    public void CutShort(string name)
    {
        using var stream = new FileStream(At(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(stream.Length - 1);
    }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Numbers that tell the tensors apart: 1, 2, 3… thousandths of the name's length, as F16 bits.</summary>
    private static (string Name, string Type, long[] Shape, byte[] Data) Tensor(string name, params long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        return (name, "F16", shape, StoredWeights.Halves([.. Enumerable.Range(1, count).Select(i => BitConverter.HalfToUInt16Bits((Half)(i * name.Length / 1000f)))]));
    }
}
