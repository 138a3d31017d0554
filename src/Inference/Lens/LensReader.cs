using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Lens;

/// <summary>
/// The logit lens (nostalgebraist 2020): a residual stream read with the model's own final norm and unembedding. All rows meet the vocabulary piece by
/// piece: the unembedding is read once for all of them, and a piece's logits are scanned while they are still in the cache.
/// </summary>
internal sealed class LensReader
{
    /// <summary>Bytes of logits that exist at once.</summary>
    internal const long PieceBytes = 16L << 20;

    /// <summary>More rows than this make pieces too narrow to multiply well.</summary>
    internal const int MostRows = 2560;

    private readonly Decoder _decoder;
    private readonly LensSettings _settings;
    private readonly int[] _tracked;
    private readonly int _vocabulary;

    /// <summary>Prepares to read with one run's settings.</summary>
    /// <exception cref="RefusedInputException">Settings that this checkpoint cannot meet.</exception>
    public LensReader(Decoder decoder, LensSettings settings)
    {
        _decoder = decoder;
        _settings = settings;
        _tracked = settings.TrackedTokens?.ToArray() ?? [];
        _vocabulary = checked((int)decoder.Unembedding.shape[0]);
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
    public LayerReading Read(torch.Tensor residual, int layer, int firstPosition) =>
        ReadRows(residual, layer).Slice(layer, firstPosition, (0, checked((int)residual.shape[0])));

    /// <summary>Reads all rows of a residual stream, whichever sequences they belong to.</summary>
    public LensRows ReadRows(torch.Tensor residual, int layer) => ReadRows([(layer, residual)]);

    /// <summary>Reads all rows of several layers' residual streams, the layers one below the other: few rows of many layers are one product.</summary>
    public LensRows ReadRows(IReadOnlyList<(int Layer, torch.Tensor Residual)> layers)
    {
        using var scope = torch.NewDisposeScope();
        var each = layers.Select(one => Norm(one.Residual, one.Layer)).ToList();
        var normed = each.Count == 1 ? each[0] : torch.cat(each, 0);
        var count = checked((int)normed.shape[0]);
        var rows = new LensRows(count, _settings.TopK, _tracked);

        // Pieces of one size: a short last one would multiply as slowly as a long one.
        var blocks = (count + MostRows - 1) / MostRows;
        var block = (count + blocks - 1) / blocks;
        for (var start = 0; start < count; start += block)
        {
            Read(normed.narrow(0, start, Math.Min(block, count - start)), start, rows);
        }

        return rows;
    }

    private torch.Tensor Norm(torch.Tensor residual, int layer)
    {
        var normed = _decoder.Norm.Forward(residual);
        return _settings.Legacy && layer == _decoder.Layers ? _decoder.Norm.Forward(normed) : normed;
    }

    private void Read(torch.Tensor normed, int start, LensRows rows)
    {
        var count = checked((int)normed.shape[0]);
        var most = (int)Math.Clamp(PieceBytes / (count * sizeof(float)), 256, _vocabulary);
        var pieces = (_vocabulary + most - 1) / most;
        var piece = (_vocabulary + pieces - 1) / pieces;

        // A rank counts what is greater in every piece, so the tracked tokens' own logits are wanted before the first; the same product again is the same to the bit.
        foreach (var tracked in _tracked.Select(id => id / piece).Distinct())
        {
            Scan(normed, tracked * piece, piece, (logits, row) => rows.Track(logits, tracked * piece, start + row));
        }

        for (var first = 0; first < _vocabulary; first += piece)
        {
            var from = first;
            Scan(normed, from, piece, (logits, row) => rows.Add(logits, from, start + row));
        }

        ForRows(count, row => rows.Finish(start + row));
    }

    /// <summary>Computes one piece's logits and hands them over row by row, from several threads.</summary>
    private unsafe void Scan(torch.Tensor normed, int first, int piece, RowAction action)
    {
        using var scope = torch.NewDisposeScope();
        var width = Math.Min(piece, _vocabulary - first);
        var logits = MatrixProduct.Multiply(normed, _decoder.Unembedding.narrow(0, first, width), bias: null);
        if (logits.device_type != DeviceType.CPU)
        {
            logits = logits.to(torch.ScalarType.Float32).cpu();
        }

        fixed (float* values = TensorMemory.AsSpan(logits))
        {
            var address = (nint)values;
            ForRows((int)normed.shape[0], row => action(new ReadOnlySpan<float>((float*)address + ((long)row * width), width), row));
        }
    }

    private static void ForRows(int count, Action<int> action) => Workers.ForRows(count, (first, end) =>
    {
        for (var row = first; row < end; row++)
        {
            action(row);
        }
    });

    private delegate void RowAction(ReadOnlySpan<float> logits, int row);
}
