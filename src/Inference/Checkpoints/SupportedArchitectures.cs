namespace LogitLens.Inference.Checkpoints;

/// <summary>What the engine can run, in the words of <c>config.json</c>.</summary>
public static class SupportedArchitectures
{
    private static readonly string[] Models = ["llava", "vipllava"];
    private static readonly string[] Towers = ["clip_vision_model"];
    private static readonly string[] Decoders = ["llama", "mistral"];

    /// <summary>The list, for people.</summary>
    public static string List => $"{string.Join(" or ", Models)} with a {string.Join(" or ", Towers)} tower and a {string.Join(" or ", Decoders)} decoder";

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

        // CLIP's class token is no place in the picture. (SigLIP has none, so there 'full' is right.)
        if (!config.DropClassToken)
        {
            throw new RefusedInputException(
                "The checkpoint keeps CLIP's class token among the patches (vision_feature_select_strategy 'full'), which LogitLens cannot place on the picture: use one with 'default'.");
        }
    }

    internal static RefusedInputException UnknownTower(string modelType) => Unknown("vision tower", modelType);

    internal static RefusedInputException UnknownDecoder(string modelType) => Unknown("decoder", modelType);

    private static RefusedInputException Unknown(string part, string modelType) =>
        new($"The checkpoint's {part} is '{Shown.Text(modelType)}', which LogitLens cannot run: use a checkpoint of {List}.");
}
