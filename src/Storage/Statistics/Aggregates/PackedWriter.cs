namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>Whole numbers from 0 on in as few bytes as they need: seven bits in each, the lowest first, the top bit says that more follow.</summary>
internal sealed class PackedWriter
{
    private byte[] _bytes = new byte[4096];
    private int _length;

    public void Byte(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    public void Number(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Number((ulong)value);
    }

    public void Number(ulong value)
    {
        Reserve(10);
        for (; value >= 0x80; value >>= 7)
        {
            _bytes[_length++] = (byte)(value | 0x80);
        }

        _bytes[_length++] = (byte)value;
    }

    public byte[] ToArray() => _bytes[.._length];

    private void Reserve(int more)
    {
        if (_length + more > _bytes.Length)
        {
            Array.Resize(ref _bytes, 2 * _bytes.Length);
        }
    }
}
