namespace LogitLens.Inference.Checkpoints;

/// <summary>What the engine can run.</summary>
public static class SupportedArchitectures
{
    private static readonly string[] Models = ["llava"];
    private static readonly string[] Towers = ["clip_vision_model"];
    private static readonly string[] Decoders = ["llama", "mistral"];

    /// <summary>The list, for people.</summary>
    public static string List => $"{string.Join(", ", Models)} with a {string.Join(" or ", Towers)} tower and a {string.Join(" or ", Decoders)} decoder";

    internal static void CheckModel(string modelType) => Check(Models, modelType, "The checkpoint's architecture");

    internal static void CheckParts(string modelType, string visionType, string textType)
    {
        CheckModel(modelType);
        Check(Towers, visionType, "The checkpoint's vision tower");
        Check(Decoders, textType, "The checkpoint's decoder");
    }

    private static void Check(string[] supported, string given, string what)
    {
        if (!supported.Contains(given))
        {
            throw new RefusedInputException($"{what} is '{given}', which LogitLens cannot run; supported: {List}.");
        }
    }
}
