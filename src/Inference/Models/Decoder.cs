using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>A Llama, Mistral or Qwen2 decoder, run block by block so that whoever drives it can look at the residual stream between.</summary>
internal sealed class Decoder
{
    private readonly TextConfig _config;
    private readonly WeightLoader _weights;
    private readonly torch.Tensor _embedding;
    private readonly BlockSource _blocks;

    private Decoder(TextConfig config, WeightLoader weights, torch.Tensor embedding, BlockSource blocks, RmsNorm norm, torch.Tensor unembedding)
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

    public static Decoder Load(WeightLoader weights, CheckpointConfig config)
    {
        var embedding = weights.Load("language_model.model.embed_tokens.weight");
        var head = config.TieWordEmbeddings ? embedding : weights.Load("language_model.lm_head.weight");
        return new Decoder(
            config.Text,
            weights,
            embedding,
            BlockSource.Load(weights, config.Text),
            RmsNorm.Load(weights, "language_model.model.norm", config.Text.RmsNormEpsilon),
            head);
    }

    /// <summary>ids → rows × width: a new tensor, the caller's.</summary>
    public torch.Tensor Embed(ReadOnlySpan<int> ids)
    {
        using var scope = torch.NewDisposeScope();
        var rows = new long[ids.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = ids[i];
        }

        return _embedding.index_select(0, torch.tensor(rows, device: _weights.Device)).MoveToOuterDisposeScope();
    }

    /// <summary>Starts a sequence of at most <paramref name="capacity"/> positions.</summary>
    public Sequence Start(int capacity, bool keep) => new(_config, _weights.Device, _weights.Type, capacity, keep);

    /// <summary>Moves the residual stream through block <paramref name="index"/> (from 0), in place.</summary>
    public void Apply(int index, torch.Tensor residual, Sequence sequence) => _blocks.Use(index, block => block.Apply(residual, sequence));

    /// <summary>The model's own output: final norm once, unembedding. rows × width → rows × vocabulary, fp32.</summary>
    public torch.Tensor Logits(torch.Tensor residual)
    {
        using var scope = torch.NewDisposeScope();
        return MatrixProduct.Multiply(Norm.Forward(residual), Unembedding, bias: null).to(torch.ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The most probable next token after a single row; the lowest id on ties.</summary>
    public int NextToken(torch.Tensor row)
    {
        using var scope = torch.NewDisposeScope();
        var logits = TensorMemory.AsSpan(Logits(row).cpu().contiguous());
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
    }
}
