using System.Buffers.Binary;

namespace LogitLens.Storage.Tokens;

/// <summary>
/// A token's layers in a few bytes each: <c>layers since the one before, times 4, plus 1 for patches, plus 2 for text</c>, then for each of the two that is
/// there <c>positions</c>, <c>best</c> (u16, little-endian) and <c>best position</c>; numbers are 7-bit groups, the least significant first.
/// </summary>
/// <remarks>A real analysis has 4,400 to 6,800 pairs of token and layer: as rows of their own they would be three times the size.</remarks>
internal static class TokenLayersCodec
{
    /// <param name="layers">Ascending by layer, then place.</param>
    public static byte[] Pack(ReadOnlySpan<TokenLayer> layers)
    {
        Span<byte> buffer = layers.Length <= 64 ? stackalloc byte[64 * MostBytes] : new byte[layers.Length * MostBytes];
        var length = 0;
        var before = 0;
        for (var i = 0; i < layers.Length; i++)
        {
            var layer = layers[i].Layer;
            var both = i + 1 < layers.Length && layers[i + 1].Layer == layer;
            var places = both ? 3 : layers[i].Place == TokenPlace.Patch ? 1 : 2;
            Write(buffer, ref length, (uint)(((layer - before) << 2) | places));
            Write(buffer, ref length, layers[i]);
            if (both)
            {
                Write(buffer, ref length, layers[++i]);
            }

            before = layer;
        }

        return buffer[..length].ToArray();
    }

    /// <summary>Goes through what was packed without a copy of it.</summary>
    public static Reader Read(ReadOnlySpan<byte> packed) => new(packed);

    // Five bytes for each of three numbers at most, and two for the probability.
    private const int MostBytes = 17;

    private static void Write(Span<byte> buffer, ref int length, TokenLayer layer)
    {
        Write(buffer, ref length, (uint)layer.Positions);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[length..], (ushort)layer.Best);
        length += 2;
        Write(buffer, ref length, (uint)layer.BestPosition);
    }

    private static void Write(Span<byte> buffer, ref int length, uint value)
    {
        while (value >= 0x80)
        {
            buffer[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[length++] = (byte)value;
    }

    public ref struct Reader(ReadOnlySpan<byte> packed)
    {
        private readonly ReadOnlySpan<byte> _packed = packed;
        private int _at;
        private int _layer;
        private int _places;

        public TokenLayer Current { get; private set; }

        public readonly Reader GetEnumerator() => this;

        /// <exception cref="InvalidDataException">The bytes are not what <see cref="Pack"/> makes.</exception>
        public bool MoveNext()
        {
            if (_places == 0)
            {
                if (_at == _packed.Length)
                {
                    return false;
                }

                var head = Next();
                _layer += (int)(head >> 2);
                _places = (int)(head & 3);
                if (_places == 0)
                {
                    throw Damaged();
                }
            }

            var place = (_places & 1) != 0 ? TokenPlace.Patch : TokenPlace.Text;
            _places &= place == TokenPlace.Patch ? 2 : 0;
            var positions = (int)Next();
            if (_packed.Length - _at < 2)
            {
                throw Damaged();
            }

            var best = BinaryPrimitives.ReadUInt16LittleEndian(_packed[_at..]);
            _at += 2;
            Current = new TokenLayer(_layer, place, positions, best, (int)Next());
            return true;
        }

        private uint Next()
        {
            uint value = 0;
            for (var shift = 0; shift < 32; shift += 7)
            {
                if (_at == _packed.Length)
                {
                    throw Damaged();
                }

                var group = _packed[_at++];
                value |= (uint)(group & 0x7F) << shift;
                if (group < 0x80)
                {
                    return value;
                }
            }

            throw Damaged();
        }

        private static InvalidDataException Damaged() => new("A row of the token index is damaged.");
    }
}
