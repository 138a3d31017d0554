using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>A Llama, Mistral or Qwen2 decoder, run block by block so that whoever drives it can look at the residual stream between.</summary>
internal sealed class Decoder
{
    private readonly TextConfig _config;
    private readonly WeightLoader _weights;
    private readonly torch.Tensor? _embedding;
    private readonly BlockSource<DecoderBlock> _blocks;

    private Decoder(TextConfig config, WeightLoader weights, torch.Tensor? embedding, BlockSource<DecoderBlock> blocks, RmsNorm norm, torch.Tensor unembedding)
    {
        _config = config;
        _weights = weights;
        _embedding = embedding;
        _blocks = blocks;
        Norm = norm;
        Unembedding = unembedding;
    }

    /// <summary>The final norm.</summary>
    public RmsNorm Norm { get; }

    /// <summary>The unembedding, vocabulary × width, as stored.</summary>
    public torch.Tensor Unembedding { get; }

    /// <summary>Number of blocks, L.</summary>
    public int Layers => _config.Layers;

    public static Decoder Load(WeightLoader weights, CheckpointConfig config, Residency residency, Func<int, torch.Device>? deviceOf = null)
    {
        // Few rows of the embedding are ever wanted at once: where memory is short they are read from the file.
        var head = weights.Load(RequiredWeights.Unembedding);
        var embedding = config.TieWordEmbeddings ? head : residency == Residency.Streamed ? null : weights.Load(RequiredWeights.Embedding);
        return new Decoder(
            config.Text,
            weights,
            embedding,
            BlockSource<DecoderBlock>.Load(weights, residency, config.Text.Layers, NameOf, (loader, name) => DecoderBlock.Load(loader, name, config.Text), deviceOf),
            RmsNorm.Load(weights, "language_model.model.norm", config.Text.RmsNormEpsilon),
            head);
    }

    /// <summary>What the keys of a block's weights begin with.</summary>
    public static string NameOf(int block) => $"language_model.model.layers.{block}";

    /// <summary>ids → rows × width: a new tensor, the caller's.</summary>
    public torch.Tensor Embed(ReadOnlySpan<int> ids)
    {
        if (_embedding is null)
        {
            return _weights.ReadRows(RequiredWeights.Embedding, ids);
        }

        using var scope = torch.NewDisposeScope();
        var rows = new long[ids.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = ids[i];
        }

        return _embedding.index_select(0, torch.tensor(rows, device: _weights.Device)).MoveToOuterDisposeScope();
    }

    /// <summary>Starts a batch of sequences, each of at most so many positions, prefix included.</summary>
    public SequenceBatch Start(int positions) => new(_config, _weights.Device, _weights.Type, positions);

    /// <summary>The first block will be wanted soon.</summary>
    public void Prepare() => _blocks.Prepare(0);

    /// <summary>Moves the residual stream through a block, in place.</summary>
    /// <param name="index">Index of the block, from 0.</param>
    /// <param name="residual">rows × width.</param>
    /// <param name="sequences">The sequences the rows belong to.</param>
    /// <param name="next">The block wanted after it; null for none.</param>
    /// <param name="cancellationToken">Looked at while a block is read.</param>
    public void Apply(int index, torch.Tensor residual, SequenceBatch sequences, int? next, CancellationToken cancellationToken) =>
        _blocks.Use(index, next, residual.shape[0] <= StoredProduct.MostRows, block => block.Apply(residual, sequences, index), cancellationToken);

    /// <summary>Lends a block to whoever computes with its weights in another way; the parameters are those of <see cref="Apply"/>.</summary>
    public void Lend(int index, int? next, Action<DecoderBlock> use, CancellationToken cancellationToken) =>
        _blocks.Use(index, next, isForFewRows: false, use, cancellationToken);

    /// <summary>The model's own output: final norm once, unembedding. rows × width → rows × vocabulary, fp32.</summary>
    public torch.Tensor Logits(torch.Tensor residual)
    {
        using var scope = torch.NewDisposeScope();
        return MatrixProduct.Multiply(Norm.Forward(residual), Unembedding, bias: null).to(torch.ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The most probable next token after each row; the lowest id on ties.</summary>
    public int[] NextTokens(torch.Tensor rows)
    {
        using var scope = torch.NewDisposeScope();
        var logits = Logits(rows).cpu().contiguous();
        var all = TensorMemory.AsSpan(logits);
        var width = checked((int)logits.shape[1]);
        var tokens = new int[logits.shape[0]];
        for (var row = 0; row < tokens.Length; row++)
        {
            var logit = all.Slice(row * width, width);
            for (var i = 1; i < logit.Length; i++)
            {
                if (logit[i] > logit[tokens[row]])
                {
                    tokens[row] = i;
                }
            }
        }

        return tokens;
    }
}
