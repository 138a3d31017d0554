using System.Text.Json;

namespace LogitLens.Inference.Checkpoints;

/// <summary>Reads <c>config.json</c> with transformers' defaults for everything left out.</summary>
internal static class CheckpointConfigReader
{
    private const long MaxConfigBytes = 4 << 20;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    internal static CheckpointConfig Read(string folder)
    {
        using var document = Parse(folder, "config.json", required: true)!;
        var root = new ConfigObject(document.RootElement, "config.json");
        var modelType = root.Text("model_type", null)
            ?? throw new RefusedInputException($"{Path.Combine(folder, "config.json")} names no model_type: it has to be one of {SupportedArchitectures.List}.");
        SupportedArchitectures.CheckModel(modelType);

        var vision = ReadVision(root.Child("vision_config"));
        var text = ReadText(root.Child("text_config"));
        SupportedArchitectures.CheckParts(modelType, vision.ModelType, text.ModelType);

        var tied = root.Flag("tie_word_embeddings", root.Child("text_config")?.Flag("tie_word_embeddings", false) ?? false);
        var strategy = root.Text("vision_feature_select_strategy", "default");
        return new CheckpointConfig(
            modelType,
            root.Whole("image_token_index", root.Whole("image_token_id", 32000)),
            root.WholeOrList("vision_feature_layer", [-2]),
            strategy switch
            {
                "default" => true,
                "full" => false,
                _ => throw new RefusedInputException($"config.json: vision_feature_select_strategy is '{strategy}'; it has to be 'default' or 'full'."),
            },
            root.Text("projector_hidden_act", "gelu")!,
            root.Flag("multimodal_projector_bias", true),
            tied,
            root.Text("torch_dtype", root.Text("dtype", null)) ?? "float32",
            vision,
            text,
            ReadEndOfText(folder, root));
    }

    private static VisionConfig ReadVision(ConfigObject? given)
    {
        // LlavaConfig without a vision_config means CLIP ViT-L/14 at 336 pixels; one with it, but without sizes, means the model type's own defaults.
        if (given is null)
        {
            return new("clip_vision_model", 1024, 4096, 24, 16, 3, 336, 14, 1e-5, "quick_gelu");
        }

        var type = given.Text("model_type", "clip_vision_model")!;
        var isSiglip = type == "siglip_vision_model";
        var vision = new VisionConfig(
            type,
            given.Whole("hidden_size", 768),
            given.Whole("intermediate_size", 3072),
            given.Whole("num_hidden_layers", 12),
            given.Whole("num_attention_heads", 12),
            given.Whole("num_channels", 3),
            given.Whole("image_size", 224),
            given.Whole("patch_size", isSiglip ? 16 : 32),
            given.Number("layer_norm_eps", isSiglip ? 1e-6 : 1e-5),
            given.Text("hidden_act", isSiglip ? "gelu_pytorch_tanh" : "quick_gelu")!);
        given.RequirePositive(vision.HiddenSize, "hidden_size");
        given.RequirePositive(vision.IntermediateSize, "intermediate_size");
        given.RequirePositive(vision.Layers, "num_hidden_layers");
        given.RequirePositive(vision.Heads, "num_attention_heads");
        given.RequirePositive(vision.PatchSize, "patch_size");
        given.RequirePositive(vision.ImageSize, "image_size");
        given.RequireDivides(vision.Heads, "num_attention_heads", vision.HiddenSize, "hidden_size");
        if (vision.PatchSize > vision.ImageSize)
        {
            throw new RefusedInputException($"config.json: the vision tower's patch_size {vision.PatchSize} is larger than its image_size {vision.ImageSize}.");
        }

        return vision;
    }

    private static TextConfig ReadText(ConfigObject? given)
    {
        given ??= ConfigObject.Empty("text_config");
        var type = given.Text("model_type", "llama")!;
        var (intermediate, keyValueHeads, maxPositions, window, attentionBias) = type switch
        {
            "mistral" => (14336, (int?)8, 131072, (int?)4096, false),
            "qwen2" => (22016, 32, 32768, 4096, true),
            _ => (11008, null, 2048, null, false),
        };
        var hidden = given.Whole("hidden_size", 4096);
        var heads = given.Whole("num_attention_heads", 32);
        given.RequirePositive(hidden, "hidden_size");
        given.RequirePositive(heads, "num_attention_heads");
        if (given.Has("head_dim") is false)
        {
            given.RequireDivides(heads, "num_attention_heads", hidden, "hidden_size");
        }

        // A file that names another number of heads, but not of key-value heads, means as many of both for Llama.
        var text = new TextConfig(
            type,
            hidden,
            given.Whole("intermediate_size", intermediate),
            given.Whole("num_hidden_layers", 32),
            heads,
            given.Whole("num_key_value_heads", keyValueHeads ?? heads),
            given.Whole("head_dim", hidden / heads),
            given.Whole("vocab_size", type == "qwen2" ? 151936 : 32000),
            given.Whole("max_position_embeddings", maxPositions),
            RopeTheta(given),
            given.Number("rms_norm_eps", 1e-6),
            given.Text("hidden_act", "silu")!,
            given.Flag("attention_bias", attentionBias),
            Window(given, type, window));
        given.RequirePositive(text.IntermediateSize, "intermediate_size");
        given.RequirePositive(text.Layers, "num_hidden_layers");
        given.RequirePositive(text.KeyValueHeads, "num_key_value_heads");
        given.RequirePositive(text.HeadSize, "head_dim");
        given.RequirePositive(text.VocabularySize, "vocab_size");
        given.RequirePositive(text.MaxPositions, "max_position_embeddings");
        given.RequireDivides(text.KeyValueHeads, "num_key_value_heads", text.Heads, "num_attention_heads");
        if (text.HeadSize % 2 != 0)
        {
            throw new RefusedInputException($"config.json: head_dim is {text.HeadSize}; rotary embeddings need an even one.");
        }

        return text;
    }

    private static double RopeTheta(ConfigObject given)
    {
        foreach (var key in (string[])["rope_scaling", "rope_parameters"])
        {
            if (given.Child(key) is { } scaling)
            {
                var kind = scaling.Text("rope_type", scaling.Text("type", "default"));
                if (kind != "default")
                {
                    throw new RefusedInputException($"config.json: {key} is of type '{kind}'; only plain rotary embeddings ('default') are supported.");
                }

                if (scaling.Has("rope_theta"))
                {
                    return scaling.Number("rope_theta", 10000);
                }
            }
        }

        return given.Number("rope_theta", 10000);
    }

    private static int? Window(ConfigObject given, string type, int? standard)
    {
        if (type == "llama" || (type == "qwen2" && !given.Flag("use_sliding_window", false)))
        {
            return null;
        }

        return given.IsNull("sliding_window") ? null : given.Whole("sliding_window", standard ?? 0) is var window && window > 0 ? window : null;
    }

    private static List<int> ReadEndOfText(string folder, ConfigObject root)
    {
        using var generation = Parse(folder, "generation_config.json", required: false);
        if (generation is not null && new ConfigObject(generation.RootElement, "generation_config.json") is var given && given.Has("eos_token_id"))
        {
            return [.. given.WholeOrList("eos_token_id", [])];
        }

        var text = root.Child("text_config");
        return [.. root.Has("eos_token_id") ? root.WholeOrList("eos_token_id", [])
            : text?.Has("eos_token_id") is true ? text.WholeOrList("eos_token_id", [])
            : text?.Text("model_type", "llama") == "qwen2" ? [] : [2]];
    }

    private static JsonDocument? Parse(string folder, string name, bool required)
    {
        var path = Path.Combine(folder, name);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return required
                    ? throw new RefusedInputException($"The folder {folder} has no {name}: give the folder of a checkpoint in Hugging Face layout.")
                    : null;
            }

            if (file.Length > MaxConfigBytes)
            {
                throw new RefusedInputException($"{path} has {file.Length:N0} bytes, more than a configuration may have ({MaxConfigBytes:N0}): download it again.");
            }

            var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                document.Dispose();
                throw new RefusedInputException($"{path} is not a JSON object: download it again.");
            }

            return document;
        }
        catch (JsonException exception)
        {
            throw new RefusedInputException($"{path} is not valid JSON (line {exception.LineNumber + 1}): download it again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{path} cannot be read: {exception.Message}", exception);
        }
    }
}
