namespace LogitLens.Storage.Exchange.Export;

/// <summary>Knows how much was written through it where the inner stream does not: Parquet's footer names offsets. The inner stream stays open.</summary>
internal sealed class PositionStream(Stream inner) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException("What was written stays as it is.");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        _written += buffer.Length;
    }

    public override async Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        await WriteAsync(buffer.AsMemory(offset, count), cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        _written += buffer.Length;
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => (origin, offset) switch
    {
        (SeekOrigin.Current, 0) or (SeekOrigin.End, 0) => _written,
        (SeekOrigin.Begin, _) when offset == _written => _written,
        _ => throw new NotSupportedException("What was written stays as it is."),
    };

    public override void SetLength(long value) => throw new NotSupportedException();
}
