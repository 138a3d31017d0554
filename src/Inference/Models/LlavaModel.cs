using LogitLens.Inference.Checkpoints;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>A LLaVA checkpoint in memory: tower, projector, arrangement of features and decoder, chosen by its config.</summary>
internal sealed class LlavaModel : IDisposable
{
    private readonly WeightLoader _weights;
    private readonly int _imageTokenId;

    private LlavaModel(WeightLoader weights, CheckpointConfig config)
    {
        _weights = weights;
        _imageTokenId = config.ImageTokenId;
        Tower = config.Vision.ModelType is "clip_vision_model" or "siglip_vision_model"
            ? VisionTower.Load(weights, config)
            : throw new RefusedInputException($"The checkpoint's vision tower is a {config.Vision.ModelType}, but only clip_vision_model and siglip_vision_model are computed here: use a checkpoint with one of these.");
        Projector = Projector.Load(weights, config);
        Arrangement = FeatureArrangement.Load(weights, config);
        Decoder = config.Text.ModelType is "llama" or "mistral" or "qwen2"
            ? Decoder.Load(weights, config)
            : throw new RefusedInputException($"The checkpoint's decoder is a {config.Text.ModelType}, but only llama, mistral and qwen2 are computed here: use a checkpoint with one of these.");
    }

    public VisionTower Tower { get; }

    public Projector Projector { get; }

    public FeatureArrangement Arrangement { get; }

    public Decoder Decoder { get; }

    /// <summary>The device all weights are on.</summary>
    public torch.Device Device => _weights.Device;

    /// <summary>Reads all weights onto the device.</summary>
    /// <exception cref="RefusedInputException">A part that is not computed here, weights that cannot be read, or not enough memory.</exception>
    public static LlavaModel Load(Checkpoint checkpoint, torch.Device device, CancellationToken cancellationToken)
    {
        if (device.type == DeviceType.CPU)
        {
            CheckMemory(checkpoint);
        }

        var weights = new WeightLoader(checkpoint.Weights, device, cancellationToken);
        try
        {
            return new LlavaModel(weights, checkpoint.Config);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The decoder's input: the embeddings of the ids, the image features written over the placeholders. positions × width: a new tensor, the caller's.</summary>
    /// <exception cref="RefusedInputException">As many placeholders as features there are not.</exception>
    public torch.Tensor Embed(ReadOnlySpan<int> ids, torch.Tensor features)
    {
        using var scope = torch.NewDisposeScope();
        var places = new List<long>();
        var words = ids.ToArray();
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == _imageTokenId)
            {
                // A placeholder has no embedding of its own, and its id may lie outside the table.
                places.Add(i);
                words[i] = 0;
            }
        }

        if (places.Count != features.shape[0])
        {
            throw new RefusedInputException(
                $"The prompt has {places.Count} places for the picture, but the vision tower and what arranges its output give {features.shape[0]} features: preprocessor_config.json and config.json contradict each other.");
        }

        var embedded = Decoder.Embed(words);
        embedded.index_copy_(0, torch.tensor(places.ToArray(), device: Device), features);
        return embedded.MoveToOuterDisposeScope();
    }

    public void Dispose() => _weights.Dispose();

    private static void CheckMemory(Checkpoint checkpoint)
    {
        var widening = checkpoint.Config.DType is "float16" or "bfloat16" ? 2 : 1;
        var needed = checkpoint.Weights.StoredBytes * widening;
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
        {
            throw new RefusedInputException(
                $"{checkpoint.Name} takes {Gibibytes(needed)} GiB in fp32, but this process may use {Gibibytes(available)} GiB of memory: use a machine or a container limit with more memory, or a smaller checkpoint.");
        }
    }

    private static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);
}
