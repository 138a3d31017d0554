using System.Runtime.InteropServices;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Memory for the weights of one block, filled with one block after another; a second block, as stored, is read ahead meanwhile on a thread of its own.</summary>
/// <remarks>Neither memory is ever given back before the end: pages that were touched once are several times as fast as fresh ones.</remarks>
internal sealed unsafe class WeightSlot : IDisposable
{
    // Numbers that one worker converts at a time, and that are read at a time.
    private const int Share = 1 << 20;
    private const int NoBlock = -1;

    private readonly WeightStore _store;
    private readonly Func<int, string> _nameOf;
    private readonly int _blocks;
    private readonly List<Part> _parts = [];
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly SemaphoreSlim _read = new(0);
    private readonly Thread _thread;
    private byte* _stored;
    private int _reading = NoBlock;
    private int _held = NoBlock;
    private volatile bool _isEnding;
    private Exception? _failure;

    /// <summary>Makes a slot.</summary>
    /// <param name="store">Where the weights are read; stays the caller's, and open as long as the slot.</param>
    /// <param name="blocks">How many blocks there are, all alike.</param>
    /// <param name="nameOf">What the keys of a block's weights begin with.</param>
    public WeightSlot(WeightStore store, int blocks, Func<int, string> nameOf)
    {
        _store = store;
        _blocks = blocks;
        _nameOf = nameOf;
        _thread = new Thread(ReadAhead) { Name = "LogitLens weights", IsBackground = true };
    }

    /// <summary>Bytes read and converted so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Gives the weights of the first block's keys a place. All places are given before the first block is wanted.</summary>
    /// <param name="keys">Keys of block 0, one below the other in the tensor.</param>
    /// <param name="onCpu">Where they are converted to, fp32.</param>
    /// <param name="onDevice">Where they are multiplied, if that is elsewhere.</param>
    public void Add(ReadOnlySpan<string> keys, torch.Tensor onCpu, torch.Tensor? onDevice)
    {
        long first = 0;
        foreach (var key in keys)
        {
            var elements = _store.TensorOf(key).Elements;
            _parts.Add(new Part(key[_nameOf(0).Length..], onCpu, first, elements, onDevice));
            first += elements;
        }
    }

    /// <summary>Starts reading a block, unless it is being read or in place already. What was read ahead and not taken is lost.</summary>
    public void Prepare(int block)
    {
        if (_held == block || _reading == block)
        {
            return;
        }

        if (_reading != NoBlock)
        {
            _read.Wait();
        }

        Start(block);
    }

    /// <summary>Fills the slot with a block.</summary>
    /// <exception cref="RefusedInputException">The files can no longer be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while it was waited for.</exception>
    public void Take(int block, CancellationToken cancellationToken)
    {
        if (_held == block)
        {
            return;
        }

        var isAhead = _reading == block;
        Prepare(block);
        _read.Wait(cancellationToken);
        if (_failure is not null && isAhead)
        {
            // What failed ahead may have been read for an earlier analysis, and the file been restored since.
            Start(block);
            _read.Wait(cancellationToken);
        }

        _reading = NoBlock;
        if (_failure is { } failure)
        {
            _failure = null;
            throw failure is RefusedInputException ? new RefusedInputException(failure.Message, failure) : new InvalidOperationException("A block could not be read.", failure);
        }

        _held = NoBlock;
        Convert(block);
        _held = block;
    }

    public void Dispose()
    {
        _isEnding = true;
        _wanted.Release();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        NativeMemory.AlignedFree(_stored);
        _stored = null;
        _wanted.Dispose();
        _read.Dispose();
    }

    private string KeyOf(Part part, int block) => _nameOf(block) + part.Suffix;

    private void Start(int block)
    {
        if (_stored is null)
        {
            var most = Enumerable.Range(0, _blocks).Max(i => _parts.Sum(part => Padded(_store.TensorOf(KeyOf(part, i)))));
            _stored = (byte*)NativeMemory.AlignedAlloc((nuint)most, TensorMemory.LargePage);
            TensorMemory.PreferLargePages(_stored, most);
            _thread.Start();
        }

        _failure = null;
        _reading = block;
        _wanted.Release();
    }

    private void ReadAhead()
    {
        while (true)
        {
            _wanted.Wait();
            if (_isEnding)
            {
                return;
            }

            try
            {
                Read(_reading);
            }
            catch (Exception exception)
            {
                // Belongs to whoever takes the block.
                _failure = exception;
            }

            _read.Release();
        }
    }

    private void Read(int block)
    {
        var place = _stored;
        foreach (var part in _parts)
        {
            var key = KeyOf(part, block);
            var tensor = _store.TensorOf(key);
            for (long first = 0; first < tensor.Elements && !_isEnding; first += Share)
            {
                var count = (int)Math.Min(Share, tensor.Elements - first);
                _store.ReadStored(key, first, new Span<byte>(place + (first * tensor.ElementSize), count * tensor.ElementSize));
            }

            place += Padded(tensor);
        }
    }

    private void Convert(int block)
    {
        var shares = new List<(StoredTensor Tensor, nint From, nint To, int Count)>();
        var place = _stored;
        foreach (var part in _parts)
        {
            var tensor = _store.TensorOf(KeyOf(part, block));
            var to = TensorMemory.Address(part.OnCpu) + (nint)(part.First * sizeof(float));
            for (long first = 0; first < tensor.Elements; first += Share)
            {
                shares.Add((tensor, (nint)place + (nint)(first * tensor.ElementSize), to + (nint)(first * sizeof(float)), (int)Math.Min(Share, tensor.Elements - first)));
            }

            place += Padded(tensor);
            BytesRead += tensor.End - tensor.Begin;
        }

        Parallel.ForEach(shares, share => SafetensorsFile.Widen(
            share.Tensor,
            new ReadOnlySpan<byte>((void*)share.From, share.Count * share.Tensor.ElementSize),
            new Span<float>((void*)share.To, share.Count)));
        foreach (var part in _parts)
        {
            part.OnDevice?.copy_(part.OnCpu);
        }
    }

    private static long Padded(StoredTensor tensor) => (tensor.End - tensor.Begin + 63) & ~63L;

    private sealed record Part(string Suffix, torch.Tensor OnCpu, long First, long Elements, torch.Tensor? OnDevice);
}
