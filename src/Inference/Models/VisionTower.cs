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
    private const string Name = "vision_tower.vision_model";

    // What a block computes in between takes up to twenty megabytes a view, and a picture may have dozens of them.
    private const int MostViewsAtOnce = 8;

    private readonly VisionConfig _config;
    private readonly WeightLoader _weights;
    private readonly int[] _featureLayers;
    private readonly bool _dropClassToken;
    private readonly Linear _patchEmbedding;
    private readonly torch.Tensor? _classEmbedding;
    private readonly torch.Tensor _positionEmbedding;
    private readonly LayerNorm? _preNorm;
    private readonly BlockSource<VisionBlock> _blocks;

    private VisionTower(
        VisionConfig config,
        WeightLoader weights,
        int[] featureLayers,
        bool dropClassToken,
        Linear patchEmbedding,
        torch.Tensor? classEmbedding,
        torch.Tensor positionEmbedding,
        LayerNorm? preNorm,
        BlockSource<VisionBlock> blocks)
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

    /// <summary>What the keys of a block's weights begin with.</summary>
    public static string NameOf(int block) => $"{Name}.encoder.layers.{block}";

    /// <summary>Blocks that are computed.</summary>
    public int Blocks => _blocks.Count;

    public static VisionTower Load(WeightLoader weights, CheckpointConfig config, Residency residency)
    {
        var vision = config.Vision;
        var layers = config.VisionFeatureLayers.Select(layer => layer < 0 ? vision.Layers + 1 + layer : layer).ToArray();
        if (layers.Length == 0 || layers.Any(layer => layer < 0 || layer > vision.Layers))
        {
            throw new RefusedInputException(
                $"config.json names the vision feature layers [{string.Join(", ", config.VisionFeatureLayers)}], but the tower has {vision.Layers}: each has to lie between {-vision.Layers - 1} and {vision.Layers}.");
        }

        var kernel = weights.Load(Name + ".embeddings.patch_embedding.weight");
        var blocks = BlockSource<VisionBlock>.Load(weights, residency, layers.Max(), NameOf, (loader, name) => VisionBlock.Load(loader, vision, name));
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

    /// <summary>Computes the features the projector takes, of several views (pictures, or tiles of pictures) of one size at once.</summary>
    /// <param name="pixelValues">Each view's channels × height × width, normalised; no view sees another.</param>
    /// <param name="width">Width, in pixels.</param>
    /// <param name="height">Height, in pixels.</param>
    /// <param name="onBlock">Called after each block with the number done.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <returns>(views × patches) × (width × feature layers): a new tensor, the caller's.</returns>
    /// <exception cref="RefusedInputException">The tower has no positions for a picture of that size.</exception>
    public torch.Tensor Forward(IReadOnlyList<ReadOnlyMemory<float>> pixelValues, int width, int height, Action<int>? onBlock, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        var patches = RequireSize(width, height);
        _blocks.Prepare(0);
        var residual = torch.cat([.. pixelValues.Select(pixels => Embed(pixels.Span, width, height))], 0);
        residual = _preNorm?.Forward(residual) ?? residual;

        var features = new torch.Tensor[_featureLayers.Length];
        for (var layer = 0; ; layer++)
        {
            for (var i = 0; i < features.Length; i++)
            {
                if (_featureLayers[i] == layer)
                {
                    // The residual stream is changed in place from block to block; what is read earlier has to be kept.
                    features[i] = layer == _blocks.Count ? residual : residual.clone();
                }
            }

            if (layer == _blocks.Count)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            _blocks.Use(layer, layer + 1 < _blocks.Count ? layer + 1 : null, isForFewRows: false, block => Apply(block, residual, pixelValues.Count), cancellationToken);
            onBlock?.Invoke(layer + 1);
        }

        var all = features.Length == 1 ? features[0] : torch.cat(features, 1);
        if (!_dropClassToken)
        {
            return all.alias().MoveToOuterDisposeScope();
        }

        var byView = all.view(pixelValues.Count, -1, all.shape[1]);
        return byView.narrow(1, 1, patches).reshape(pixelValues.Count * patches, all.shape[1]).MoveToOuterDisposeScope();
    }

    private static void Apply(VisionBlock block, torch.Tensor residual, int views)
    {
        var positions = residual.shape[0] / views;
        for (var view = 0; view < views; view += MostViewsAtOnce)
        {
            var some = Math.Min(MostViewsAtOnce, views - view);
            using var rows = residual.narrow(0, view * positions, some * positions);
            block.Apply(rows, some);
        }
    }

    /// <summary>Refuses a view of another size than the tower has positions for.</summary>
    /// <param name="width">Width, in pixels.</param>
    /// <param name="height">Height, in pixels.</param>
    /// <returns>Patches of a view.</returns>
    /// <exception cref="RefusedInputException">Another size.</exception>
    public int RequireSize(int width, int height)
    {
        var (rows, columns) = (height / _config.PatchSize, width / _config.PatchSize);
        var side = _config.ImageSize / _config.PatchSize;
        return rows == side && columns == side
            ? rows * columns
            : throw new RefusedInputException(
                $"The picture was prepared at {width} × {height} pixels ({rows * columns} patches), but the vision tower has positions for {side * side} patches of a square: preprocessor_config.json and config.json contradict each other; download both again.");
    }

    /// <summary>One view's residual stream before the first block, positions × width.</summary>
    private torch.Tensor Embed(ReadOnlySpan<float> pixelValues, int width, int height)
    {
        using var scope = torch.NewDisposeScope();
        var size = _config.PatchSize;
        var rows = height / size;
        var columns = width / size;

        // A convolution whose stride is its kernel's size is one multiplication of the patches laid out as rows.
        var pixels = TensorMemory.From(pixelValues, _config.Channels, height, width)
            .narrow(1, 0, rows * size).narrow(2, 0, columns * size)
            .reshape(_config.Channels, rows, size, columns, size)
            .permute(1, 3, 0, 2, 4)
            .reshape(rows * columns, _config.Channels * size * size)
            .to(_weights.Type, _weights.Device);
        var embedded = _patchEmbedding.Forward(pixels);
        if (_classEmbedding is not null)
        {
            embedded = torch.cat([_classEmbedding.unsqueeze(0), embedded], 0);
        }

        return embedded.add_(_positionEmbedding).MoveToOuterDisposeScope();
    }
}
