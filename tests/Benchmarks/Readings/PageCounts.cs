using System.Buffers.Binary;

namespace LogitLens.Benchmarks.Readings;

/// <summary>
/// Counts the pages of a SQLite file by tree, as the virtual table <c>dbstat</c> would, which this build of SQLite lacks. Pages of an overflowing row are reckoned
/// from its length, not read. Format: https://sqlite.org/fileformat.html
/// </summary>
internal sealed class PageCounts : IDisposable
{
    private const byte InteriorIndex = 2;
    private const byte InteriorTable = 5;
    private const byte LeafIndex = 10;
    private const byte LeafTable = 13;

    private readonly FileStream _file;
    private readonly int _pageSize;
    private readonly int _usable;

    /// <param name="path">The file, its write-ahead log folded in.</param>
    public PageCounts(string path)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        Span<byte> header = stackalloc byte[100];
        _file.ReadExactly(header);
        _pageSize = BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is var size and not 1 ? size : 65_536;
        _usable = _pageSize - header[20];
    }

    /// <summary>Bytes of the pages of a tree, and bytes of the rows in them.</summary>
    public (long Pages, long Payload) Of(long rootPage)
    {
        var (pages, payload) = (0L, 0L);
        var left = new Stack<long>([rootPage]);
        var page = new byte[_pageSize];
        while (left.TryPop(out var number))
        {
            RandomAccess.Read(_file.SafeFileHandle, page, (number - 1) * _pageSize);
            pages++;
            var start = number == 1 ? 100 : 0;
            var kind = page[start];
            var interior = kind is InteriorIndex or InteriorTable;
            var cells = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(start + 3));
            if (interior)
            {
                left.Push(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(start + 8)));
            }

            for (var cell = 0; cell < cells; cell++)
            {
                int at = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(start + (interior ? 12 : 8) + (2 * cell)));
                if (interior)
                {
                    left.Push(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at)));
                    at += 4;
                }

                if (kind is not InteriorTable)
                {
                    var length = ReadNumber(page, at);
                    payload += length;
                    pages += OverflowPages(length, kind == LeafTable);
                }
            }

            if (kind is not (InteriorIndex or InteriorTable or LeafIndex or LeafTable))
            {
                throw new InvalidDataException($"Page {number} is of kind {kind}.");
            }
        }

        return (pages * _pageSize, payload);
    }

    public void Dispose() => _file.Dispose();

    private long OverflowPages(long length, bool isTable)
    {
        var most = isTable ? _usable - 35 : ((_usable - 12) * 64 / 255) - 23;
        if (length <= most)
        {
            return 0;
        }

        var least = ((_usable - 12) * 32 / 255) - 23;
        var local = least + ((length - least) % (_usable - 4));
        return (length - (local <= most ? local : least) + _usable - 5) / (_usable - 4);
    }

    private static long ReadNumber(byte[] page, int at)
    {
        var value = 0L;
        for (var i = 0; i < 8; i++)
        {
            value = (value << 7) | (long)(page[at + i] & 0x7F);
            if (page[at + i] < 0x80)
            {
                return value;
            }
        }

        return (value << 8) | page[at + 8];
    }
}
