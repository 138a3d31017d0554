using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Tests.Imaging;
using LogitLens.Inference.Tests.Tokenization;

namespace LogitLens.Inference.Tests.Checkpoints;

/// <summary>Folders as the hub publishes them: sparse configs, shards with true names and true shapes (see <see cref="SparseCheckpoint"/>).</summary>
public sealed class PublishedLayoutTests
{
    // What the hub says of llava-1.5-7b-hf: 7.06 B parameters, 14.1 GB.
    private const long Llava15Elements = 7_063_427_072;
    private const long RoomNeeded = 17L << 30;

    private const string Llava15Config = """
        {
          "architectures": ["LlavaForConditionalGeneration"],
          "ignore_index": -100,
          "image_token_index": 32000,
          "model_type": "llava",
          "pad_token_id": 32001,
          "projector_hidden_act": "gelu",
          "text_config": {
            "_name_or_path": "lmsys/vicuna-7b-v1.5",
            "architectures": ["LlamaForCausalLM"],
            "max_position_embeddings": 4096,
            "model_type": "llama",
            "rms_norm_eps": 1e-05,
            "torch_dtype": "float16",
            "vocab_size": 32064
          },
          "tie_word_embeddings": false,
          "torch_dtype": "float16",
          "vision_config": {
            "hidden_size": 1024,
            "image_size": 336,
            "intermediate_size": 4096,
            "model_type": "clip_vision_model",
            "num_attention_heads": 16,
            "num_hidden_layers": 24,
            "patch_size": 14,
            "projection_dim": 768,
            "vocab_size": 32000
          },
          "vision_feature_layer": -2,
          "vision_feature_select_strategy": "default",
          "vocab_size": 32064
        }
        """;

    private const string NextConfig = """
        {
          "architectures": ["LlavaNextForConditionalGeneration"],
          "image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]],
          "image_token_index": 32000,
          "model_type": "llava_next",
          "projector_hidden_act": "gelu",
          "text_config": {
            "architectures": ["MistralForCausalLM"],
            "intermediate_size": 14336,
            "max_position_embeddings": 32768,
            "model_type": "mistral",
            "num_key_value_heads": 8,
            "rms_norm_eps": 1e-05,
            "rope_theta": 1000000.0,
            "sliding_window": null,
            "torch_dtype": "bfloat16",
            "vocab_size": 32064
          },
          "torch_dtype": "float16",
          "use_image_newline_parameter": true,
          "vision_config": {
            "hidden_size": 1024,
            "image_size": 336,
            "intermediate_size": 4096,
            "model_type": "clip_vision_model",
            "num_attention_heads": 16,
            "num_hidden_layers": 24,
            "patch_size": 14,
            "projection_dim": 768,
            "vocab_size": 32000
          },
          "vision_feature_layer": -2,
          "vision_feature_select_strategy": "default"
        }
        """;

    private const string Preprocessor = """
        {
          "crop_size": { "height": 336, "width": 336 },
          "do_center_crop": true,
          "do_convert_rgb": true,
          "do_normalize": true,
          "do_rescale": true,
          "do_resize": true,
          "image_mean": [0.48145466, 0.4578275, 0.40821073],
          "image_processor_type": "CLIPImageProcessor",
          "image_std": [0.26862954, 0.26130258, 0.27577711],
          "resample": 3,
          "rescale_factor": 0.00392156862745098,
          "size": { "shortest_edge": 336 }
        }
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_Llava15AsPublished_FitsItsSparseConfig(bool newerKeys)
    {
        using var folder = Folder(Llava15Config, Preprocessor, Keys(SparseCheckpoint.SevenBillion(), newerKeys));
        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.Equal(Llava15Elements, checkpoint.Weights.Elements);
        Assert.Equal(2 * Llava15Elements, checkpoint.Weights.StoredBytes);
        Assert.Equal((4096, 11008, 32, 32, 32, 128), (checkpoint.Config.Text.HiddenSize, checkpoint.Config.Text.IntermediateSize, checkpoint.Config.Text.Layers, checkpoint.Config.Text.Heads, checkpoint.Config.Text.KeyValueHeads, checkpoint.Config.Text.HeadSize));
        var norm = new float[4096];
        checkpoint.Weights.Read("language_model.model.norm.weight", norm);
        Assert.All(norm, value => Assert.Equal(0, value));

        var tokenizer = checkpoint.OpenTokenizer();
        var template = PromptTemplate.Open(folder.Path);
        var prompt = template.Complete("What is it?");
        Assert.Equal("USER: <image>\nWhat is it? ASSISTANT:", prompt);
        Assert.Equal("by the decoder llama", template.Origin);
        Assert.Single(tokenizer.Encode(prompt), 32000);

        var picture = PictureProcessor.Open(folder.Path, checkpoint.Config).Prepare(SamplePictures.Noise(640, 480));
        Assert.Equal((336, 336, 576), (picture.Width, picture.Height, picture.Positions));
    }

    [Fact]
    public void Open_LlavaNextAsPublished_FitsItsSparseConfig()
    {
        var preprocessor = Preprocessor
            .Replace("CLIPImageProcessor", "LlavaNextImageProcessor", StringComparison.Ordinal)
            .Replace("\"do_rescale\"", "\"aspect_ratio_setting\": \"anyres\", \"image_grid_pinpoints\": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]], \"do_pad\": true, \"do_rescale\"", StringComparison.Ordinal);
        using var folder = Folder(NextConfig, preprocessor, SparseCheckpoint.SevenBillion(keyWidth: 1024, inner: 14336, newline: true));
        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.True(checkpoint.Weights.Contains("image_newline"));
        Assert.Equal("[INST] <image>\nWhat is it? [/INST]", PromptTemplate.Open(folder.Path).Complete("What is it?"));
        Assert.Equal(32000, checkpoint.OpenTokenizer().FindSpecial("<image>"));

        // The number of image tokens that LlavaNextProcessor makes of a picture of 1024 × 899 (the radar chart of its own tests).
        var picture = PictureProcessor.Open(folder.Path, checkpoint.Config).Prepare(SamplePictures.Noise(1024, 899));
        Assert.Equal(new FineGrid(2, 2, 3, 0, 42, 48, 42, 48), picture.Fine);
        Assert.Equal(576 + (42 * 49), picture.Positions);
    }

    [Fact]
    public void Open_ShardOfAnotherModel_NamesTheTensor()
    {
        var tensors = SparseCheckpoint.SevenBillion().Select(tensor => tensor.Name.EndsWith("layers.17.mlp.up_proj.weight", StringComparison.Ordinal) ? (tensor.Name, [13824, 5120]) : tensor);
        using var folder = Folder(Llava15Config, Preprocessor, tensors);

        var refusal = Assert.Throws<RefusedInputException>(() => Checkpoint.Open(folder.Path));
        Assert.Contains("layers.17.mlp.up_proj.weight of shape (13824, 5120) where config.json asks for (11008, 4096)", refusal.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, long[] Shape)> Keys(IEnumerable<(string Name, long[] Shape)> tensors, bool newer) =>
        newer ? tensors.Select(tensor => (CheckpointFolder.Newer(tensor.Name), tensor.Shape)) : tensors;

    private static SparseCheckpoint Folder(string config, string preprocessor, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        var free = new DriveInfo(Path.GetTempPath()).AvailableFreeSpace;
        Assert.SkipUnless(free > RoomNeeded, $"The temporary folder has {free >> 30} GiB free; a file system without holes in files would need {RoomNeeded >> 30}.");
        return new SparseCheckpoint()
            .With("config.json", config)
            .With("preprocessor_config.json", preprocessor)
            .With("generation_config.json", """{"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 32001}""")
            .With("tokenizer.model", TokenizerParts.LlamaModel([.. Words().Take(31_997)]))
            .With("added_tokens.json", """{"<image>": 32000, "<pad>": 32001}""")
            .With("special_tokens_map.json", """{"bos_token": {"content": "<s>"}, "eos_token": {"content": "</s>"}, "unk_token": {"content": "<unk>"}, "pad_token": {"content": "<pad>"}, "additional_special_tokens": ["<image>"]}""")
            .With("tokenizer_config.json", """{"add_bos_token": true, "add_eos_token": false, "legacy": false, "tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": {"0": {"content": "<unk>", "special": true}, "1": {"content": "<s>", "special": true}, "2": {"content": "</s>", "special": true}, "32000": {"content": "<image>", "special": true}, "32001": {"content": "<pad>", "special": true} } }""")
            .WithShards(tensors, 3);
    }

    /// <summary>Bytes, letters, and then pairs and triples of letters: as many pieces as a real vocabulary has, if less sensible ones.</summary>
    private static IEnumerable<string> Words()
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ▁";
        var letters = Letters.Select(letter => letter.ToString());
        return Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")
            .Concat(letters)
            .Concat(letters.SelectMany(first => letters.Select(second => first + second)))
            .Concat(letters.SelectMany(first => letters.SelectMany(second => letters.Select(third => first + second + third))));
    }
}
