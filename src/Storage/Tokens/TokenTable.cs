using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>A checkpoint's token table in memory, by id.</summary>
internal sealed class TokenTable
{
    private readonly TokenRow[] _rows;
    private readonly bool _isDense;

    /// <param name="rows">In any order; sorted in place.</param>
    public TokenTable(TokenRow[] rows)
    {
        Array.Sort(rows, (a, b) => a.Id.CompareTo(b.Id));
        _rows = rows;
        _isDense = rows.Length == 0 || (rows[0].Id == 0 && rows[^1].Id == rows.Length - 1);
    }

    /// <summary>Ascending by id.</summary>
    public IReadOnlyList<TokenRow> Rows => _rows;

    /// <summary>The row of an id, or null where the checkpoint has no name for it.</summary>
    public TokenRow? Find(int id)
    {
        if (_isDense)
        {
            return (uint)id < (uint)_rows.Length ? _rows[id] : null;
        }

        var place = _rows.AsSpan().BinarySearch(new Key(id));
        return place >= 0 ? _rows[place] : null;
    }

    private readonly struct Key(int id) : IComparable<TokenRow>
    {
        private readonly int _id = id;

        public int CompareTo(TokenRow other) => _id.CompareTo(other.Id);
    }
}
