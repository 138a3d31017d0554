using System.Runtime.InteropServices;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>
/// Memory for the weights of one block, filled with one block after another; another block, as stored, is read ahead meanwhile on a thread of its own. A block
/// that few rows go through stays as stored, and is multiplied so.
/// </summary>
/// <remarks>No memory is given back before the end: pages that were touched once are several times as fast as fresh ones.</remarks>
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

    // What is read ahead goes into the first; the second is what a block stays in that is held as stored.
    private byte* _stored;
    private byte* _heldStored;
    private volatile Reading? _reading;
    private int _held = NoBlock;
    private volatile bool _isEnding;

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
    /// <returns>The same weights as they are stored; null where they are no matrix on the CPU.</returns>
    public StoredMatrix? Add(ReadOnlySpan<string> keys, torch.Tensor onCpu, torch.Tensor? onDevice)
    {
        long first = 0;
        var matrix = onCpu.dim() == 2 && onDevice is null ? new StoredMatrix(checked((int)onCpu.shape[0]), checked((int)onCpu.shape[1])) : null;
        foreach (var key in keys)
        {
            var elements = _store.TensorOf(key).Elements;
            _parts.Add(new Part(key[_nameOf(0).Length..], onCpu, first, elements, onDevice, matrix));
            first += elements;
        }

        return matrix;
    }

    /// <summary>Starts reading a block, unless it is being read or in place already. What was read ahead and not taken is lost.</summary>
    public void Prepare(int block)
    {
        if (_held == block || _reading?.Block == block)
        {
            return;
        }

        if (_reading is { } other)
        {
            other.Abandon();
            _read.Wait();
        }

        Start(block);
    }

    /// <summary>Fills the slot with a block.</summary>
    /// <param name="block">Which.</param>
    /// <param name="isForFewRows">At most <see cref="StoredProduct.MostRows"/> rows will go through it: its matrices stay as stored.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    /// <exception cref="RefusedInputException">The files can no longer be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while it was waited for.</exception>
    public void Take(int block, bool isForFewRows, CancellationToken cancellationToken)
    {
        // What is converted serves few rows as well.
        var asStored = isForFewRows && StoredProduct.IsSupported;
        if (_held == block && (asStored || !_parts.Exists(part => part.Matrix is { IsHeld: true })))
        {
            return;
        }

        if (_held == block)
        {
            _held = NoBlock;
        }

        var isAhead = _reading?.Block == block;
        Prepare(block);
        var reading = Await(cancellationToken);
        if (reading.Failure is not null && isAhead)
        {
            // What failed ahead may have been read for an earlier analysis, and the file been restored since.
            Start(block);
            reading = Await(cancellationToken);
        }

        _reading = null;
        if (reading.Failure is { } failure)
        {
            throw failure is RefusedInputException ? new RefusedInputException(failure.Message, failure) : new InvalidOperationException("A block could not be read.", failure);
        }

        _held = NoBlock;
        Fill(block, asStored);
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
        NativeMemory.AlignedFree(_heldStored);
        _stored = null;
        _heldStored = null;
        _wanted.Dispose();
        _read.Dispose();
    }

    private string KeyOf(Part part, int block) => _nameOf(block) + part.Suffix;

    private void Start(int block)
    {
        if (!_thread.IsAlive)
        {
            _stored = Allocate();
            _thread.Start();
        }

        var pieces = new List<Piece>();
        var place = (nint)_stored;
        foreach (var part in _parts)
        {
            var key = KeyOf(part, block);
            var tensor = _store.TensorOf(key);
            for (long first = 0; first < tensor.Elements; first += Share)
            {
                pieces.Add(new Piece(key, first, place + (nint)(first * tensor.ElementSize), (int)Math.Min(Share, tensor.Elements - first) * tensor.ElementSize));
            }

            place += (nint)Padded(tensor);
        }

        _reading = new Reading(block, [.. pieces]);
        _wanted.Release();
    }

    /// <summary>Nothing else is left to do: whoever waits reads as well.</summary>
    private Reading Await(CancellationToken cancellationToken)
    {
        var reading = _reading!;
        Read(reading);
        _read.Wait(cancellationToken);
        return reading;
    }

    private byte* Allocate()
    {
        var most = Enumerable.Range(0, _blocks).Max(i => _parts.Sum(part => Padded(_store.TensorOf(KeyOf(part, i)))));
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)most, TensorMemory.LargePage);
        TensorMemory.PreferLargePages(memory, most);
        return memory;
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

            // Null where whoever wanted it was faster.
            if (_reading is { } reading)
            {
                Read(reading);
            }
        }
    }

    private void Read(Reading reading)
    {
        while (reading.Next() is { } piece)
        {
            try
            {
                if (reading.IsWanted && !_isEnding)
                {
                    _store.ReadStored(piece.Key, piece.First, new Span<byte>((void*)piece.To, piece.Bytes));
                }
            }
            catch (Exception exception)
            {
                // Belongs to whoever takes the block.
                reading.Failure = exception;
            }

            if (reading.IsLast())
            {
                _read.Release();
            }
        }
    }

    /// <summary>Converts what was read; or only its vectors, and lets the matrices be where they are.</summary>
    private void Fill(int block, bool asStored)
    {
        foreach (var part in _parts)
        {
            part.Matrix?.Release();
        }

        var shares = new List<(StoredTensor Tensor, nint From, nint To, int Count)>();
        var matrices = new Dictionary<StoredMatrix, List<StoredMatrix.Part>>();
        var place = _stored;
        foreach (var part in _parts)
        {
            var tensor = _store.TensorOf(KeyOf(part, block));
            if (asStored && part.Matrix is { } matrix)
            {
                if (!matrices.TryGetValue(matrix, out var parts))
                {
                    matrices[matrix] = parts = [];
                }

                parts.Add(new StoredMatrix.Part(tensor.Type, (nint)place, checked((int)tensor.Shape[0])));
            }
            else
            {
                var to = TensorMemory.Address(part.OnCpu) + (nint)(part.First * sizeof(float));
                for (long first = 0; first < tensor.Elements; first += Share)
                {
                    shares.Add((tensor, (nint)place + (nint)(first * tensor.ElementSize), to + (nint)(first * sizeof(float)), (int)Math.Min(Share, tensor.Elements - first)));
                }
            }

            place += Padded(tensor);
            BytesRead += tensor.End - tensor.Begin;
        }

        Workers.For(shares.Count, i => SafetensorsFile.Widen(
            shares[i].Tensor,
            new ReadOnlySpan<byte>((void*)shares[i].From, shares[i].Count * shares[i].Tensor.ElementSize),
            new Span<float>((void*)shares[i].To, shares[i].Count)));
        foreach (var part in _parts)
        {
            part.OnDevice?.copy_(part.OnCpu);
        }

        foreach (var (matrix, parts) in matrices)
        {
            matrix.Hold([.. parts]);
        }

        if (asStored)
        {
            // The next block is read into the other memory.
            var free = _heldStored is null ? Allocate() : _heldStored;
            _heldStored = _stored;
            _stored = free;
        }
    }

    private static long Padded(StoredTensor tensor) => (tensor.End - tensor.Begin + 63) & ~63L;

    private sealed record Part(string Suffix, torch.Tensor OnCpu, long First, long Elements, torch.Tensor? OnDevice, StoredMatrix? Matrix);

    private sealed record Piece(string Key, long First, nint To, int Bytes);

    /// <summary>A block on its way, taken piece by piece by the thread and by whoever waits.</summary>
    private sealed class Reading(int block, Piece[] pieces)
    {
        private int _next;
        private int _left = pieces.Length;
        private volatile bool _isAbandoned;
        private volatile Exception? _failure;

        public int Block => block;

        /// <summary>Whether there is a point in reading on.</summary>
        public bool IsWanted => !_isAbandoned && _failure is null;

        public Exception? Failure
        {
            get => _failure;
            set => _failure = value;
        }

        /// <summary>Nobody wants it any more; its pieces still have to be gone through.</summary>
        public void Abandon() => _isAbandoned = true;

        /// <summary>A piece that nobody took yet.</summary>
        public Piece? Next()
        {
            var index = Interlocked.Increment(ref _next) - 1;
            return index < pieces.Length ? pieces[index] : null;
        }

        /// <summary>One piece more is done with: whether it was the last.</summary>
        public bool IsLast() => Interlocked.Decrement(ref _left) == 0;
    }
}
