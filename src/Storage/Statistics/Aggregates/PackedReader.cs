namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Reads what <see cref="PackedWriter"/> wrote; an <see cref="InvalidDataException"/> where it ends too early or a number is out of range.</summary>
internal ref struct PackedReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly bool IsAtEnd => _at == _bytes.Length;

    public byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw Short();

    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A packed number has more than ten bytes.");
    }

    public long Count() => Number() is var value and <= long.MaxValue ? (long)value : throw new InvalidDataException("A packed count is out of range.");

    /// <summary>A number below a limit.</summary>
    public int Below(int limit) => Number() is var value && value < (ulong)limit ? (int)value : throw new InvalidDataException($"A packed number is {value}, over {limit - 1}.");

    public readonly void RequireEnd()
    {
        if (!IsAtEnd)
        {
            throw new InvalidDataException($"{_bytes.Length - _at} bytes follow packed numbers.");
        }
    }

    private static InvalidDataException Short() => new("Packed numbers end too early.");
}
