using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tests.Checkpoints;

public sealed class CheckpointConfigReaderTests : IDisposable
{
    // What llava-hf/llava-1.5-7b-hf publishes.
    private const string Llava7B = """
        {
          "architectures": ["LlavaForConditionalGeneration"],
          "ignore_index": -100,
          "image_token_index": 32000,
          "model_type": "llava",
          "pad_token_id": 32001,
          "projector_hidden_act": "gelu",
          "text_config": {
            "_name_or_path": "lmsys/vicuna-7b-v1.5", "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 4096, "model_type": "llama",
            "rms_norm_eps": 1e-05, "torch_dtype": "float16", "vocab_size": 32064
          },
          "tie_word_embeddings": false,
          "torch_dtype": "float16",
          "transformers_version": "4.36.0.dev0",
          "vision_config": {
            "hidden_size": 1024, "image_size": 336, "intermediate_size": 4096, "model_type": "clip_vision_model", "num_attention_heads": 16,
            "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768, "vocab_size": 32000
          },
          "vision_feature_layer": -2,
          "vision_feature_select_strategy": "default",
          "vocab_size": 32064
        }
        """;

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_PublishedLlava7B_FillsInLlamasSizes()
    {
        var config = Read(Llava7B);
        Assert.Equal(
            new TextConfig("llama", 4096, 11008, 32, 32, 32, 128, 32064, 4096, 10000, 1e-5, "silu", AttentionBias: false, SlidingWindow: null),
            config.Text);
        Assert.Equal(new VisionConfig("clip_vision_model", 1024, 4096, 24, 16, 3, 336, 14, 1e-5, "quick_gelu"), config.Vision);
        Assert.Equal(32000, config.ImageTokenId);
        Assert.Equal([-2], config.VisionFeatureLayers);
        Assert.True(config.DropClassToken);
        Assert.True(config.ProjectorBias);
        Assert.Null(config.ProjectorNormEpsilon);
        Assert.Equal("gelu", config.ProjectorActivation);
        Assert.False(config.TieWordEmbeddings);
        Assert.Equal("float16", config.DType);
        Assert.Equal([2], config.EndOfTextIds);
    }

    [Fact]
    public void Read_ModelTypeAlone_IsLlavaAsTransformersMakesIt()
    {
        var config = Read("""{"model_type": "llava"}""");
        Assert.Equal(new TextConfig("llama", 4096, 11008, 32, 32, 32, 128, 32000, 2048, 10000, 1e-6, "silu", AttentionBias: false, SlidingWindow: null), config.Text);
        Assert.Equal(new VisionConfig("clip_vision_model", 1024, 4096, 24, 16, 3, 336, 14, 1e-5, "quick_gelu"), config.Vision);
        Assert.Equal(32000, config.ImageTokenId);
        Assert.Equal(string.Empty, config.DType);
    }

    [Theory]
    [InlineData("{}", "clip_vision_model", 32, 1e-5, "quick_gelu")]
    [InlineData("""{"model_type": "siglip_vision_model"}""", "siglip_vision_model", 16, 1e-6, "gelu_pytorch_tanh")]
    public void Read_TowerWithoutSizes_TakesItsTypesDefaults(string vision, string type, int patch, double epsilon, string activation)
    {
        var config = Read($$"""{"model_type": "llava", "vision_config": {{vision}}}""");
        Assert.Equal(new VisionConfig(type, 768, 3072, 12, 12, 3, 224, patch, epsilon, activation), config.Vision);
    }

    [Fact]
    public void Read_MistralWithoutSizes_TakesItsDefaults() => Assert.Equal(
        new TextConfig("mistral", 4096, 14336, 32, 32, 8, 128, 32000, 131072, 10000, 1e-6, "silu", AttentionBias: false, SlidingWindow: 4096),
        Read("""{"model_type": "llava", "text_config": {"model_type": "mistral"}}""").Text);

    [Fact]
    public void Read_Qwen2WithoutSizes_TakesItsDefaults() => Assert.Equal(
        new TextConfig("qwen2", 4096, 22016, 32, 32, 32, 128, 151936, 32768, 10000, 1e-6, "silu", AttentionBias: true, SlidingWindow: null),
        Read("""{"model_type": "llava", "text_config": {"model_type": "qwen2"}}""").Text);

    [Theory]
    [InlineData("llama", """ "num_attention_heads": 8 """, 8)]
    [InlineData("mistral", """ "num_attention_heads": 16 """, 8)]
    [InlineData("mistral", """ "num_attention_heads": 16, "num_key_value_heads": null """, 16)]
    [InlineData("qwen2", """ "num_attention_heads": 64 """, 32)]
    public void Read_KeyValueHeadsLeftOut_FollowTheType(string type, string fields, int expected) =>
        Assert.Equal(expected, Text(type, fields).KeyValueHeads);

    [Theory]
    [InlineData("mistral", """ "sliding_window": null """, null)]
    [InlineData("mistral", """ "sliding_window": 40 """, 40)]
    [InlineData("llama", """ "sliding_window": 40 """, null)]
    [InlineData("qwen2", """ "sliding_window": 40 """, null)]
    [InlineData("qwen2", """ "use_sliding_window": true, "sliding_window": 40, "num_hidden_layers": 28 """, null)]
    [InlineData("qwen2", """ "use_sliding_window": true, "sliding_window": 40, "max_window_layers": 0 """, 40)]
    public void Read_SlidingWindow_FollowsTheType(string type, string fields, int? expected) =>
        Assert.Equal(expected, Text(type, fields).SlidingWindow);

    [Theory]
    [InlineData(""" "head_dim": 16 """, 16)]
    [InlineData(""" "head_dim": null """, 128)]
    public void Read_HeadSize_NeedNotBeWidthByHeads(string fields, int expected) => Assert.Equal(expected, Text("mistral", fields).HeadSize);

    [Theory]
    [InlineData(""" "rope_scaling": null, "rope_theta": 500000 """, 500000)]
    [InlineData(""" "rope_scaling": {"type": "default"} """, 10000)]
    [InlineData(""" "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0} """, 1000000)]
    public void Read_PlainRotaryEmbedding_GivesItsBase(string fields, double expected) => Assert.Equal(expected, Text("llama", fields).RopeTheta);

    [Theory]
    [InlineData("", "", false)]
    [InlineData(""" "tie_word_embeddings": true, """, "", true)]
    [InlineData(""" "tie_word_embeddings": false, """, """ "tie_word_embeddings": true """, true)]
    [InlineData(""" "tie_word_embeddings": true, """, """ "tie_word_embeddings": false """, false)]
    public void Read_TiedEmbeddings_TheDecodersWordCounts(string root, string text, bool expected) =>
        Assert.Equal(expected, Read($$"""{"model_type": "llava", {{root}} "text_config": { {{text}} } }""").TieWordEmbeddings);

    [Theory]
    [InlineData("""{"eos_token_id": 7}""", "", new[] { 7 })]
    [InlineData("""{"eos_token_id": [7, 9]}""", """ "eos_token_id": 3, """, new[] { 7, 9 })]
    [InlineData("{}", """ "eos_token_id": 3, """, new[] { 3 })]
    [InlineData(null, """ "text_config": {"eos_token_id": 5}, """, new[] { 5 })]
    [InlineData(null, """ "text_config": {"model_type": "qwen2"}, """, new int[0])]
    [InlineData(null, "", new[] { 2 })]
    public void Read_EndOfTextIds_ComeFromTheFirstThatNamesThem(string? generation, string fields, int[] expected)
    {
        if (generation is not null)
        {
            _folder.Write("generation_config.json", generation);
        }

        Assert.Equal(expected, Read($$"""{ {{fields}} "model_type": "llava"}""").EndOfTextIds);
    }

    [Theory]
    [InlineData(""" "dtype": "bfloat16", """, "bfloat16")]
    [InlineData(""" "torch_dtype": "float32", """, "float32")]
    [InlineData(""" "text_config": {"dtype": "float16"}, """, "float16")]
    public void Read_EitherNameOfTheType_IsTaken(string fields, string expected) =>
        Assert.Equal(expected, Read($$"""{ {{fields}} "model_type": "llava"}""").DType);

    [Fact]
    public void Read_ListOfFeatureLayers_IsKeptInOrder() =>
        Assert.Equal([-2, -5, 1], Read("""{"model_type": "llava", "vision_feature_layer": [-2, -5, 1]}""").VisionFeatureLayers);

    [Fact]
    public void Read_ViPLlavaAlone_TakesItsDefaults()
    {
        var config = Read("""{"model_type": "vipllava"}""");
        Assert.Equal([-2, -5, -8, -11, 6], config.VisionFeatureLayers);
        Assert.Equal(1e-5, config.ProjectorNormEpsilon);
        Assert.True(config.DropClassToken);
        Assert.True(config.ProjectorBias);
        Assert.Equal(new VisionConfig("clip_vision_model", 1024, 4096, 24, 16, 3, 336, 14, 1e-5, "quick_gelu"), config.Vision);
    }

    [Fact]
    public void Read_ViPLlavaWithFieldsOfLlava_LeavesThemAlone()
    {
        var config = Read(
            """
            {
              "model_type": "vipllava", "vision_feature_layers": 3, "vision_feature_layer": -1, "vision_feature_select_strategy": "full",
              "multimodal_projector_bias": false, "projector_layernorm_eps": 0.001
            }
            """);
        Assert.Equal([3], config.VisionFeatureLayers);
        Assert.True(config.DropClassToken);
        Assert.True(config.ProjectorBias);
        Assert.Equal(0.001, config.ProjectorNormEpsilon);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}", "names no model_type")]
    [InlineData("""{"model_type": 7}""", "model_type 7, which has to be a text")]
    [InlineData("""{"model_type": "\ud800"}""", "not valid Unicode")]
    [InlineData("""{"model_type": "llava_next_video"}""", "'llava_next_video', which LogitLens cannot run: use a checkpoint of llava, vipllava, llava_next or llava_onevision with")]
    [InlineData("""{"model_type": "video_llava"}""", "'video_llava'")]
    [InlineData("""{"model_type": "llava_onevision"}""", "multiples of the vision tower's image_size 336")]
    [InlineData("""{"model_type": "llava_next", "image_grid_pinpoints": [[336, 500]]}""", "336 × 500 in image_grid_pinpoints")]
    [InlineData("""{"model_type": "llava_next", "image_grid_pinpoints": [[336, 7056]]}""", "up to 4096")]
    [InlineData("""{"model_type": "llava_next", "image_grid_pinpoints": [[336]]}""", "a list of 1 to 256 pairs")]
    [InlineData("""{"model_type": "llava_next", "image_grid_pinpoints": []}""", "a list of 1 to 256 pairs")]
    [InlineData("""{"model_type": "llava_next", "image_grid_pinpoints": [[0, 336]]}""", "pairs of numbers from 1 up")]
    [InlineData("""{"model_type": "llava_onevision", "vision_config": {"image_size": 384}, "vision_aspect_ratio": "anyres"}""", "'anyres_max_N'")]
    [InlineData("""{"model_type": "llava_onevision", "vision_config": {"image_size": 384}, "vision_aspect_ratio": "anyres_max_0"}""", "'anyres_max_0'")]
    [InlineData("""{"model_type": "llama"}""", "'llama'")]
    [InlineData("""{"model_type": "llava", "mm_vision_tower": "openai/clip-vit-large-patch14-336"}""", "llava-1.5-7b-hf")]
    [InlineData("""{"model_type": "llava", "quantization_config": {"quant_method": "awq"}}""", "before quantisation")]
    [InlineData("""{"model_type": "llava", "text_config": {"model_type": "gemma"}}""", "decoder is 'gemma'")]
    [InlineData("""{"model_type": "llava", "text_config": []}""", "text_config [], which has to be an object")]
    [InlineData("""{"model_type": "llava", "vision_config": {"model_type": "pixtral"}}""", "vision tower is 'pixtral'")]
    [InlineData("""{"model_type": "llava", "vision_config": {"num_channels": 4}}""", "num_channels 4")]
    [InlineData("""{"model_type": "llava", "vision_config": {"patch_size": 300}}""", "larger than its image_size")]
    [InlineData("""{"model_type": "llava", "vision_config": {"num_attention_heads": 7}}""", "no multiple")]
    [InlineData("""{"model_type": "llava", "vision_config": {"layer_norm_eps": 0}}""", "a number above 0")]
    [InlineData("""{"model_type": "llava", "vision_feature_layer": []}""", "a whole number or a list")]
    [InlineData("""{"model_type": "llava", "vision_feature_layer": "last"}""", "a whole number")]
    [InlineData("""{"model_type": "vipllava", "vision_feature_layers": []}""", "vision_feature_layers [], which has to be a whole number or a list")]
    [InlineData("""{"model_type": "vipllava", "projector_layernorm_eps": 0}""", "projector_layernorm_eps 0, which has to be a number above 0")]
    [InlineData("""{"model_type": "llava", "vision_feature_select_strategy": "cls"}""", "'default' or 'full'")]
    [InlineData("""{"model_type": "llava", "text_config": {"hidden_size": 0}}""", "hidden_size 0, which has to be at least 1")]
    [InlineData("""{"model_type": "llava", "text_config": {"hidden_size": 1e99}}""", "hidden_size 1e99, which has to be a whole number")]
    [InlineData("""{"model_type": "llava", "text_config": {"hidden_size": "4096"}}""", "which has to be a whole number")]
    [InlineData("""{"model_type": "llava", "text_config": {"num_key_value_heads": 5}}""", "no multiple")]
    [InlineData("""{"model_type": "llava", "text_config": {"head_dim": 3}}""", "even")]
    [InlineData("""{"model_type": "llava", "text_config": {"rms_norm_eps": -1}}""", "a number above 0")]
    [InlineData("""{"model_type": "llava", "text_config": {"rope_scaling": {"type": "linear", "factor": 2}}}""", "'linear'")]
    [InlineData("""{"model_type": "llava", "text_config": {"rope_scaling": {"factor": 2}}}""", "'(none)'")]
    [InlineData("""{"model_type": "llava", "text_config": {"model_type": "qwen2", "use_sliding_window": true}}""", "use_sliding_window")]
    public void Read_WhatCannotBeRead_IsRefusedInOneSentence(string json, string expected)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => Read(json));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SparseLlavaNext_TakesTransformersDefaults()
    {
        var config = Read("""{"model_type": "llava_next"}""");
        Assert.Equal((32000, true, -2), (config.ImageTokenId, config.DropClassToken, config.VisionFeatureLayers[0]));
        Assert.Equal(("clip_vision_model", 336, "llama"), (config.Vision.ModelType, config.Vision.ImageSize, config.Text.ModelType));
        Assert.Equal([(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)], config.Tiling!.Resolutions);
        Assert.Null(config.Tiling.MostTiles);
    }

    [Fact]
    public void Read_SparseLlavaOneVision_TakesTransformersDefaults()
    {
        var config = Read("""{"model_type": "llava_onevision", "vision_config": {"image_size": 384, "patch_size": 14} }""");
        Assert.Equal((151646, false, -1), (config.ImageTokenId, config.DropClassToken, config.VisionFeatureLayers[0]));
        Assert.Equal(("siglip_vision_model", "qwen2"), (config.Vision.ModelType, config.Text.ModelType));
        Assert.Equal((36, (384, 384), (384, 768), (2304, 2304)), (config.Tiling!.Resolutions.Count, config.Tiling.Resolutions[0], config.Tiling.Resolutions[1], config.Tiling.Resolutions[^1]));
        Assert.Equal(9, config.Tiling.MostTiles);
    }

    [Fact]
    public void Read_FileLargerThanAConfig_IsRefusedUnread()
    {
        using (var stream = File.Create(_folder.At("config.json")))
        {
            stream.SetLength(1L << 33);
        }

        var refusal = Assert.Throws<RefusedInputException>(() => CheckpointConfigReader.Read(_folder.Path));
        Assert.Contains("more than such a file may have", refusal.Message, StringComparison.Ordinal);
    }

    private TextConfig Text(string type, string fields) => Read($$"""{"model_type": "llava", "text_config": {"model_type": "{{type}}", {{fields}} } }""").Text;

    private CheckpointConfig Read(string json) => CheckpointConfigReader.Read(_folder.Write("config.json", json).Path);
}
