using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>The vision transformer of CLIP (Radford et al. 2021) or SigLIP (Zhai et al. 2023), run no further than the deepest hidden state that is read.</summary>
/// <remarks>
/// SigLIP's has neither a class token nor a norm before its blocks, but a bias in the patch embedding. The norm after the last block belongs to no hidden
/// state in either, so it is never computed.
/// </remarks>
internal sealed class VisionTower
{
    // More gain no speed, and what a block computes in between takes up to a hundred megabytes for each.
    private const int MostViewsAtOnce = 4;

    private readonly VisionConfig _config;
    private readonly WeightLoader _weights;
    private readonly int[] _featureLayers;
    private readonly bool _dropClassToken;
    private readonly Linear _patchEmbedding;
    private readonly torch.Tensor? _classEmbedding;
    private readonly torch.Tensor _positionEmbedding;
    private readonly LayerNorm? _preNorm;
    private readonly VisionBlock[] _blocks;

    private VisionTower(
        VisionConfig config,
        WeightLoader weights,
        int[] featureLayers,
        bool dropClassToken,
        Linear patchEmbedding,
        torch.Tensor? classEmbedding,
        torch.Tensor positionEmbedding,
        LayerNorm? preNorm,
        VisionBlock[] blocks)
    {
        _config = config;
        _weights = weights;
        _featureLayers = featureLayers;
        _dropClassToken = dropClassToken;
        _patchEmbedding = patchEmbedding;
        _classEmbedding = classEmbedding;
        _positionEmbedding = positionEmbedding;
        _preNorm = preNorm;
        _blocks = blocks;
    }

    /// <summary>Blocks that are computed.</summary>
    public int Blocks => _blocks.Length;

    public static VisionTower Load(WeightLoader weights, CheckpointConfig config)
    {
        const string Name = "vision_tower.vision_model";
        var vision = config.Vision;
        var layers = config.VisionFeatureLayers.Select(layer => layer < 0 ? vision.Layers + 1 + layer : layer).ToArray();
        if (layers.Length == 0 || layers.Any(layer => layer < 0 || layer > vision.Layers))
        {
            throw new RefusedInputException(
                $"config.json names the vision feature layers [{string.Join(", ", config.VisionFeatureLayers)}], but the tower has {vision.Layers}: each has to lie between {-vision.Layers - 1} and {vision.Layers}.");
        }

        var kernel = weights.Load(Name + ".embeddings.patch_embedding.weight");
        var blocks = new VisionBlock[layers.Max()];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = VisionBlock.Load(weights, vision, $"{Name}.encoder.layers.{i}");
        }

        var isClip = vision.ModelType == "clip_vision_model";
        return new VisionTower(
            vision,
            weights,
            layers,
            config.DropClassToken,
            new Linear(weights.Own(kernel.view(kernel.shape[0], -1)), isClip ? null : weights.Load(Name + ".embeddings.patch_embedding.bias")),
            isClip ? weights.Load(Name + ".embeddings.class_embedding") : null,
            weights.Load(Name + ".embeddings.position_embedding.weight"),
            isClip ? LayerNorm.Load(weights, Name + ".pre_layrnorm", vision.LayerNormEpsilon) : null,
            blocks);
    }

    /// <summary>Computes the features the projector takes.</summary>
    /// <param name="pixelValues">views × channels × height × width, normalised.</param>
    /// <param name="views">Number of views; none sees another.</param>
    /// <param name="width">Width of each, in pixels.</param>
    /// <param name="height">Height of each, in pixels.</param>
    /// <param name="onBlock">Called after each block with the number done.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <returns>(views × patches) × (width × feature layers): a new tensor, the caller's.</returns>
    /// <exception cref="RefusedInputException">The tower has no positions for a picture of that size.</exception>
    public torch.Tensor Forward(ReadOnlySpan<float> pixelValues, int views, int width, int height, Action<int>? onBlock, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        var size = _config.PatchSize;
        var rows = height / size;
        var columns = width / size;
        var patches = _positionEmbedding.shape[0] - (_classEmbedding is null ? 0 : 1);
        if (rows * columns != patches)
        {
            throw new RefusedInputException(
                $"The picture was prepared at {width} × {height} pixels ({rows * columns} patches), but the vision tower has positions for {patches} patches: preprocessor_config.json and config.json contradict each other; download both again.");
        }

        // A convolution whose stride is its kernel's size is one multiplication of the patches laid out as rows.
        var pixels = TensorMemory.From(pixelValues, views, _config.Channels, height, width)
            .narrow(2, 0, rows * size).narrow(3, 0, columns * size)
            .reshape(views, _config.Channels, rows, size, columns, size)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(views * rows * columns, _config.Channels * size * size)
            .to(_weights.Type, _weights.Device);
        var embedded = _patchEmbedding.Forward(pixels).view(views, patches, -1);
        if (_classEmbedding is not null)
        {
            embedded = torch.cat([_classEmbedding.expand(views, 1, -1), embedded], 1);
        }

        embedded.add_(_positionEmbedding);
        var residual = (_preNorm?.Forward(embedded) ?? embedded).view(views * _positionEmbedding.shape[0], -1);

        var features = new torch.Tensor[_featureLayers.Length];
        for (var layer = 0; ; layer++)
        {
            for (var i = 0; i < features.Length; i++)
            {
                if (_featureLayers[i] == layer)
                {
                    // The residual stream is changed in place from block to block; what is read earlier has to be kept.
                    features[i] = layer == _blocks.Length ? residual : residual.clone();
                }
            }

            if (layer == _blocks.Length)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            for (var view = 0; view < views; view += MostViewsAtOnce)
            {
                var some = Math.Min(MostViewsAtOnce, views - view);
                _blocks[layer].Apply(residual.narrow(0, view * _positionEmbedding.shape[0], some * _positionEmbedding.shape[0]), some);
            }

            onBlock?.Invoke(layer + 1);
        }

        var all = features.Length == 1 ? features[0] : torch.cat(features, 1);
        return (_dropClassToken ? all.view(views, patches + 1, -1).narrow(1, 1, patches).reshape(views * patches, -1) : all.alias()).MoveToOuterDisposeScope();
    }
}
