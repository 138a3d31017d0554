namespace LogitLens.Inference.Tokenization;

/// <summary>One token id and its three texts.</summary>
/// <param name="Id">Row of the unembedding.</param>
/// <param name="Piece">The piece as the tokenizer stores it (<c>▁cat</c>, <c>&lt;0x0A&gt;</c>, <c>Ġcat</c>); empty where it has none.</param>
/// <param name="Text">What it decodes to inside a text, a leading space kept (<c>" cat"</c>); bytes that are no UTF-8 alone decode to U+FFFD.</param>
/// <param name="Display">What people see: <c>␣cat</c>, <c>⏎</c>, <c>∅</c> for empty, <c>&lt;0xE2&gt;</c> for a byte, <c>#32063</c> where there is no piece.</param>
/// <param name="Kind">What the id stands for.</param>
public sealed record TokenEntry(int Id, string Piece, string Text, string Display, TokenKind Kind)
{
    /// <summary>How a text is shown to people: its spaces, line ends and whatever else cannot be seen written out.</summary>
    public static string DisplayOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TokenDisplay.OfText(text);
    }
}
