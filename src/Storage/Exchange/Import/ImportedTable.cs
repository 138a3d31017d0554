using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>The token table of an imported checkpoint: the model's own tokens where they are known, and behind them text-only ones.</summary>
public sealed class ImportedTable
{
    private readonly List<TokenRow> _rows;
    private readonly Dictionary<string, int> _added = new(StringComparer.Ordinal);
    private readonly Func<string, string> _display;
    private readonly TokenTexts _texts;
    private int _next;

    private ImportedTable(List<TokenRow> rows, int known, TextForm form, Func<string, string> display)
    {
        _rows = rows;
        _display = display;
        _texts = new TokenTexts(rows, form);
        _next = rows.Count == 0 ? 0 : rows.Max(row => row.Id) + 1;
        Known = known;
    }

    /// <summary>Ids the database has the checkpoint with; 0 where it does not know it yet.</summary>
    public int Known { get; }

    /// <summary>All rows, those added included.</summary>
    public IReadOnlyList<TokenRow> Rows => _rows;

    /// <summary>One more than the greatest id.</summary>
    public int Size => _next;

    /// <summary>Makes the table of a checkpoint that was never imported from: the model's tokens, and one text-only token for each text that several of them have.</summary>
    /// <param name="tokens">The model's tokens; none where no checkpoint was named.</param>
    /// <param name="display">How a text is shown to people.</param>
    public static ImportedTable Create(IReadOnlyList<TokenRow> tokens, TextForm form, Func<string, string> display)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(display);
        var rows = tokens.Where(token => token.Kind != TokenRow.TextOnly).OrderBy(token => token.Id).ToList();
        var next = rows.Count == 0 ? 0 : rows[^1].Id + 1;
        foreach (var text in new TokenTexts(rows, form).Ambiguous)
        {
            rows.Add(new TokenRow(next++, string.Empty, text, display(text), TokenRow.TextOnly));
        }

        return new ImportedTable(rows, 0, form, display);
    }

    /// <summary>The table as the database has it.</summary>
    public static ImportedTable Open(IReadOnlyList<TokenRow> rows, int known, TextForm form, Func<string, string> display)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(display);
        return new ImportedTable([.. rows], known, form, display);
    }

    /// <summary>Whether the text is one that the table's tokens are written as.</summary>
    public bool Knows(string text) => _texts.Find(text) is not null || _added.ContainsKey(text);

    /// <summary>The id of a text; a text-only token is added where there is none.</summary>
    public int IdOf(string text)
    {
        if (_texts.Find(text) is { } id || _added.TryGetValue(text, out id))
        {
            return id;
        }

        id = _next++;
        _added.Add(text, id);
        _rows.Add(new TokenRow(id, string.Empty, text, _display(text), TokenRow.TextOnly));
        return id;
    }
}
