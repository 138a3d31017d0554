using System.Globalization;

namespace LogitLens.Inference.Checkpoints;

/// <summary>Reads <c>config.json</c> with transformers' defaults (4.57) for everything left out.</summary>
internal static class CheckpointConfigReader
{
    private const string ConfigName = "config.json";
    private const string GenerationName = "generation_config.json";
    private const long MaxConfigBytes = 4 << 20;
    private const int MaxCanvasSide = 4096;

    /// <summary>
    /// Reads a folder's configuration: a supported kind of model with all its parts; whether the engine runs them together is asked elsewhere.
    /// </summary>
    /// <returns>The configuration; its <see cref="CheckpointConfig.DType"/> is empty where none is named.</returns>
    /// <exception cref="RefusedInputException">A file is missing or unreadable, a value is of the wrong kind, or nothing that could be read here.</exception>
    internal static CheckpointConfig Read(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        return JsonFile.Read(path, MaxConfigBytes, root => Read(folder, new ConfigObject(root, path)));
    }

    private static CheckpointConfig Read(string folder, ConfigObject root)
    {
        var modelType = root.Text("model_type", null)
            ?? throw root.Refused($"names no model_type, so nothing is known about the model: use a checkpoint of {SupportedArchitectures.List}");
        if (root.Has("mm_vision_tower"))
        {
            throw root.Refused("is in the layout of LLaVA's own code (mm_vision_tower), not of transformers: use the checkpoint that llava-hf publishes (llava-1.5-7b-hf)");
        }

        SupportedArchitectures.CheckModel(modelType);
        foreach (var part in (ConfigObject?[])[root, root.Child("text_config")])
        {
            if (part?.Has("quantization_config") is true)
            {
                throw part.Refused("has a quantization_config, but LogitLens reads F32, F16 and BF16: use the checkpoint before quantisation");
            }
        }

        var textGiven = root.Child("text_config");
        var isOneVision = modelType == "llava_onevision";
        var vision = ReadVision(root.Child("vision_config"), isOneVision);
        var text = ReadText(textGiven ?? root.Empty("text_config"), isOneVision ? "qwen2" : "llama");

        // ViP-LLaVA names its layers in a field of its own, always drops the class token and always has a normed projector with biases.
        var isViP = modelType == "vipllava";
        return new CheckpointConfig(
            modelType,
            root.Whole("image_token_index", root.Whole("image_token_id", isOneVision ? 151646 : 32000)),
            isViP ? root.WholeOrList("vision_feature_layers", [-2, -5, -8, -11, 6]) : root.WholeOrList("vision_feature_layer", [isOneVision ? -1 : -2]),
            isViP || root.Text("vision_feature_select_strategy", isOneVision ? "full" : "default") switch
            {
                "default" => true,
                "full" => false,
                var other => throw root.Refused($"has vision_feature_select_strategy '{Shown.Text(other!)}'; it has to be 'default' or 'full'"),
            },
            root.Text("projector_hidden_act", "gelu")!,
            isViP || root.Flag("multimodal_projector_bias", true),
            isViP ? root.PositiveNumber("projector_layernorm_eps", 1e-5) : null,
            textGiven?.Has("tie_word_embeddings") is true ? textGiven.Flag("tie_word_embeddings", false) : root.Flag("tie_word_embeddings", false),
            DType(root) ?? (textGiven is null ? null : DType(textGiven)) ?? string.Empty,
            vision,
            text,
            ReadEndOfText(folder, root, textGiven, text),
            ReadTiling(root, modelType, vision));
    }

    private static TilingConfig? ReadTiling(ConfigObject root, string modelType, VisionConfig vision)
    {
        const string Resolutions = "image_grid_pinpoints";
        if (modelType is not ("llava_next" or "llava_onevision"))
        {
            return null;
        }

        var tiling = new TilingConfig(
            root.Pairs(Resolutions, modelType == "llava_next" ? TilingDefaults.Next : TilingDefaults.OneVision),
            modelType == "llava_onevision" ? ReadMostTiles(root) : null);
        foreach (var (height, width) in tiling.Resolutions)
        {
            if (height % vision.ImageSize != 0 || width % vision.ImageSize != 0 || Math.Max(height, width) > MaxCanvasSide)
            {
                throw root.Refused($"gives {height} × {width} in {Resolutions}, where multiples of the vision tower's image_size {vision.ImageSize} up to {MaxCanvasSide} belong");
            }
        }

        return tiling;
    }

    /// <summary>N of <c>anyres_max_N</c>.</summary>
    private static int ReadMostTiles(ConfigObject root)
    {
        const string Key = "vision_aspect_ratio";
        const string Prefix = "anyres_max_";
        var given = root.Text(Key, Prefix + "9")!;
        return given.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(given.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0
            ? most
            : throw root.Refused($"has {Key} '{Shown.Text(given)}', but LogitLens arranges tiles by '{Prefix}N' (N a whole number from 1) only");
    }

    private static string? DType(ConfigObject given) => given.Text("torch_dtype", null) ?? given.Text("dtype", null);

    private static VisionConfig ReadVision(ConfigObject? given, bool isOneVision)
    {
        // No vision_config at all means a large tower at 336 pixels; one that is there, but leaves out sizes, means the tower type's own defaults.
        if (given is null)
        {
            return isOneVision
                ? new("siglip_vision_model", 1024, 4096, 24, 16, 3, 336, 14, 1e-6, "gelu_pytorch_tanh")
                : new("clip_vision_model", 1024, 4096, 24, 16, 3, 336, 14, 1e-5, "quick_gelu");
        }

        var type = given.Text("model_type", isOneVision ? "siglip_vision_model" : "clip_vision_model")!;
        var (patch, epsilon, activation) = type switch
        {
            "clip_vision_model" => (32, 1e-5, "quick_gelu"),
            "siglip_vision_model" => (16, 1e-6, "gelu_pytorch_tanh"),
            _ => throw SupportedArchitectures.UnknownTower(type),
        };
        var vision = new VisionConfig(
            type,
            given.Positive("hidden_size", 768),
            given.Positive("intermediate_size", 3072),
            given.Positive("num_hidden_layers", 12),
            given.Positive("num_attention_heads", 12),
            given.Positive("num_channels", 3),
            given.Positive("image_size", 224),
            given.Positive("patch_size", patch),
            given.PositiveNumber("layer_norm_eps", epsilon),
            given.Text("hidden_act", activation)!);
        given.RequireDivides(vision.Heads, "num_attention_heads", vision.HiddenSize, "hidden_size");
        if (vision.Channels != 3)
        {
            throw given.Refused($"has num_channels {vision.Channels}, but pictures are read as three colours");
        }

        return vision.PatchSize <= vision.ImageSize
            ? vision
            : throw given.Refused($"has patch_size {vision.PatchSize}, larger than its image_size {vision.ImageSize}");
    }

    private static TextConfig ReadText(ConfigObject given, string standardType)
    {
        var type = given.Text("model_type", standardType)!;
        var (intermediate, keyValueHeads, vocabulary, maxPositions) = type switch
        {
            "llama" => (11008, (int?)null, 32000, 2048),
            "mistral" => (14336, 8, 32000, 131072),
            "qwen2" => (22016, 32, 151936, 32768),
            _ => throw SupportedArchitectures.UnknownDecoder(type),
        };
        var hidden = given.Positive("hidden_size", 4096);
        var heads = given.Positive("num_attention_heads", 32);
        if (!given.Has("head_dim"))
        {
            given.RequireDivides(heads, "num_attention_heads", hidden, "hidden_size");
        }

        // Null means as many as query heads in every type; only Llama means that by leaving the field out, too.
        var text = new TextConfig(
            type,
            hidden,
            given.Positive("intermediate_size", intermediate),
            given.Positive("num_hidden_layers", 32),
            heads,
            given.Positive("num_key_value_heads", given.IsNull("num_key_value_heads") ? heads : keyValueHeads ?? heads),
            given.Positive("head_dim", hidden / heads),
            given.Positive("vocab_size", vocabulary),
            given.Positive("max_position_embeddings", maxPositions),
            RopeTheta(given),
            given.PositiveNumber("rms_norm_eps", 1e-6),
            given.Text("hidden_act", "silu")!,
            AttentionBias: type == "qwen2" || (type == "llama" && given.Flag("attention_bias", false)),
            SlidingWindow(given, type),
            MlpBias: type == "llama" && given.Flag("mlp_bias", false));
        given.RequireDivides(text.KeyValueHeads, "num_key_value_heads", text.Heads, "num_attention_heads");
        return text.HeadSize % 2 == 0 ? text : throw given.Refused($"has head_dim {text.HeadSize}, but rotary embeddings need an even one");
    }

    private static double RopeTheta(ConfigObject given)
    {
        const double Standard = 10000;
        var theta = given.PositiveNumber("rope_theta", Standard);

        // rope_scaling up to transformers 4; version 5 puts both into rope_parameters.
        foreach (var key in (string[])["rope_scaling", "rope_parameters"])
        {
            if (given.Child(key) is not { } rope)
            {
                continue;
            }

            var kind = rope.Text("rope_type", null) ?? rope.Text("type", null);
            if (kind != "default")
            {
                throw given.Refused(
                    $"asks for {key} of type '{Shown.Text(kind ?? "(none)")}', but LogitLens computes rotary embeddings without scaling ('default') only: use a checkpoint with these");
            }

            theta = rope.PositiveNumber("rope_theta", theta);
        }

        return theta;
    }

    private static int? SlidingWindow(ConfigObject given, string type)
    {
        if (type == "llama" || given.IsNull("sliding_window") || (type == "qwen2" && !given.Flag("use_sliding_window", false)))
        {
            return null;
        }

        var window = given.Positive("sliding_window", 4096);
        if (type == "mistral")
        {
            return window;
        }

        // Qwen2's blocks from max_window_layers on see the window, those before see everything.
        var full = given.Whole("max_window_layers", 28);
        var layers = given.Positive("num_hidden_layers", 32);
        return full >= layers ? null
            : full <= 0 ? window
            : throw given.Refused($"lets only the blocks from {full} on see a sliding window, but LogitLens computes one window for all blocks or none: use a checkpoint with use_sliding_window false");
    }

    private static IReadOnlyList<int> ReadEndOfText(string folder, ConfigObject root, ConfigObject? textGiven, TextConfig text)
    {
        const string Key = "eos_token_id";
        var path = Path.Combine(folder, GenerationName);
        var generation = File.Exists(path)
            ? JsonFile.Read(path, MaxConfigBytes, given => new ConfigObject(given, path).WholeOrList(Key, []))
            : [];
        return generation.Count > 0 ? generation
            : root.Has(Key) ? root.WholeOrList(Key, [])
            : textGiven?.Has(Key) is true ? textGiven.WholeOrList(Key, [])
            : text.ModelType == "qwen2" ? [] : [2];
    }
}
