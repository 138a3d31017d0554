namespace LogitLens.Inference.Checkpoints;

/// <summary>What the engine can run, in the words of <c>config.json</c>.</summary>
public static class SupportedArchitectures
{
    private static readonly string[] Models = ["llava", "vipllava", "llava_next", "llava_onevision"];
    private static readonly string[] Towers = ["clip_vision_model", "siglip_vision_model"];
    private static readonly string[] Decoders = ["llama", "mistral", "qwen2"];
    private static readonly string[] Activations = ["silu", "swish", "gelu", "quick_gelu", "gelu_pytorch_tanh"];

    /// <summary>The list, for people.</summary>
    public static string List => $"{OneOf(Models)} with a {OneOf(Towers)} tower and a {OneOf(Decoders)} decoder";

    /// <summary>Refuses a kind of model the engine cannot run, by name.</summary>
    /// <exception cref="RefusedInputException">It is not in the list.</exception>
    internal static void CheckModel(string modelType)
    {
        if (!Models.Contains(modelType))
        {
            throw Unknown("architecture", modelType);
        }
    }

    /// <summary>Refuses parts the engine cannot run, by name.</summary>
    /// <exception cref="RefusedInputException">One is not in the list.</exception>
    internal static void Check(CheckpointConfig config)
    {
        CheckModel(config.ModelType);
        if (!Towers.Contains(config.Vision.ModelType))
        {
            throw UnknownTower(config.Vision.ModelType);
        }

        if (!Decoders.Contains(config.Text.ModelType))
        {
            throw UnknownDecoder(config.Text.ModelType);
        }

        foreach (var activation in (string[])[config.Vision.Activation, config.ProjectorActivation, config.Text.Activation])
        {
            CheckActivation(activation);
        }

        // CLIP's class token is no place in the picture. SigLIP has none: dropping the first position would take a patch away.
        if (config.Vision.ModelType == "siglip_vision_model")
        {
            if (config.DropClassToken)
            {
                throw new RefusedInputException(
                    $"The checkpoint drops the first position of a SigLIP tower ({(config.ModelType == "vipllava" ? "as vipllava always does" : "vision_feature_select_strategy 'default'")}), which is no class token but the picture's first patch: use one with 'full'.");
            }
        }
        else if (!config.DropClassToken)
        {
            throw new RefusedInputException(
                "The checkpoint keeps CLIP's class token among the patches (vision_feature_select_strategy 'full'), which LogitLens cannot place on the picture: use one with 'default'.");
        }
    }

    /// <summary>Refuses an activation the engine does not compute, by name.</summary>
    /// <exception cref="RefusedInputException">It is not in the list.</exception>
    internal static void CheckActivation(string name)
    {
        if (!Activations.Contains(name))
        {
            throw new RefusedInputException(
                $"The checkpoint's activation is '{Shown.Text(name)}', which LogitLens cannot compute: use a checkpoint with {string.Join(", ", Activations[..^1])} or {Activations[^1]}.");
        }
    }

    internal static RefusedInputException UnknownTower(string modelType) => Unknown("vision tower", modelType);

    internal static RefusedInputException UnknownDecoder(string modelType) => Unknown("decoder", modelType);

    private static string OneOf(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";

    private static RefusedInputException Unknown(string part, string modelType) =>
        new($"The checkpoint's {part} is '{Shown.Text(modelType)}', which LogitLens cannot run: use a checkpoint of {List}.");
}
