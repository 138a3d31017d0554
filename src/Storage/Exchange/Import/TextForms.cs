namespace LogitLens.Storage.Exchange.Import;

/// <summary>Tells how a file writes tokens from the texts themselves.</summary>
public static class TextForms
{
    // In every tokenizer of this family over a quarter of the tokens begin a word. A stray " x" among decoded texts stays below a twentieth.
    private const int OneIn = 20;

    /// <summary>The form most of the texts show.</summary>
    public static TextForm Of(IReadOnlyCollection<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return IsCommon(texts, text => text.Length > 1 && text[0] is '▁' or 'Ġ' && text[1] is not ('▁' or 'Ġ')) ? TextForm.Pieces
            : IsCommon(texts, text => text.Length > 1 && text[0] == ' ' && text[1] != ' ') ? TextForm.Spaced
            : TextForm.Decoded;
    }

    private static bool IsCommon(IReadOnlyCollection<string> texts, Func<string, bool> has) => texts.Count(has) is var count && count > 0 && count * OneIn >= texts.Count;
}
