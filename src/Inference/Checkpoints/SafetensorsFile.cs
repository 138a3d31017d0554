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

    /// <summary>Reads a tensor of this file and widens it to float, a megabyte at a time.</summary>
    /// <exception cref="RefusedInputException">The file can no longer be read in full.</exception>
    internal void Read(StoredTensor tensor, Span<float> destination)
    {
        if (destination.Length != tensor.Elements)
        {
            throw new ArgumentException($"The tensor has {tensor.Elements} elements, the destination {destination.Length}.", nameof(destination));
        }

        var offset = _dataStart + tensor.Begin;
        var buffer = tensor.Type == StoredType.F32 ? [] : ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (!destination.IsEmpty)
            {
                var part = destination[..Math.Min(destination.Length, ChunkBytes / tensor.ElementSize)];
                var bytes = tensor.Type == StoredType.F32 ? MemoryMarshal.AsBytes(part) : buffer.AsSpan(0, part.Length * tensor.ElementSize);
                ReadExactly(_handle, Path, bytes, offset);
                switch (tensor.Type)
                {
                    case StoredType.F32:
                        break;
                    case StoredType.F16:
                        Widening.FromHalf(MemoryMarshal.Cast<byte, ushort>(bytes), part);
                        break;
                    case StoredType.BF16:
                        Widening.FromBrainFloat(MemoryMarshal.Cast<byte, ushort>(bytes), part);
                        break;
                    default:
                        throw new InvalidOperationException($"A tensor stored as {tensor.TypeName} is no weight.");
                }

                destination = destination[part.Length..];
                offset += bytes.Length;
            }
        }
        finally
        {
            if (buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public void Dispose() => _handle.Dispose();

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
