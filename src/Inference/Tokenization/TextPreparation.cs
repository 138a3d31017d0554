using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LogitLens.Inference.Tokenization;

/// <summary>What happens to a plain part of a text before its pieces are merged: normalising (<c>normalizer</c>) and cutting into words
/// (<c>pre_tokenizer</c>).</summary>
/// <param name="Normalizers">Applied one after another to a part between added tokens.</param>
/// <param name="Cutters">Applied one after another to the normalised part; each gets the words of the one before.</param>
internal sealed record TextPreparation(IReadOnlyList<Func<string, string>> Normalizers, IReadOnlyList<TextPreparation.Cutter> Cutters)
{
    /// <summary>SentencePiece's mark for a space.</summary>
    public const char SpaceMark = '▁';

    /// <summary>GPT-2's splits, which the byte-level pre-tokenizer makes where <c>use_regex</c> is set.</summary>
    private const string ByteLevelPattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(10);

    /// <summary>Cuts a word into words.</summary>
    /// <param name="word">What to cut.</param>
    /// <param name="opensText">Whether the word stands at the very start of the whole text.</param>
    public delegate IEnumerable<string> Cutter(string word, bool opensText);

    /// <summary>Where a space mark is put before a word (<c>prepend_scheme</c>).</summary>
    public enum PrefixScheme
    {
        /// <summary>Nowhere.</summary>
        Never,

        /// <summary>Only at the very start of a text.</summary>
        First,

        /// <summary>Before every part of a text that lies between added tokens.</summary>
        Always,
    }

    /// <summary>What transformers makes of a Llama tokenizer's <c>legacy</c> setting.</summary>
    /// <param name="legacy">True: every part after a special token starts with a space mark again. False: only the text's first.</param>
    /// <param name="addsPrefix">False: no space mark is added at all (<c>add_prefix_space</c>).</param>
    public static TextPreparation OfLlama(bool legacy, bool addsPrefix) =>
        (legacy, addsPrefix) switch
        {
            (true, true) => new([Prepend(SpaceMark.ToString()), Replace(" ", SpaceMark.ToString())], []),
            (true, false) => new([Replace(" ", SpaceMark.ToString())], []),
            (false, true) => new([], [MarkSpaces(SpaceMark, PrefixScheme.First, splits: false)]),
            (false, false) => new([], [MarkSpaces(SpaceMark, PrefixScheme.Never, splits: false)]),
        };

    public static Func<string, string> Prepend(string prefix) => text => text.Length == 0 ? text : prefix + text;

    public static Func<string, string> Replace(string pattern, string content) =>
        pattern.Length == 0 ? text => text : text => text.Replace(pattern, content, StringComparison.Ordinal);

    public static Func<string, string> Compose(NormalizationForm form) => text => text.Normalize(form);

    /// <summary>The <c>Metaspace</c> pre-tokenizer.</summary>
    public static Cutter MarkSpaces(char mark, PrefixScheme scheme, bool splits) => (word, opensText) =>
    {
        var marked = word.Replace(' ', mark);
        var prefixed = scheme == PrefixScheme.Always || (scheme == PrefixScheme.First && opensText);
        if (prefixed && marked.Length > 0 && marked[0] != mark)
        {
            marked = mark + marked;
        }

        return splits ? CutBefore(marked, mark) : [marked];
    };

    /// <summary>The <c>ByteLevel</c> pre-tokenizer: every byte becomes a character of its alphabet.</summary>
    public static Cutter WriteBytes(bool addsPrefix, bool splits)
    {
        var split = splits ? Split(new Regex(ByteLevelPattern, RegexOptions.CultureInvariant, LongestMatch)) : null;
        return (word, opensText) =>
        {
            var text = addsPrefix && !word.StartsWith(' ') ? " " + word : word;
            return (split is null ? [text] : split(text, opensText)).Select(part => ByteAlphabet.Write(part));
        };
    }

    /// <summary>The <c>Split</c> pre-tokenizer: matches and what lies between them become words of their own.</summary>
    /// <exception cref="ArgumentException">A pattern .NET cannot read.</exception>
    public static Cutter SplitIsolated(string pattern) => Split(new Regex(pattern, RegexOptions.CultureInvariant, LongestMatch));

    public string Normalize(string part)
    {
        foreach (var normalizer in Normalizers)
        {
            part = normalizer(part);
        }

        return part;
    }

    public IEnumerable<string> Cut(string part, bool opensText)
    {
        IEnumerable<string> words = [part];
        foreach (var cutter in Cutters)
        {
            var opens = opensText;
            words = words.SelectMany((word, index) => cutter(word, opens && index == 0));
        }

        return words;
    }

    private static Cutter Split(Regex regex) => (word, _) => SplitAt(regex, word);

    private static IEnumerable<string> SplitAt(Regex regex, string text)
    {
        var (shadow, offsets) = Shadow(text);
        var done = 0;
        for (var match = Next(() => regex.Match(shadow)); match.Success; match = Next(match.NextMatch))
        {
            if (match.Length == 0)
            {
                continue;
            }

            if (match.Index > done)
            {
                yield return text[At(done)..At(match.Index)];
            }

            yield return text[At(match.Index)..At(match.Index + match.Length)];
            done = match.Index + match.Length;
        }

        if (done < shadow.Length)
        {
            yield return text[At(done)..];
        }

        int At(int index) => offsets is null ? index : offsets[index];

        static Match Next(Func<Match> find)
        {
            try
            {
                return find();
            }
            catch (RegexMatchTimeoutException e)
            {
                throw new RefusedInputException(
                    $"The tokenizer's split pattern took over {LongestMatch.TotalSeconds:0} s on this text: shorten the text, or use a checkpoint whose tokenizer.json has a simpler pattern.", e);
            }
        }
    }

    /// <summary>
    /// .NET's patterns see halves of surrogate pairs, Hugging Face's whole characters. Each character beyond the basic plane is therefore matched as
    /// one of the
    /// basic plane that is of the same general category.
    /// </summary>
    /// <returns>The text to match, and for each of its indices, its end included, the index in the text; null where both are the same.</returns>
    private static (string Shadow, int[]? Offsets) Shadow(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return (text, null);
        }

        var shadow = new StringBuilder(text.Length);
        var offsets = new int[text.Length + 1];
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            offsets[shadow.Length] = position;
            shadow.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            position += rune.Utf16SequenceLength;
        }

        offsets[shadow.Length] = position;
        return (shadow.ToString(), offsets);
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => 'Ж',
        UnicodeCategory.LowercaseLetter => 'ж',
        UnicodeCategory.TitlecaseLetter => 'ǅ',
        UnicodeCategory.ModifierLetter => 'ʰ',
        UnicodeCategory.OtherLetter => '中',
        UnicodeCategory.NonSpacingMark => '\u0301',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.DecimalDigitNumber => '٣',
        UnicodeCategory.LetterNumber => 'Ⅷ',
        UnicodeCategory.OtherNumber => '½',
        UnicodeCategory.ConnectorPunctuation => '‿',
        UnicodeCategory.DashPunctuation => '—',
        UnicodeCategory.OpenPunctuation => '「',
        UnicodeCategory.ClosePunctuation => '」',
        UnicodeCategory.InitialQuotePunctuation => '«',
        UnicodeCategory.FinalQuotePunctuation => '»',
        UnicodeCategory.OtherPunctuation => '。',
        UnicodeCategory.MathSymbol => '∑',
        UnicodeCategory.CurrencySymbol => '€',
        UnicodeCategory.ModifierSymbol => '´',
        UnicodeCategory.OtherSymbol => '☃',
        UnicodeCategory.Format => '\u200B',
        _ => '\uE000',
    };

    private static IEnumerable<string> CutBefore(string text, char mark)
    {
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == mark)
            {
                yield return text[start..i];
                start = i;
            }
        }

        if (start < text.Length)
        {
            yield return text[start..];
        }
    }
}
