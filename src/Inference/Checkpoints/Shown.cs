namespace LogitLens.Inference.Checkpoints;

/// <summary>Texts out of untrusted files, made fit to stand in a sentence.</summary>
internal static class Shown
{
    private const int Longest = 120;

    /// <summary>The text without control characters, cut short where it is long.</summary>
    internal static string Text(string untrusted)
    {
        var cut = untrusted.Length > Longest ? string.Concat(untrusted.AsSpan(0, Longest), "…") : untrusted;
        return string.Create(cut.Length, cut, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? '\ufffd' : text[i];
            }
        });
    }
}
