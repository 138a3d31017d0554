using LogitLens.Inference.Lens;
using LogitLens.Inference.Models;
using TorchSharp;

namespace LogitLens.Inference.Tracing;

/// <summary>
/// The logit lens as its formula is written: norm, unembedding, softmax over the whole vocabulary; sums in double precision. A few rows at a time, so that what it
/// takes does not grow with the sequence.
/// </summary>
/// <remarks>Which of two tokens with equal logits comes first is up to libtorch's top-k.</remarks>
internal sealed class PlainLens(Decoder decoder)
{
    /// <summary>Most bytes it takes: several tensors of doubles.</summary>
    internal const long Bytes = 6 * PieceBytes;

    private const long PieceBytes = 64L << 20;

    private readonly int _vocabulary = checked((int)decoder.Unembedding.shape[0]);

    /// <summary>rows × width → rows × vocabulary, fp32: a new tensor, the caller's.</summary>
    public torch.Tensor Logits(torch.Tensor rows)
    {
        using var scope = torch.NewDisposeScope();
        var normed = PlainBlock.Norm(decoder.Norm, rows);
        return torch.nn.functional.linear(normed, decoder.Unembedding.to(torch.ScalarType.Float32)).MoveToOuterDisposeScope();
    }

    /// <summary>Reads residual streams, each positions × width.</summary>
    /// <param name="residuals">The layers, the final one last.</param>
    /// <param name="firstLayer">The first one's number.</param>
    /// <param name="topK">Tokens kept.</param>
    /// <param name="withDivergence">Compute KL(last ‖ each), nats.</param>
    /// <param name="cancellationToken">Looked at between pieces.</param>
    /// <exception cref="RefusedInputException">One decodes to something that is not a number.</exception>
    public IReadOnlyList<(LayerReading Reading, float[] Divergence)> Read(
        IReadOnlyList<torch.Tensor> residuals, int firstLayer, int topK, bool withDivergence, CancellationToken cancellationToken)
    {
        var positions = checked((int)residuals[0].shape[0]);
        var read = residuals.Select((_, i) => (Reading: Empty(firstLayer + i, positions, topK), Divergence: new float[withDivergence ? positions : 0])).ToList();
        var most = (int)Math.Clamp(PieceBytes / (sizeof(double) * (long)_vocabulary), 1, positions);
        for (var start = 0; start < positions; start += most)
        {
            using var scope = torch.NewDisposeScope();
            var count = Math.Min(most, positions - start);
            var final = withDivergence ? LogProbabilities(residuals[^1].narrow(0, start, count)).Log : null;
            for (var i = 0; i < residuals.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var layerScope = torch.NewDisposeScope();
                var (log, sums) = LogProbabilities(residuals[i].narrow(0, start, count));
                Fill(read[i].Reading, start, log, sums);
                if (final is not null)
                {
                    Copy<double>(final.exp().mul(final.sub(log)).sum(-1), read[i].Divergence, start, value => (float)value);
                }
            }
        }

        foreach (var (reading, _) in read)
        {
            RequireNumbers(reading);
        }

        return read;
    }

    private (torch.Tensor Log, torch.Tensor Sums) LogProbabilities(torch.Tensor rows)
    {
        var logits = Logits(rows).to(torch.ScalarType.Float64);
        var sums = logits.logsumexp(-1, keepdim: true);
        return (logits.sub(sums), sums);
    }

    private static LayerReading Empty(int layer, int positions, int topK) => new(
        layer, FirstPosition: 0, positions, topK, new int[positions * topK], new float[positions * topK], new float[positions], new float[positions], [], [], []);

    private static void Fill(LayerReading reading, int start, torch.Tensor log, torch.Tensor sums)
    {
        var (values, ids) = log.topk(reading.TopK, -1);
        Copy<double>(values, reading.LogProbabilities, start * reading.TopK, value => (float)value);
        Copy<long, int>(ids, reading.Ids, start * reading.TopK, value => (int)value);
        Copy<double>(log.exp().mul(log).sum(-1), reading.EntropyBits, start, value => (float)(-value / Math.Log(2)));
        Copy<double>(sums, reading.LogSumExp, start, value => (float)value);
    }

    private static void Copy<T>(torch.Tensor from, float[] to, int start, Func<T, float> convert)
        where T : unmanaged => Copy<T, float>(from, to, start, convert);

    private static void Copy<T, TTo>(torch.Tensor from, TTo[] to, int start, Func<T, TTo> convert)
        where T : unmanaged
    {
        using var plain = from.cpu().contiguous();
        foreach (var value in plain.data<T>())
        {
            to[start++] = convert(value);
        }
    }

    private static void RequireNumbers(LayerReading reading)
    {
        var broken = Array.FindIndex(reading.LogSumExp, value => !float.IsFinite(value));
        if (broken >= 0)
        {
            throw new RefusedInputException(
                $"At layer {reading.Layer}, position {broken}, the checkpoint computes values that are not finite numbers: its weights are damaged.");
        }
    }
}
