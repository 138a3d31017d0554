using System.Diagnostics;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tokenization;
using TorchSharp;

namespace LogitLens.Inference;

/// <summary>One batch's way through the model. Used once.</summary>
internal sealed class BatchAnalysis
{
    private readonly LlavaModel _model;
    private readonly CheckpointConfig _config;
    private readonly CheckpointTokenizer _tokenizer;
    private readonly IReadOnlyList<PreparedInput> _inputs;
    private readonly BatchLayout _layout;
    private readonly int _answerTokens;
    private readonly BatchObserver _observer;
    private readonly LensReader _reader;
    private readonly HashSet<int> _read;
    private readonly HashSet<int> _handedOver;
    private readonly bool[] _isOut;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="RefusedInputException">Settings that this checkpoint cannot meet.</exception>
    public BatchAnalysis(
        LlavaModel model, CheckpointConfig config, CheckpointTokenizer tokenizer, IReadOnlyList<PreparedInput> inputs, LensSettings settings, int answerTokens, BatchObserver observer)
    {
        _model = model;
        _config = config;
        _tokenizer = tokenizer;
        _inputs = inputs;
        _layout = BatchLayout.Of(inputs);
        _answerTokens = answerTokens;
        _observer = observer;
        _reader = new LensReader(model.Decoder, settings);
        _read = [.. _reader.Layers];
        _handedOver = observer.OnState is null ? [] : [.. observer.HiddenLayers];
        _isOut = new bool[inputs.Count];
        var unknown = _handedOver.Where(layer => layer < 0 || layer > model.Decoder.Layers).ToList();
        if (unknown.Count > 0)
        {
            throw new RefusedInputException($"The hidden states of layer {unknown[0]} do not exist: this checkpoint's layers are 0 (emb) to {model.Decoder.Layers}.");
        }
    }

    /// <summary>What the lens took so far.</summary>
    public TimeSpan LensTime { get; private set; }

    /// <summary>Goes the whole way.</summary>
    public IReadOnlyList<Answer?> Run(CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        var decoder = _model.Decoder;
        var residual = Embed(cancellationToken);

        using var sequences = decoder.Start(_inputs.Max(input => input.Positions.Count) + Math.Max(0, _answerTokens - 1));
        var bySequence = new Dictionary<BatchLayout.Stretch, Sequence>(ReferenceEqualityComparer.Instance);
        foreach (var stretch in _layout.Stretches)
        {
            var room = _layout.Tails.Contains(stretch) ? Math.Max(0, _answerTokens - 1) : 0;
            bySequence[stretch] = sequences.Add(stretch.Rows + room, keep: _answerTokens > 1, stretch.Prefix is { } prefix ? bySequence[prefix] : null);
        }

        // Blocks beyond the last layer read matter to the answer alone.
        var last = _answerTokens > 0 ? decoder.Layers : _read.Concat(_handedOver).DefaultIfEmpty(-1).Max();
        sequences.Begin([.. _layout.Stretches.Select(stretch => (bySequence[stretch], stretch.Rows))]);
        for (var layer = 0; layer <= last; layer++)
        {
            if (!IsAnyWanted(cancellationToken))
            {
                return new Answer?[_inputs.Count];
            }

            if (layer > 0)
            {
                var next = layer < last ? layer : _answerTokens > 1 ? 0 : (int?)null;
                decoder.Apply(layer - 1, residual, sequences, next, cancellationToken);
            }

            Hand([(layer, residual)], i => 0, i => _layout.RowsOf(i));
            if (layer > 0)
            {
                _observer.OnProgress?.Invoke(new AnalysisProgress(AnalysisStage.Layers, layer, last));
            }
        }

        sequences.End();
        if (_answerTokens == 0)
        {
            return new Answer?[_inputs.Count];
        }

        var ends = _layout.Tails.Select(tail => (long)(tail.Row + tail.Rows - 1)).ToArray();
        var output = residual.index_select(0, torch.tensor(ends, device: residual.device));
        return Generate(output, sequences, [.. _layout.Tails.Select(tail => bySequence[tail])], cancellationToken);
    }

    /// <summary>The decoder's input.</summary>
    private torch.Tensor Embed(CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        _model.Decoder.Prepare();
        var features = _model.FeaturesOf(
            _layout.Pictures, (done, total) => _observer.OnProgress?.Invoke(new AnalysisProgress(AnalysisStage.Vision, done, total)), cancellationToken);
        var embedded = _layout.Stretches.Select(stretch => stretch.Picture is { } picture ? _model.Embed(stretch.Ids, features[picture]) : _model.Decoder.Embed(stretch.Ids));
        return torch.cat([.. embedded], 0).MoveToOuterDisposeScope();
    }

    /// <summary>Greedy decoding, each token fed back through the kept keys and values; then the lens over the positions that were fed back.</summary>
    private Answer?[] Generate(torch.Tensor output, SequenceBatch sequences, IReadOnlyList<Sequence> tails, CancellationToken cancellationToken)
    {
        var decoder = _model.Decoder;
        var ids = _inputs.Select(_ => new List<int>(_answerTokens)).ToArray();
        var rows = _inputs.Select(_ => new List<(int First, int Count)>(_answerTokens)).ToArray();
        var kept = _read.Union(_handedOver).Order().ToDictionary(layer => layer, _ => new List<torch.Tensor>(_answerTokens));
        var going = Enumerable.Range(0, _inputs.Count).ToList();
        var fedBack = 0;
        using var scope = torch.NewDisposeScope();
        for (var step = 1; ; step++)
        {
            if (!IsAnyWanted(cancellationToken))
            {
                return new Answer?[_inputs.Count];
            }

            var tokens = decoder.NextTokens(output);
            var next = new List<int>(going.Count);
            for (var row = 0; row < going.Count; row++)
            {
                var input = going[row];
                ids[input].Add(tokens[row]);
                if (!_isOut[input] && step < _answerTokens && !_config.EndOfTextIds.Contains(tokens[row]))
                {
                    next.Add(input);
                }
            }

            _observer.OnProgress?.Invoke(new AnalysisProgress(AnalysisStage.Answer, step, _answerTokens));
            going = next;
            if (going.Count == 0)
            {
                break;
            }

            foreach (var input in going)
            {
                rows[input].Add((fedBack++, 1));
            }

            output = decoder.Embed([.. going.Select(input => ids[input][^1])]);
            sequences.Begin([.. going.Select(input => (tails[input], 1))]);
            for (var layer = 0; layer <= decoder.Layers; layer++)
            {
                if (layer > 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    decoder.Apply(layer - 1, output, sequences, layer % decoder.Layers, cancellationToken);
                }

                if (kept.TryGetValue(layer, out var layerRows))
                {
                    layerRows.Add(output.clone());
                }
            }

            sequences.End();
        }

        if (fedBack > 0)
        {
            // Few rows of one layer would read the whole unembedding for little; several layers share it.
            foreach (var some in kept.Chunk(Math.Max(1, LensReader.MostRows / fedBack)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var someScope = torch.NewDisposeScope();
                Hand([.. some.Select(one => (one.Key, torch.cat(one.Value, 0)))], i => _inputs[i].Positions.Count, i => rows[i].ToArray());
            }
        }

        return [.. ids.Select((answer, i) => _isOut[i] ? null : new Answer(answer, _tokenizer.Decode(answer, skipSpecialTokens: true).Trim()))];
    }

    /// <summary>Deals out what is read, and what was asked for of the residual streams themselves.</summary>
    private void Hand(IReadOnlyList<(int Layer, torch.Tensor Residual)> layers, Func<int, int> firstPosition, Func<int, (int First, int Count)[]> rowsOf)
    {
        var read = layers.Where(one => _read.Contains(one.Layer)).ToList();
        if (read.Count > 0)
        {
            var began = Stopwatch.GetTimestamp();
            var rows = _reader.ReadRows(read);
            LensTime += Stopwatch.GetElapsedTime(began);
            var above = 0;
            foreach (var (layer, residual) in read)
            {
                var first = above;
                ForEachIn(rowsOf, (input, stretches) => _observer.OnReading(
                    input, rows.Slice(layer, firstPosition(input), [.. stretches.Select(stretch => (first + stretch.First, stretch.Count))])));
                above += (int)residual.shape[0];
            }
        }

        foreach (var (layer, residual) in layers.Where(one => _handedOver.Contains(one.Layer)))
        {
            HandState(residual, layer, firstPosition, rowsOf);
        }
    }

    private void HandState(torch.Tensor residual, int layer, Func<int, int> firstPosition, Func<int, (int First, int Count)[]> rowsOf)
    {
        using var scope = torch.NewDisposeScope();
        var width = (int)residual.shape[1];
        var values = residual.to(torch.ScalarType.Float32).cpu().contiguous();
        ForEachIn(rowsOf, (input, stretches) =>
        {
            var all = TensorMemory.AsSpan(values);
            var state = new float[stretches.Sum(stretch => stretch.Count) * width];
            var at = 0;
            foreach (var (first, count) in stretches)
            {
                all.Slice(first * width, count * width).CopyTo(state.AsSpan(at));
                at += count * width;
            }

            _observer.OnState!(input, new HiddenState(layer, firstPosition(input), state.Length / width, width, state));
        });
    }

    private void ForEachIn(Func<int, (int First, int Count)[]> rowsOf, Action<int, (int First, int Count)[]> action)
    {
        for (var input = 0; input < _inputs.Count; input++)
        {
            var stretches = _isOut[input] ? [] : rowsOf(input);
            if (stretches.Length == 0)
            {
                continue;
            }

            try
            {
                action(input, stretches);
            }
            catch (RefusedInputException refused) when (_observer.OnRefused is { } onRefused)
            {
                _isOut[input] = true;
                onRefused(input, refused);
            }
        }
    }

    private bool IsAnyWanted(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (var input = 0; input < _isOut.Length; input++)
        {
            _isOut[input] |= _observer.IsWanted is { } isWanted && !isWanted(input);
        }

        return Array.Exists(_isOut, isOut => !isOut);
    }
}
