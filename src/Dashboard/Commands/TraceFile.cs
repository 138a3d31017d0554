using System.Globalization;
using System.Text.Json;
using LogitLens.Inference;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Tracing;
using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Commands;

/// <summary>The tensors of one <c>trace</c> (<c>docs/formats/trace.md</c>), written as they are computed.</summary>
internal sealed class TraceFile
{
    /// <summary>Tokens kept per position and layer.</summary>
    public const int TopK = 10;

    /// <summary>Bytes of attention weights that one file may hold.</summary>
    public const long MostAttention = 8L << 30;

    private readonly SafetensorsWriter _writer;
    private readonly TraceAttentions _attentions;
    private readonly int _positions;
    private readonly int _topK;
    private readonly int _afterTopK;
    private readonly int _heads;
    private float[] _mean = [];

    /// <summary>Begins the file: header, picture and positions.</summary>
    public TraceFile(Stream output, IReadOnlyDictionary<string, string> metadata, Tracer tracer, CheckpointConfig config, TraceAttentions attentions, IEnumerable<string> experiments, bool withRelevancy)
    {
        var text = config.Text;
        var visual = tracer.Visual;
        _attentions = attentions;
        _positions = tracer.Positions.Count;
        _heads = text.Heads;
        _topK = Math.Min(TopK, text.VocabularySize);
        _afterTopK = Math.Min(TraceObserver.AfterAttentionTopK, text.VocabularySize);
        long p = _positions;
        var tensors = new List<SafetensorsTensor>
        {
            new("input_ids", "I32", p),
            new("visual_positions", "I32", visual.Positions.Count),
            new("visual_norms", "F32", visual.Norms.Count),
            new("visual_mean", "F32", visual.Mean.Count),
            new("registers", "I32", visual.Registers.Count),
            new("lens_ids", "I32", text.Layers + 1, p, _topK),
            new("lens_probs", "F32", text.Layers + 1, p, _topK),
            new("lens_entropy_bits", "F32", text.Layers + 1, p),
            new("after_attention_ids", "I32", text.Layers, p, _afterTopK),
            new("after_attention_probs", "F32", text.Layers, p, _afterTopK),
            new("kl_final_to_layer", "F32", text.Layers + 1, p),
            new("logits_last", "F32", text.VocabularySize),
            new("last_state", "F32", p, text.HiddenSize),
        };
        if (AttentionOf(attentions, text, p) is { } kept)
        {
            tensors.Add(kept);
        }

        foreach (var name in experiments)
        {
            tensors.Add(new SafetensorsTensor($"{name}.logits_last", "F32", text.VocabularySize));
            tensors.Add(new SafetensorsTensor($"{name}.last_state", "F32", p, text.HiddenSize));
        }

        if (withRelevancy)
        {
            tensors.Add(new SafetensorsTensor("relevancy.token", "I32", 1));
            tensors.Add(new SafetensorsTensor("relevancy.row_last", "F32", p));
        }

        // The one of single bytes last, so that the others lie on multiples of 4.
        tensors.Add(new SafetensorsTensor("kinds", "U8", p));
        _writer = new SafetensorsWriter(output, metadata, tensors);
        _writer.Write<int>("input_ids", 0, [.. tracer.Positions.Select(position => position.Id)]);
        _writer.Write<byte>("kinds", 0, [.. tracer.Positions.Select(position => (byte)position.Kind)]);
        _writer.Write<int>("visual_positions", 0, [.. visual.Positions]);
        _writer.Write<float>("visual_norms", 0, [.. visual.Norms]);
        _writer.Write<float>("visual_mean", 0, [.. visual.Mean]);
        _writer.Write<int>("registers", 0, [.. visual.Registers]);
    }

    /// <summary>Refuses attention weights that would make the file too large.</summary>
    public static void RequireSize(TraceAttentions attentions, TextConfig text, int positions)
    {
        if (AttentionOf(attentions, text, positions)?.Bytes is { } bytes and > MostAttention)
        {
            throw new RefusedInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"--attentions {attentions.ToString().ToLowerInvariant()} takes {bytes / (double)(1L << 30):0.0} GiB for {positions} positions, but a file may hold {MostAttention >> 30}: choose {(attentions == TraceAttentions.All ? "mean or last" : "last")}."));
        }
    }

    /// <summary>What the file says about itself.</summary>
    public static Dictionary<string, string> MetadataOf(
        TraceRequest request, string checkpoint, string hash, string imageHash, PreparedInput input, IEnumerable<(TraceExperiment Asked, Intervention Made)> experiments, string? relevancy)
    {
        var metadata = new Dictionary<string, string>
        {
            ["kind"] = "trace 1",
            ["checkpoint"] = checkpoint,
            ["checkpoint_hash"] = hash,
            ["image"] = Path.GetFileName(request.Image),
            ["image_sha256"] = imageHash,
            ["orientation"] = request.Exif ? "exif" : "as stored",
            ["prompt"] = input.Prompt,
            ["layers"] = "0 = emb (the decoder's input), then 1…L after each block; final norm and unembedding applied once",
            ["last_state"] = "after block L, final norm not applied",
            ["kl_final_to_layer"] = "KL(final || layer), nats, whole vocabulary",
            ["registers"] = "patches whose input embedding's norm > mean + 2 standard deviations (unbiased) of the picture's patches",
        };
        foreach (var (asked, made) in experiments)
        {
            metadata[asked.Name] = made switch
            {
                Knockout knockout => JsonSerializer.Serialize(new { text = asked.Text, blocks = knockout.Blocks, queries = knockout.Queries, keys = knockout.Keys, formula = "score = -inf before the softmax, all heads" }),
                Ablation ablation => JsonSerializer.Serialize(new { text = asked.Text, positions = ablation.Positions, with = ablation.Replacement == Replacement.Mean ? "visual_mean" : "zeros" }),
                _ => throw new InvalidOperationException($"{made.GetType().Name} has no description."),
            };
        }

        if (relevancy is not null)
        {
            metadata["relevancy"] = relevancy;
        }

        return metadata;
    }

    /// <summary>Who writes down what the unchanged pass computes.</summary>
    /// <param name="onBlock">Called after each block.</param>
    public TraceObserver Observe(Action<int> onBlock) => new()
    {
        TopK = _topK,
        OnBlock = onBlock,
        OnAttention = _attentions == TraceAttentions.None ? null : Write,
        OnAfterAttention = reading => WriteReading("after_attention", reading, reading.Layer - 1),
        OnReading = reading =>
        {
            WriteReading("lens", reading, reading.Layer);
            _writer.Write<float>("lens_entropy_bits", (long)reading.Layer * _positions, reading.EntropyBits);
        },
        OnDivergence = (layer, divergence) => _writer.Write<float>("kl_final_to_layer", (long)layer * _positions, divergence),
    };

    /// <summary>What a pass ended with.</summary>
    /// <param name="name">The experiment's; null for the unchanged pass.</param>
    public void Write(string? name, TracedOutput output)
    {
        var prefix = name is null ? string.Empty : name + ".";
        _writer.Write<float>(prefix + "logits_last", 0, output.LastLogits);
        _writer.Write<float>(prefix + "last_state", 0, output.LastState);
    }

    /// <summary>The relevancy of a token.</summary>
    public void Write(int token, float[] row)
    {
        _writer.Write<int>("relevancy.token", 0, [token]);
        _writer.Write<float>("relevancy.row_last", 0, row);
    }

    /// <summary>All has been written.</summary>
    public void Complete() => _writer.Complete();

    private static SafetensorsTensor? AttentionOf(TraceAttentions attentions, TextConfig text, long positions) => attentions switch
    {
        TraceAttentions.Last => new SafetensorsTensor("attentions_last", "F32", text.Layers, text.Heads, positions),
        TraceAttentions.Mean => new SafetensorsTensor("attentions_mean", "F32", text.Layers, positions, positions),
        TraceAttentions.All => new SafetensorsTensor("attentions", "F32", text.Layers, text.Heads, positions, positions),
        _ => null,
    };

    private void Write(AttentionMap map)
    {
        var block = map.Block - 1L;
        var square = (long)_positions * _positions;
        switch (_attentions)
        {
            case TraceAttentions.Last:
                _writer.Write<float>("attentions_last", ((block * _heads) + map.Head) * _positions, map.Weights.AsSpan(map.Weights.Length - _positions));
                break;
            case TraceAttentions.All:
                _writer.Write<float>("attentions", ((block * _heads) + map.Head) * square, map.Weights);
                break;
            default:
                AddToMean(map.Weights, isFirst: map.Head == 0);
                if (map.Head == _heads - 1)
                {
                    _writer.Write<float>("attentions_mean", block * square, _mean);
                }

                break;
        }
    }

    private void AddToMean(float[] weights, bool isFirst)
    {
        if (isFirst)
        {
            _mean = new float[weights.Length];
        }

        for (var i = 0; i < weights.Length; i++)
        {
            _mean[i] += weights[i] / _heads;
        }
    }

    private void WriteReading(string name, LayerReading reading, int index)
    {
        var first = (long)index * reading.Ids.Length;
        _writer.Write<int>(name + "_ids", first, reading.Ids);
        _writer.Write<float>(name + "_probs", first, [.. reading.LogProbabilities.Select(log => (float)Math.Exp(log))]);
    }
}
