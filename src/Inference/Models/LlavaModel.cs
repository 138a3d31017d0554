using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>A LLaVA checkpoint in memory: tower, projector, arrangement of features and decoder, chosen by its config.</summary>
internal sealed class LlavaModel : IDisposable
{
    private readonly WeightStore? _store;
    private readonly WeightLoader _weights;
    private readonly int _imageTokenId;

    private LlavaModel(WeightStore? store, WeightLoader weights, CheckpointConfig config, Residency residency, Func<int, torch.Device>? deviceOf)
    {
        _store = store;
        _weights = weights;
        Residency = residency;
        _imageTokenId = config.ImageTokenId;
        Tower = config.Vision.ModelType is "clip_vision_model" or "siglip_vision_model"
            ? VisionTower.Load(weights, config, residency)
            : throw new RefusedInputException($"The checkpoint's vision tower is a {config.Vision.ModelType}, but only clip_vision_model and siglip_vision_model are computed here: use a checkpoint with one of these.");
        Projector = Projector.Load(weights, config);
        Arrangement = FeatureArrangement.Load(weights, config);
        Decoder = config.Text.ModelType is "llama" or "mistral" or "qwen2"
            ? Decoder.Load(weights, config, residency, deviceOf)
            : throw new RefusedInputException($"The checkpoint's decoder is a {config.Text.ModelType}, but only llama, mistral and qwen2 are computed here: use a checkpoint with one of these.");
    }

    public VisionTower Tower { get; }

    public Projector Projector { get; }

    public FeatureArrangement Arrangement { get; }

    public Decoder Decoder { get; }

    /// <summary>The device all weights are on.</summary>
    public torch.Device Device => _weights.Device;

    /// <summary>Where the weights are: resident or streamed.</summary>
    public Residency Residency { get; }

    /// <summary>Bytes of blocks that were read and converted while computing.</summary>
    public long BytesStreamed => _weights.BytesStreamed;

    /// <summary>Reads all weights onto the device, or what stays there of them.</summary>
    /// <exception cref="RefusedInputException">A part that is not computed here, weights that cannot be read, or not enough memory.</exception>
    public static LlavaModel Load(Checkpoint checkpoint, IReadOnlyList<torch.Device> devices, Residency residency, CancellationToken cancellationToken)
    {
        var bytes = ModelBytes.Of(checkpoint.Config, checkpoint.Weights);
        var isCpu = devices[0].type == DeviceType.CPU;
        var chosen = isCpu
            ? MemoryPlan.Choose(residency, checkpoint.Name, bytes, FreeMemory.Read())
            : residency == Residency.Streamed ? Residency.Streamed : Residency.Resident;

        // Streamed, or with a single GPU named, there is nothing to spread.
        var plan = isCpu || chosen == Residency.Streamed || devices.Count == 1 ? null : Spread(checkpoint, bytes, devices.Count);

        // Whoever opened the checkpoint closes it after loading; what is streamed has to stay open.
        var store = chosen == Residency.Streamed ? checkpoint.Weights.Reopen() : null;
        var weights = new WeightLoader(store ?? checkpoint.Weights, devices[plan?[0] ?? 0], cancellationToken);
        try
        {
            return new LlavaModel(store, weights, checkpoint.Config, chosen, plan is null ? null : block => devices[plan[block]]);
        }
        catch
        {
            weights.Dispose();
            store?.Dispose();
            throw;
        }
    }

    /// <summary>On GPUs matrices take half of what they take in fp32.</summary>
    private static int[] Spread(Checkpoint checkpoint, ModelBytes bytes, int devices) => DevicePlan.Spread(
        [.. Enumerable.Repeat(bytes.DecoderBlock / 2, checkpoint.Config.Text.Layers)],
        (bytes.Resident - (bytes.DecoderBlock * checkpoint.Config.Text.Layers)) / 2,
        CudaMemory.Free(devices),
        checkpoint.Name);

    /// <summary>Each picture's features as the decoder takes them: tower and projector over all views of all pictures at once, then each picture's arrangement.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="onStep">Called after each step with the number done and the number there are.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <returns>For each picture positions × width: new tensors, the caller's.</returns>
    /// <exception cref="RefusedInputException">The tower has no positions for a picture of that size.</exception>
    public IReadOnlyList<torch.Tensor> FeaturesOf(IReadOnlyList<PreparedPicture> pictures, Action<int, int>? onStep, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        var steps = Tower.Blocks + 1;
        var features = Tower.Forward(
            [.. pictures.SelectMany(picture => picture.PixelsByView)], pictures[0].Width, pictures[0].Height, done => onStep?.Invoke(done, steps), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var patches = features.shape[0] / pictures.Sum(picture => picture.Views);
        var projected = Projector.Forward(features).split([.. pictures.Select(picture => picture.Views * patches)]);
        var arranged = pictures.Zip(projected, (picture, part) => Arrangement.Forward(part, picture.Fine)).ToList();
        onStep?.Invoke(steps, steps);
        return [.. arranged.Select(part => part.MoveToOuterDisposeScope())];
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

    public void Dispose()
    {
        _weights.Dispose();
        _store?.Dispose();
        TorchRuntime.ReturnFreedMemory();
    }
}
