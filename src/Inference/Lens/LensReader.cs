using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Lens;

/// <summary>
/// The logit lens (nostalgebraist 2020): a residual stream read with the model's own final norm and unembedding. Works in blocks of positions, so
/// that no layer's full logits exist at once, and keeps one buffer for all layers of an analysis.
/// </summary>
internal sealed class LensReader : IDisposable
{
    /// <summary>Bytes of logits that exist at once.</summary>
    internal const long BlockBytes = 32L << 20;

    private readonly Decoder _decoder;
    private readonly LensSettings _settings;
    private readonly int[] _tracked;
    private readonly int _vocabulary;
    private readonly torch.Device _device;
    private torch.Tensor? _logits;
    private torch.Tensor? _onCpu;

    /// <summary>Prepares to read with one analysis's settings.</summary>
    /// <exception cref="RefusedInputException">Settings that this checkpoint cannot meet.</exception>
    public LensReader(Decoder decoder, LensSettings settings)
    {
        _decoder = decoder;
        _settings = settings;
        _tracked = settings.TrackedTokens?.ToArray() ?? [];
        _vocabulary = checked((int)decoder.Unembedding.shape[1]);
        _device = decoder.Unembedding.device;
        if (settings.TopK is < 1 or > LensSettings.MaxTopK || settings.TopK > _vocabulary)
        {
            throw new RefusedInputException($"{settings.TopK} tokens per position were asked for: choose 1 to {Math.Min(LensSettings.MaxTopK, _vocabulary)}.");
        }

        foreach (var id in _tracked)
        {
            if (id < 0 || id >= _vocabulary)
            {
                throw new RefusedInputException($"The tracked token {id} does not exist: this checkpoint's tokens are 0 to {_vocabulary - 1}.");
            }
        }

        Layers = settings.Layers?.ToArray() ?? [.. Enumerable.Range(0, decoder.Layers + 1)];
        for (var i = 0; i < Layers.Count; i++)
        {
            if (Layers[i] < 0 || Layers[i] > decoder.Layers || (i > 0 && Layers[i] <= Layers[i - 1]))
            {
                throw new RefusedInputException(
                    $"The layers [{string.Join(", ", Layers)}] cannot be read: name each once, in ascending order, from 0 (emb) to {decoder.Layers}.");
            }
        }
    }

    /// <summary>The layers read, ascending.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>Reads the residual stream (positions × width) as it stands after <paramref name="layer"/> blocks.</summary>
    /// <exception cref="RefusedInputException">It decodes to something that is not a number.</exception>
    public LayerReading Read(torch.Tensor residual, int layer, int firstPosition)
    {
        var positions = checked((int)residual.shape[0]);
        var reading = new LayerReading(
            layer,
            firstPosition,
            positions,
            _settings.TopK,
            new int[positions * _settings.TopK],
            new float[positions * _settings.TopK],
            new float[positions],
            new float[positions],
            _tracked,
            new float[positions * _tracked.Length],
            new int[positions * _tracked.Length]);

        var most = (int)Math.Clamp(BlockBytes / (_vocabulary * sizeof(float)), 1, positions);

        // Blocks of one size: a short last one would multiply as slowly as a long one.
        var blocks = (positions + most - 1) / most;
        var rows = (positions + blocks - 1) / blocks;
        for (var start = 0; start < positions; start += rows)
        {
            using var scope = torch.NewDisposeScope();
            var count = Math.Min(rows, positions - start);
            var logits = Logits(residual.narrow(0, start, count), layer, rows);
            Scan(logits, start, count, reading);
        }

        var broken = Array.FindIndex(reading.LogSumExp, value => !float.IsFinite(value));
        if (broken >= 0)
        {
            throw new RefusedInputException(
                $"At layer {layer}, position {firstPosition + broken}, the checkpoint computes values that are not finite numbers: its weights are damaged, or too large for the device's number type (choose the device cpu).");
        }

        return reading;
    }

    public void Dispose()
    {
        _logits?.Dispose();
        _onCpu?.Dispose();
    }

    /// <summary>rows × vocabulary in the reader's own buffer, fp32 on the CPU.</summary>
    private torch.Tensor Logits(torch.Tensor residual, int layer, int rows)
    {
        var normed = _decoder.Norm.Forward(residual);
        if (_settings.Legacy && layer == _decoder.Layers)
        {
            normed = _decoder.Norm.Forward(normed);
        }

        if (_logits is null || _logits.shape[0] < rows)
        {
            _logits?.Dispose();
            _logits = torch.empty([rows, _vocabulary], dtype: residual.dtype, device: _device).DetachFromDisposeScope();
        }

        // β = 0: what the buffer held is overwritten, not read.
        var logits = _logits.narrow(0, 0, residual.shape[0]).addmm_(normed, _decoder.Unembedding, 0, 1);
        if (_device.type == DeviceType.CPU)
        {
            return logits;
        }

        if (_onCpu is null || _onCpu.shape[0] < rows)
        {
            _onCpu?.Dispose();
            _onCpu = torch.empty([rows, _vocabulary], dtype: torch.ScalarType.Float32).DetachFromDisposeScope();
        }

        return _onCpu.narrow(0, 0, residual.shape[0]).copy_(logits);
    }

    private unsafe void Scan(torch.Tensor logits, int start, int count, LayerReading reading)
    {
        fixed (float* values = TensorMemory.AsSpan(logits))
        {
            var address = (nint)values;

            // Row by row, not one share per worker: torch's own threads still spin after a multiplication and may hold a worker up.
            Parallel.For(0, count, row => ReadRow(new ReadOnlySpan<float>((float*)address + ((long)row * _vocabulary), _vocabulary), start + row, reading));
        }
    }

    private void ReadRow(ReadOnlySpan<float> logits, int position, LayerReading reading)
    {
        var k = reading.TopK;
        var finite = LogitScan.Read(
            logits,
            reading.Ids.AsSpan(position * k, k),
            reading.LogProbabilities.AsSpan(position * k, k),
            out reading.LogSumExp[position],
            out reading.EntropyBits[position]);
        if (!finite)
        {
            reading.LogSumExp[position] = float.NaN;
        }

        for (var i = 0; i < _tracked.Length; i++)
        {
            var at = (position * _tracked.Length) + i;
            var logit = logits[_tracked[i]];
            reading.TrackedLogProbabilities[at] = logit - reading.LogSumExp[position];
            reading.TrackedRanks[at] = 1 + LogitScan.CountGreater(logits, logit);
        }
    }
}
