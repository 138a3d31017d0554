using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tracing;

/// <summary>
/// One picture and one prompt under experiments: passes through the decoder by plain operations, where attention can be looked at and cut, embeddings replaced, and
/// gradients taken. From <see cref="LensEngine.Trace"/>. Not safe for two calls at once.
/// </summary>
/// <remarks>Computes in fp32 on every device, one sequence at a time, with resident or streamed weights (docs/adr/0022).</remarks>
public sealed class Tracer : IDisposable
{
    private readonly Decoder _decoder;
    private readonly TextConfig _config;
    private readonly PlainLens _lens;
    private readonly torch.Tensor _embeddings;
    private readonly int _vocabulary;

    private Tracer(Decoder decoder, TextConfig config, PreparedInput input, torch.Tensor embeddings)
    {
        _decoder = decoder;
        _config = config;
        _lens = new PlainLens(decoder);
        _embeddings = embeddings;
        _vocabulary = checked((int)decoder.Unembedding.shape[0]);
        Positions = input.Positions;
        Visual = Measure(embeddings, [.. input.Positions.Index().Where(position => position.Item.Kind == PositionKind.Patch).Select(position => position.Index)]);
    }

    /// <summary>The input sequence, P positions.</summary>
    public IReadOnlyList<InputPosition> Positions { get; }

    /// <summary>The embeddings at the picture's patches.</summary>
    public VisualEmbeddings Visual { get; }

    /// <summary>The model's own computation, or with one thing changed.</summary>
    /// <param name="intervention">What is changed; null for nothing.</param>
    /// <param name="observer">Who is told; null for nobody.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <exception cref="RefusedInputException">Blocks or positions that do not exist, a query left with nothing to see, or not enough memory.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TracedOutput Run(Intervention? intervention, TraceObserver? observer, CancellationToken cancellationToken)
    {
        Check(intervention);
        CheckTopK(observer);
        var keepsLayers = observer?.WantsLayers == true;
        TraceMemory.Require($"A pass over {Positions.Count} positions", TraceMemory.OfPass(_config, Positions.Count, keepsLayers), FreeMemory.Read());
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var sight = new Sight(_config, Positions.Count, _embeddings.device, intervention as Knockout);
        var residual = Embed(intervention as Ablation);
        var layers = new List<torch.Tensor> { residual };
        for (var block = 1; block <= _config.Layers; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            residual = Apply(block, residual, sight, observer, cancellationToken);
            if (!keepsLayers)
            {
                layers[0].Dispose();
                layers.Clear();
            }

            layers.Add(residual);
            observer?.OnBlock?.Invoke(block);
        }

        if (keepsLayers)
        {
            foreach (var (reading, divergence) in _lens.Read(layers, firstLayer: 0, observer!.TopK, observer.OnDivergence is not null, cancellationToken))
            {
                observer.OnReading?.Invoke(reading);
                observer.OnDivergence?.Invoke(reading.Layer, divergence);
            }
        }

        return new TracedOutput(Numbers(residual), RequireNumbers(Numbers(_lens.Logits(residual.narrow(0, Positions.Count - 1, 1)))));
    }

    /// <summary>
    /// How much each position has to do with a token's logit at the last position, by attention and its gradient (Chefer et al. 2021): R ← R + mean over heads of
    /// max(0, ∂logit/∂A · A) · R in every block, from R = I; the last position's row of R − I.
    /// </summary>
    /// <remarks>
    /// The row is all that is wanted, so it is multiplied from the last block down: each block is computed again from its kept input, its gradients taken and
    /// forgotten. Streamed weights are read twice, and no more than one block's attention is in memory.
    /// </remarks>
    /// <param name="token">The token's id.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <returns>P values, 0 or more.</returns>
    /// <exception cref="RefusedInputException">A token that does not exist, or not enough memory.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[] Relevancy(int token, CancellationToken cancellationToken)
    {
        if (token < 0 || token >= _vocabulary)
        {
            throw new RefusedInputException($"The token {token} does not exist: this checkpoint's tokens are 0 to {_vocabulary - 1}.");
        }

        TraceMemory.Require($"Relevancy over {Positions.Count} positions and {_config.Heads} heads", TraceMemory.OfRelevancy(_config, Positions.Count), FreeMemory.Read());
        using var scope = torch.NewDisposeScope();
        using var sight = new Sight(_config, Positions.Count, _embeddings.device, knockout: null);
        var inputs = Inputs(sight, cancellationToken);
        var gradient = GradientOfLogit(inputs[_config.Layers], token);
        var last = Positions.Count - 1;
        var row = torch.zeros(1, Positions.Count, device: _embeddings.device);
        row[0, last] = 1f;
        for (var block = _config.Layers; block > 0; block--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (map, before) = Backward(block, inputs[block - 1], gradient, sight, cancellationToken);
            using (map)
            {
                row = row.add(row.matmul(map));
            }

            gradient.Dispose();
            inputs[block].Dispose();
            gradient = before;
        }

        var values = Numbers(row);
        values[last] -= 1;
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => _embeddings.Dispose();

    internal static Tracer Start(LlavaModel model, TextConfig config, PreparedInput input, CancellationToken cancellationToken)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        model.Decoder.Prepare();
        var features = model.FeaturesOf([input.Picture], onStep: null, cancellationToken)[0];
        var embeddings = model.Embed([.. input.Positions.Select(position => position.Id)], features).to(torch.ScalarType.Float32);
        return new Tracer(model.Decoder, config, input, embeddings.DetachFromDisposeScope());
    }

    private static VisualEmbeddings Measure(torch.Tensor embeddings, int[] patches)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var visual = embeddings.index_select(0, torch.tensor([.. patches.Select(patch => (long)patch)], device: embeddings.device));
        var norms = Numbers(visual.norm(-1, p: 2f));
        var mean = norms.Average(norm => (double)norm);
        var limit = mean + (2 * Math.Sqrt(norms.Sum(norm => (norm - mean) * (norm - mean)) / Math.Max(1, norms.Length - 1)));
        return new VisualEmbeddings(patches, Numbers(visual.mean([0])), norms, [.. patches.Where((_, i) => norms[i] > limit)]);
    }

    private void Check(Intervention? intervention)
    {
        switch (intervention)
        {
            case Knockout knockout:
                foreach (var block in knockout.Blocks.Where(block => block < 1 || block > _config.Layers))
                {
                    throw new RefusedInputException($"The knockout names block {block}, but this checkpoint's blocks are 1 to {_config.Layers}.");
                }

                CheckPositions("knockout", knockout.Queries.Concat(knockout.Keys));
                break;
            case Ablation ablation:
                CheckPositions("ablation", ablation.Positions);
                break;
        }
    }

    private void CheckPositions(string what, IEnumerable<int> positions)
    {
        foreach (var position in positions.Where(position => position < 0 || position >= Positions.Count))
        {
            throw new RefusedInputException($"The {what} names position {position}, but this prompt's positions are 0 to {Positions.Count - 1}.");
        }
    }

    private void CheckTopK(TraceObserver? observer)
    {
        var most = Math.Min(LensSettings.MaxTopK, _vocabulary);
        if (observer is not null && (observer.TopK < 1 || observer.TopK > most))
        {
            throw new RefusedInputException($"{observer.TopK} tokens per position were asked for: choose 1 to {most}.");
        }
    }

    /// <summary>The decoder's input, positions × width: a new tensor.</summary>
    private torch.Tensor Embed(Ablation? ablation)
    {
        var embedded = _embeddings.clone();
        if (ablation is { Positions.Count: > 0 })
        {
            using var scope = torch.NewDisposeScope();
            var with = ablation.Replacement == Replacement.Mean
                ? TensorMemory.From([.. Visual.Mean], 1, _config.HiddenSize).to(embedded.device)
                : torch.zeros(1, _config.HiddenSize, device: embedded.device);
            foreach (var position in ablation.Positions)
            {
                embedded.narrow(0, position, 1).copy_(with);
            }
        }

        return embedded;
    }

    private torch.Tensor Apply(int block, torch.Tensor residual, Sight sight, TraceObserver? observer, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor? result = null;
        sight.Enter(block);
        _decoder.Lend(
            block - 1,
            block < _config.Layers ? block : 0,
            weights =>
            {
                Action<int, torch.Tensor>? onHead = observer?.OnAttention is { } onAttention
                    ? (head, map) => onAttention(new AttentionMap(block, head, Positions.Count, Numbers(map)))
                    : null;
                var (after, output) = PlainBlock.Forward(weights, _config, residual, sight, onHead);
                result = output;
                if (observer?.OnAfterAttention is { } onAfterAttention)
                {
                    onAfterAttention(_lens.Read([after], block, Math.Min(TraceObserver.AfterAttentionTopK, _vocabulary), withDivergence: false, cancellationToken)[0].Reading);
                }
            },
            cancellationToken);
        return result!.MoveToOuterDisposeScope();
    }

    /// <summary>What goes into each block, and what comes out of the last.</summary>
    private List<torch.Tensor> Inputs(Sight sight, CancellationToken cancellationToken)
    {
        using var noGradients = torch.no_grad();
        var inputs = new List<torch.Tensor>(_config.Layers + 1) { Embed(ablation: null) };
        for (var block = 1; block <= _config.Layers; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            inputs.Add(Apply(block, inputs[^1], sight, observer: null, cancellationToken));
        }

        return inputs;
    }

    private torch.Tensor GradientOfLogit(torch.Tensor final, int token)
    {
        using var gradients = torch.enable_grad();
        using var scope = torch.NewDisposeScope();
        var leaf = final.detach().requires_grad_(true);
        var normed = PlainBlock.Norm(_decoder.Norm, leaf.narrow(0, Positions.Count - 1, 1));
        var logit = normed.mul(_decoder.Unembedding.narrow(0, token, 1).to(torch.ScalarType.Float32)).sum();
        RequireNumbers(Numbers(logit.detach().view(1)));
        return torch.autograd.grad([logit], [leaf])[0].MoveToOuterDisposeScope();
    }

    /// <summary>One block back: the mean over heads of max(0, gradient · attention), P × P, and the logit's gradient with respect to the block's input.</summary>
    private (torch.Tensor Map, torch.Tensor Before) Backward(int block, torch.Tensor input, torch.Tensor gradient, Sight sight, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        (torch.Tensor Map, torch.Tensor Before) result = default;
        sight.Enter(block);
        _decoder.Lend(
            block - 1,
            block > 1 ? block - 2 : 0,
            weights =>
            {
                using var gradients = torch.enable_grad();
                var maps = new List<torch.Tensor>(_config.Heads);
                try
                {
                    var leaf = input.detach().requires_grad_(true);
                    var (_, output) = PlainBlock.Forward(weights, _config, leaf, sight, (_, map) => maps.Add(map.DetachFromDisposeScope()));
                    var found = torch.autograd.grad([output], [leaf, .. maps], [gradient]);
                    using var noGradients = torch.no_grad();
                    var sum = torch.zeros(Positions.Count, Positions.Count, device: gradient.device);
                    for (var head = 0; head < maps.Count; head++)
                    {
                        using var headScope = torch.NewDisposeScope();
                        sum.add_(found[head + 1].mul(maps[head].detach()).relu().to(sum.device));
                    }

                    result = (sum.div_(maps.Count).MoveToOuterDisposeScope(), found[0].MoveToOuterDisposeScope());
                }
                finally
                {
                    foreach (var map in maps)
                    {
                        map.Dispose();
                    }
                }
            },
            cancellationToken);
        return result;
    }

    private static float[] Numbers(torch.Tensor tensor)
    {
        using var plain = tensor.detach().cpu().contiguous();
        return TensorMemory.AsSpan(plain).ToArray();
    }

    private static float[] RequireNumbers(float[] values) => Array.TrueForAll(values, float.IsFinite)
        ? values
        : throw new RefusedInputException("At the last position the checkpoint computes values that are not finite numbers: its weights are damaged.");
}
