using System.Buffers;
using System.Text;

namespace LogitLens.Inference.Tokenization;

/// <summary>Cuts a text at the added tokens it holds: the leftmost one first, of several there the longest, as Hugging Face's tokenizers
/// do.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly SearchValues<string> _contents;
    private readonly Dictionary<char, List<(string Pattern, AddedToken Token)>> _byFirst = [];

    /// <param name="tokens">Each token with what to look for: its content, or that normalised.</param>
    public AddedTokenSplitter(IEnumerable<(string Pattern, AddedToken Token)> tokens)
    {
        foreach (var (pattern, token) in tokens)
        {
            if (pattern.Length == 0)
            {
                continue;
            }

            if (!_byFirst.TryGetValue(pattern[0], out var list))
            {
                _byFirst.Add(pattern[0], list = []);
            }

            list.Add((pattern, token));
        }

        foreach (var list in _byFirst.Values)
        {
            list.Sort((a, b) => b.Pattern.Length.CompareTo(a.Pattern.Length));
        }

        _contents = SearchValues.Create([.. _byFirst.Values.SelectMany(list => list.Select(entry => entry.Pattern))], StringComparison.Ordinal);
    }

    /// <summary>The parts in order; a part without a token is plain text. Empty plain parts are left out.</summary>
    public IEnumerable<(AddedToken? Token, int Start, int Length)> Split(string text)
    {
        var done = 0;
        var from = 0;
        while (from < text.Length)
        {
            var hit = _byFirst.Count == 0 ? -1 : text.AsSpan(from).IndexOfAny(_contents);
            if (hit < 0)
            {
                break;
            }

            var start = from + hit;
            var (pattern, token) = LongestAt(text, start);
            var end = start + pattern.Length;
            from = end;
            if (token.WholeWord && (TouchesWord(text.AsSpan(0, start), last: true) || TouchesWord(text.AsSpan(end), last: false)))
            {
                continue;
            }

            if (token.TakesSpaceBefore)
            {
                while (start > done && char.IsWhiteSpace(text[start - 1]))
                {
                    start--;
                }
            }

            if (token.TakesSpaceAfter)
            {
                while (end < text.Length && char.IsWhiteSpace(text[end]))
                {
                    end++;
                }

                // The search goes on behind the token itself, so a token that begins in the white space would be found again.
                from = end;
            }

            if (start > done)
            {
                yield return (null, done, start - done);
            }

            yield return (token, start, end - start);
            done = end;
        }

        if (done < text.Length)
        {
            yield return (null, done, text.Length - done);
        }
    }

    private (string Pattern, AddedToken Token) LongestAt(string text, int start)
    {
        foreach (var entry in _byFirst[text[start]])
        {
            if (text.AsSpan(start).StartsWith(entry.Pattern, StringComparison.Ordinal))
            {
                return entry;
            }
        }

        throw new InvalidOperationException("The search found a token that is not among the tokens.");
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, bool last)
    {
        Rune rune;
        var status = last ? Rune.DecodeLastFromUtf16(text, out rune, out _) : Rune.DecodeFromUtf16(text, out rune, out _);
        return status == OperationStatus.Done && (Rune.IsLetterOrDigit(rune) || rune.Value == '_');
    }
}
