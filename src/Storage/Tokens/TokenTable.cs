using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Tokens;

/// <summary>A checkpoint's token table in memory, by id.</summary>
internal sealed class TokenTable
{
    private readonly TokenRow[] _rows;
    private readonly bool _isDense;
    private readonly Lazy<(string Text, string? Display)[]> _keys;

    /// <param name="rows">In any order; sorted in place.</param>
    public TokenTable(TokenRow[] rows)
    {
        Array.Sort(rows, (a, b) => a.Id.CompareTo(b.Id));
        _rows = rows;
        _isDense = rows.Length == 0 || (rows[0].Id == 0 && rows[^1].Id == rows.Length - 1);
        _keys = new(MakeKeys);
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

    /// <summary>Ids of the tokens that fit, ascending. Case and the composition of accents don't matter, in any script.</summary>
    /// <param name="text">A leading space or ␣ asks for the beginning of a word; without one it does not matter. What people see of a token counts as its text, too.</param>
    public List<int> Find(string text, TokenMatch match)
    {
        var wanted = Fold(text);
        var found = new List<int>();
        var keys = _keys.Value;
        for (var place = 0; place < keys.Length; place++)
        {
            if (Fits(keys[place].Text, wanted, match) || (keys[place].Display is { } display && Fits(display, wanted, match)))
            {
                found.Add(_rows[place].Id);
            }
        }

        return found;
    }

    private static bool Fits(string key, string wanted, TokenMatch match)
    {
        var held = wanted.StartsWith(' ') || !key.StartsWith(' ') ? key.AsSpan() : key.AsSpan(1);
        return match switch
        {
            TokenMatch.Exact => held.SequenceEqual(wanted),
            TokenMatch.Prefix => held.StartsWith(wanted, StringComparison.Ordinal),
            _ => held.Contains(wanted, StringComparison.Ordinal),
        };
    }

    private (string Text, string? Display)[] MakeKeys() => Array.ConvertAll(_rows, row =>
    {
        var text = Fold(row.Text);
        var display = Fold(row.Display);
        return (text, display == text ? null : display);
    });

    /// <summary>As names are compared, and ß as SS, which capitals write it as.</summary>
    private static string Fold(string text) => NameKeys.Of(text.Replace('␣', ' ')).Replace("ß", "SS", StringComparison.Ordinal).Replace("ẞ", "SS", StringComparison.Ordinal);

    private readonly struct Key(int id) : IComparable<TokenRow>
    {
        private readonly int _id = id;

        public int CompareTo(TokenRow other) => _id.CompareTo(other.Id);
    }
}
