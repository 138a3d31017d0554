using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LogitLens.Inference.Checkpoints;

/// <summary>One safetensors file: a length, a JSON header, then the tensors' bytes. Nothing in it is believed before it was checked.</summary>
/// <remarks>Read with <see cref="RandomAccess"/>: a mapped file that another process cuts short would end this one. Safe for reads at once.</remarks>
internal sealed class SafetensorsFile : IDisposable
{
    // The format's own limit on headers.
    private const long MaxHeaderBytes = 100_000_000;

    // Small enough that the bytes are still in the processor's cache when they are widened.
    private const int ChunkBytes = 1 << 20;

    private readonly SafeFileHandle _handle;
    private readonly long _dataStart;

    private SafetensorsFile(SafeFileHandle handle, string path, long dataStart, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        _handle = handle;
        Path = path;
        _dataStart = dataStart;
        Tensors = tensors;
    }

    /// <summary>The file.</summary>
    internal string Path { get; }

    /// <summary>Its tensors, by their names in the file.</summary>
    internal IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="RefusedInputException">Unreadable, cut short, or with a header that lies.</exception>
    internal static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            var header = new byte[ReadHeaderLength(handle, path, length)];
            ReadExactly(handle, path, header, sizeof(ulong));
            var dataStart = sizeof(ulong) + header.Length;
            return new SafetensorsFile(handle, path, dataStart, SafetensorsHeader.Read(path, header, length - dataStart));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw new RefusedInputException($"{path} cannot be read: {exception.Message}", exception);
        }
        catch
        {
            handle?.Dispose();
            throw;
        }
    }

    /// <summary>Reads numbers of a tensor of this file and widens them to float, a megabyte at a time.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="first">The first number read.</param>
    /// <param name="destination">Receives as many as it is long.</param>
    /// <exception cref="RefusedInputException">The file can no longer be read in full.</exception>
    internal void Read(StoredTensor tensor, long first, Span<float> destination)
    {
        CheckRange(tensor, first, destination.Length);
        if (tensor.Type == StoredType.F32)
        {
            ReadStored(tensor, first, MemoryMarshal.AsBytes(destination));
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (!destination.IsEmpty)
            {
                var part = destination[..Math.Min(destination.Length, ChunkBytes / tensor.ElementSize)];
                var bytes = buffer.AsSpan(0, part.Length * tensor.ElementSize);
                ReadStored(tensor, first, bytes);
                Widen(tensor, bytes, part);
                destination = destination[part.Length..];
                first += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads numbers of a tensor of this file as they are stored.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="first">The first number read.</param>
    /// <param name="destination">A whole count of numbers.</param>
    /// <exception cref="RefusedInputException">The file can no longer be read in full.</exception>
    internal void ReadStored(StoredTensor tensor, long first, Span<byte> destination)
    {
        CheckRange(tensor, first, destination.Length / tensor.ElementSize);
        ReadExactly(_handle, Path, destination, _dataStart + tensor.Begin + (first * tensor.ElementSize));
    }

    /// <summary>Stored numbers to floats.</summary>
    internal static void Widen(StoredTensor tensor, ReadOnlySpan<byte> stored, Span<float> destination)
    {
        switch (tensor.Type)
        {
            case StoredType.F32:
                MemoryMarshal.Cast<byte, float>(stored).CopyTo(destination);
                break;
            case StoredType.F16:
                Widening.FromHalf(MemoryMarshal.Cast<byte, ushort>(stored), destination);
                break;
            case StoredType.BF16:
                Widening.FromBrainFloat(MemoryMarshal.Cast<byte, ushort>(stored), destination);
                break;
            default:
                throw new InvalidOperationException($"A tensor stored as {tensor.TypeName} is no weight.");
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void CheckRange(StoredTensor tensor, long first, long count)
    {
        if (first < 0 || count < 0 || first + count > tensor.Elements)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, $"The tensor has {tensor.Elements} elements; {count} from {first} on are not all of it.");
        }
    }

    private static int ReadHeaderLength(SafeFileHandle handle, string path, long fileLength)
    {
        if (fileLength < sizeof(ulong) + 2)
        {
            throw new RefusedInputException($"{path} has {fileLength} bytes, too few for a safetensors file: download it again.");
        }

        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ReadExactly(handle, path, bytes, 0);
        if (bytes.SequenceEqual("version "u8))
        {
            throw new RefusedInputException($"{path} is a Git LFS pointer, not the weights it points to: run 'git lfs pull' in the folder, or download the file itself.");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return length is >= 2 and <= MaxHeaderBytes && length <= (ulong)fileLength - sizeof(ulong)
            ? (int)length
            : throw new RefusedInputException(
                $"{path} claims a header of {length:N0} bytes, but the file has {fileLength:N0} (and a header at most {MaxHeaderBytes:N0}): it is cut short or no safetensors file; download it again.");
    }

    private static void ReadExactly(SafeFileHandle handle, string path, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int read;
            try
            {
                read = RandomAccess.Read(handle, destination, offset);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new RefusedInputException($"{path} cannot be read: {exception.Message}", exception);
            }

            if (read == 0)
            {
                throw new RefusedInputException($"{path} ended at byte {offset:N0} while it was read: it was cut short after it was opened; restore the file and try again.");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
