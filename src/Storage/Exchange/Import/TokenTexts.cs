using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>
/// Which token a text stands for: the one id of the table that is written so, if there is exactly one, and otherwise a <i>text-only</i> token of its own.
/// </summary>
/// <remarks>
/// In a SentencePiece table <c>▁cat</c> and <c>cat</c> both decode to "cat"; 128 byte pieces decode to U+FFFD; ids without a piece decode to "". None of
/// them is guessed. What an ambiguous text may be is known from the table alone, so the text-only tokens of a checkpoint are all made when it is first
/// imported from (<see cref="Ambiguous"/>), and its table grows only by texts that its tokenizer cannot have written.
/// </remarks>
public sealed class TokenTexts
{
    private const byte SpecialKind = 1;
    private const int Several = -1;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _ambiguous = [];

    /// <param name="tokens">The table, text-only tokens included.</param>
    /// <param name="form">How the file writes tokens.</param>
    public TokenTexts(IReadOnlyList<TokenRow> tokens, TextForm form)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var marksWords = form == TextForm.Decoded && tokens.Any(token => token.Kind != TokenRow.TextOnly && token.Piece.StartsWith('▁'));
        foreach (var token in tokens)
        {
            if (token.Kind != TokenRow.TextOnly)
            {
                Add(Written(token, form, marksWords), token.Id);
            }
        }

        foreach (var token in tokens)
        {
            if (token.Kind == TokenRow.TextOnly)
            {
                _ids[token.Text] = token.Id;
            }
        }
    }

    /// <summary>Texts that several ids are written as, in the order of the first of those.</summary>
    public IReadOnlyList<string> Ambiguous => _ambiguous;

    /// <summary>The token's id; null where the text has no token of its own yet.</summary>
    public int? Find(string text) => _ids.TryGetValue(text, out var id) && id != Several ? id : null;

    private void Add(string text, int id)
    {
        if (_ids.TryAdd(text, id))
        {
            return;
        }

        if (_ids[text] != Several)
        {
            _ids[text] = Several;
            _ambiguous.Add(text);
        }
    }

    private static string Written(TokenRow token, TextForm form, bool marksWords) =>
        form == TextForm.Pieces || token.Kind == SpecialKind ? token.Piece
        : marksWords && token.Text.StartsWith(' ') ? token.Text[1..]
        : token.Text;
}
