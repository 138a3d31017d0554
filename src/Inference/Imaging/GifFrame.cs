using System.Buffers.Binary;

namespace LogitLens.Inference.Imaging;

/// <summary>
/// The first frame of a GIF (87a and 89a), as PIL gives it: a transparent pixel keeps its palette colour. Skia would hand over black there.
/// </summary>
internal static class GifFrame
{
    private const int ScreenHeaderLength = 13;
    private const int MaxCodes = 4096;

    /// <summary>The logical screen, widened where the first frame reaches beyond it; null where the file ends before it says so.</summary>
    public static (long Width, long Height)? Size(ReadOnlySpan<byte> bytes)
        => FindFrame(bytes) is { } frame ? (frame.CanvasWidth, frame.CanvasHeight) : null;

    /// <summary>Decodes into RGB; false where the file is cut short or its data make no sense.</summary>
    /// <param name="bytes">The file; <see cref="Size"/> was not null.</param>
    /// <param name="rgb">Height × width × 3 bytes of the size that <see cref="Size"/> gave.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, Span<byte> rgb)
    {
        if (FindFrame(bytes) is not { } frame)
        {
            return false;
        }

        // Without a colour table of its own an index is a shade of grey.
        Span<byte> palette = stackalloc byte[256 * 3];
        for (var index = 0; index < 256; index++)
        {
            palette.Slice(index * 3, 3).Fill((byte)index);
        }

        bytes.Slice(frame.PaletteStart, frame.PaletteLength).CopyTo(palette);
        if (frame.X != 0 || frame.Y != 0 || frame.Width != frame.CanvasWidth || frame.Height != frame.CanvasHeight)
        {
            var background = palette.Slice((frame.Transparent ?? 0) * 3, 3);
            for (var pixel = 0; pixel < rgb.Length; pixel += 3)
            {
                background.CopyTo(rgb[pixel..]);
            }
        }

        return TryDecodeIndices(bytes, frame, palette, rgb);
    }

    private static Frame? FindFrame(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ScreenHeaderLength)
        {
            return null;
        }

        int screenWidth = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        int screenHeight = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        var (paletteStart, paletteLength) = (ScreenHeaderLength, PaletteLength(bytes[10]));
        var position = ScreenHeaderLength + paletteLength;
        byte? transparent = null;
        while (position < bytes.Length)
        {
            switch (bytes[position])
            {
                case (byte)'!' when position + 2 <= bytes.Length - 1:
                    // Graphic control extension: block of four bytes, whose first says whether the last is a transparent index.
                    if (bytes[position + 1] == 0xF9 && position + 7 <= bytes.Length && bytes[position + 2] == 4 && (bytes[position + 3] & 1) != 0)
                    {
                        transparent = bytes[position + 6];
                    }

                    position = SkipBlocks(bytes, position + 2);
                    break;
                case (byte)',' when position + 11 <= bytes.Length:
                    var x = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(position + 1)..]);
                    var y = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(position + 3)..]);
                    var width = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(position + 5)..]);
                    var height = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(position + 7)..]);
                    var flags = bytes[position + 9];
                    position += 10;
                    if (PaletteLength(flags) is > 0 and var localLength)
                    {
                        (paletteStart, paletteLength) = (position, localLength);
                        position += localLength;
                    }

                    if (position >= bytes.Length || width == 0 || height == 0)
                    {
                        return width == 0 || height == 0 ? new Frame { CanvasWidth = 0, CanvasHeight = 0 } : null;
                    }

                    return new Frame
                    {
                        CanvasWidth = Math.Max(screenWidth, x + width),
                        CanvasHeight = Math.Max(screenHeight, y + height),
                        X = x,
                        Y = y,
                        Width = width,
                        Height = height,
                        Interlaced = (flags & 0x40) != 0,
                        Transparent = transparent,
                        PaletteStart = paletteStart,
                        PaletteLength = paletteLength,
                        DataStart = position,
                    };
                case (byte)'!' or (byte)',' or (byte)';':
                    return null;
                default:
                    // Stray bytes between blocks are passed over, as PIL does.
                    position++;
                    break;
            }
        }

        return null;

        static int PaletteLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static int SkipBlocks(ReadOnlySpan<byte> bytes, int position)
    {
        while (position < bytes.Length && bytes[position] != 0)
        {
            position += bytes[position] + 1;
        }

        return position + 1;
    }

    private static bool TryDecodeIndices(ReadOnlySpan<byte> bytes, Frame frame, ReadOnlySpan<byte> palette, Span<byte> rgb)
    {
        var source = new CodeReader(bytes, frame.DataStart + 1);
        int startBits = bytes[frame.DataStart];
        if (startBits is < 1 or > 11)
        {
            return false;
        }

        var clear = 1 << startBits;
        var end = clear + 1;
        Span<short> prefix = stackalloc short[MaxCodes];
        Span<byte> suffix = stackalloc byte[MaxCodes];
        Span<byte> stack = stackalloc byte[MaxCodes + 1];
        for (var code = 0; code < clear; code++)
        {
            suffix[code] = (byte)code;
        }

        var (bits, next, previous) = (startBits + 1, clear + 2, -1);
        byte first = 0;
        var canvas = new FrameWriter(frame);
        while (true)
        {
            var code = source.Read(bits);
            if (code < 0 || code == end)
            {
                return false;
            }

            if (code == clear)
            {
                (bits, next, previous) = (startBits + 1, clear + 2, -1);
                continue;
            }

            if (code > next || (code == next && previous < 0) || (previous < 0 && code >= clear))
            {
                return false;
            }

            // The one code that is used while it is being made: the string before it, and its own first letter again.
            var depth = 0;
            var walk = code;
            if (code == next)
            {
                stack[depth++] = first;
                walk = previous;
            }

            while (walk > end)
            {
                stack[depth++] = suffix[walk];
                walk = prefix[walk];
            }

            first = suffix[walk];
            stack[depth++] = first;
            while (depth > 0)
            {
                if (canvas.Write(palette.Slice(stack[--depth] * 3, 3), rgb))
                {
                    return true;
                }
            }

            if (previous >= 0 && next < MaxCodes)
            {
                prefix[next] = (short)previous;
                suffix[next] = first;
                next++;
                if (next == 1 << bits && bits < 12)
                {
                    bits++;
                }
            }

            previous = code;
        }
    }

    private readonly record struct Frame
    {
        public required int CanvasWidth { get; init; }

        public required int CanvasHeight { get; init; }

        public int X { get; init; }

        public int Y { get; init; }

        public int Width { get; init; }

        public int Height { get; init; }

        public bool Interlaced { get; init; }

        public byte? Transparent { get; init; }

        public int PaletteStart { get; init; }

        public int PaletteLength { get; init; }

        public int DataStart { get; init; }
    }

    /// <summary>Puts one pixel after another where it belongs, in the order that interlacing asks for.</summary>
    private struct FrameWriter(Frame frame)
    {
        private int _column;
        private int _row;
        private int _pass = frame.Interlaced ? 0 : 4;

        /// <summary>Writes a pixel; true when it was the frame's last.</summary>
        public bool Write(ReadOnlySpan<byte> colour, Span<byte> rgb)
        {
            colour.CopyTo(rgb[(((((frame.Y + _row) * frame.CanvasWidth) + frame.X + _column)) * 3)..]);
            if (++_column < frame.Width)
            {
                return false;
            }

            _column = 0;
            _row += _pass switch { 0 or 1 => 8, 2 => 4, 3 => 2, _ => 1 };
            while (_row >= frame.Height && _pass < 3)
            {
                _pass++;
                _row = 8 >> _pass;
            }

            return _row >= frame.Height;
        }
    }

    /// <summary>Codes of changing width, lowest bit first, out of a chain of blocks of up to 255 bytes.</summary>
    private ref struct CodeReader(ReadOnlySpan<byte> bytes, int position)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _position = position;
        private int _leftInBlock;
        private int _buffer;
        private int _buffered;

        /// <summary>The next code, or −1 where the data end.</summary>
        public int Read(int bits)
        {
            while (_buffered < bits)
            {
                if (_leftInBlock == 0)
                {
                    if (_position >= _bytes.Length || _bytes[_position] == 0)
                    {
                        return -1;
                    }

                    _leftInBlock = _bytes[_position++];
                }

                if (_position >= _bytes.Length)
                {
                    return -1;
                }

                _buffer |= _bytes[_position++] << _buffered;
                _buffered += 8;
                _leftInBlock--;
            }

            var code = _buffer & ((1 << bits) - 1);
            _buffer >>= bits;
            _buffered -= bits;
            return code;
        }
    }
}
