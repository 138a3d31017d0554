namespace LogitLens.Storage.Exchange.Import;

/// <summary>What a page of llava-interp or one of its descendants holds, as it stands there.</summary>
/// <param name="Columns">Columns of the table: the embeddings, then one per block.</param>
/// <param name="Positions">Positions of the prompt, patches included.</param>
/// <param name="TopK">Tokens per column and position.</param>
/// <param name="Texts">The distinct token texts, in the order they first come.</param>
/// <param name="TextIndices">Columns × Positions × TopK places in <paramref name="Texts"/>.</param>
/// <param name="Probabilities">Columns × Positions × TopK, 0…1.</param>
/// <param name="IsPrinted">Every probability is a whole number of ten-thousandths, as <c>%.4f</c> prints them.</param>
/// <param name="Labels">One label per position.</param>
/// <param name="Patches">For each position its patch, counted from 0, or −1.</param>
/// <param name="GridSide">Patches in a row, and rows.</param>
/// <param name="Picture">The embedded picture file; null where the page has none.</param>
/// <param name="Prompt">The prompt; null where the page has none.</param>
/// <param name="IsTransposed">The file had positions outside and columns inside.</param>
public sealed record InterpPage(
    int Columns,
    int Positions,
    int TopK,
    IReadOnlyList<string> Texts,
    int[] TextIndices,
    float[] Probabilities,
    bool IsPrinted,
    IReadOnlyList<string> Labels,
    int[] Patches,
    int GridSide,
    byte[]? Picture,
    string? Prompt,
    bool IsTransposed)
{
    /// <summary>L, the number of blocks.</summary>
    public int Layers => Columns - 1;
}
