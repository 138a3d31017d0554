using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>A checkpoint's token table by id; an id that is not in it is called <c>#id</c>, as on the screen.</summary>
public sealed class TokenNames
{
    private const byte Control = 1;

    private readonly Dictionary<int, TokenRow> _rows;

    /// <param name="rows">Rows of the table; of two of one id the first counts.</param>
    public TokenNames(IReadOnlyList<TokenRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        _rows = new Dictionary<int, TokenRow>(rows.Count);
        foreach (var row in rows)
        {
            _rows.TryAdd(row.Id, row);
        }
    }

    /// <summary>The row of an id.</summary>
    public TokenRow this[int id] => _rows.TryGetValue(id, out var row) ? row : new TokenRow(id, $"#{id}", $"#{id}", $"#{id}", 0);

    /// <summary>Whether a token says nothing about a picture: empty, a space, a line's end. The rule of <c>isFiller</c> in the explorer's <c>model.js</c>.</summary>
    public bool IsFiller(int id) => _rows.TryGetValue(id, out var row) && row.Kind != Control && row.Text.AsSpan().Trim(Blanks).IsEmpty;

    // What JavaScript's trim() takes off: unlike .NET's Trim it counts U+FEFF in and U+0085 out.
    private const string Blanks = "\t\n\v\f\r \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";
}
