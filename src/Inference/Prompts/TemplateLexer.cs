using System.Text;

namespace LogitLens.Inference.Prompts;

/// <summary>Cuts a chat template into pieces, with white space treated as transformers has Jinja treat it (<c>trim_blocks</c>, <c>lstrip_blocks</c>).</summary>
internal sealed class TemplateLexer(string template)
{
    private static readonly string[] LongSymbols = ["==", "!=", "<=", ">=", "//", "**"];

    private readonly List<TemplateToken> _tokens = [];
    private int _at;

    public List<TemplateToken> Read()
    {
        var trimsNext = false;
        while (_at < template.Length)
        {
            var tag = NextTag();
            var text = template[_at..(tag < 0 ? template.Length : tag)];
            if (trimsNext)
            {
                text = text.TrimStart();
            }

            if (tag < 0)
            {
                AddPlain(text.EndsWith('\n') ? text[..^1] : text);
                break;
            }

            var kind = template[tag + 1];
            var control = tag + 2 < template.Length ? template[tag + 2] : ' ';
            AddPlain(control == '-' ? text.TrimEnd() : kind == '{' || control == '+' ? text : WithoutIndent(text, tag));
            _at = tag + 2 + (control is '-' or '+' ? 1 : 0);
            trimsNext = kind == '#' ? SkipComment() : ReadTag(kind == '{');
        }

        return _tokens;
    }

    private int NextTag()
    {
        for (var i = _at; i + 1 < template.Length; i++)
        {
            if (template[i] == '{' && template[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private void AddPlain(string text)
    {
        if (text.Length > 0)
        {
            _tokens.Add(new(TemplateTokenKind.Plain, text));
        }
    }

    /// <summary>A line's white space before a block goes away, unless something stands before it.</summary>
    private string WithoutIndent(string text, int tag)
    {
        var end = text.Length;
        while (end > 0 && text[end - 1] is ' ' or '\t')
        {
            end--;
        }

        var startsLine = end > 0 ? text[end - 1] == '\n' : tag - text.Length == 0 || template[tag - text.Length - 1] == '\n';
        return startsLine ? text[..end] : text;
    }

    private bool SkipComment()
    {
        var end = template.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new UnknownTemplateException("A comment without an end.");
        }

        var trims = end > _at && template[end - 1] == '-';
        _at = end + 2;
        SkipLineBreak();
        return trims;
    }

    private void SkipLineBreak()
    {
        if (_at < template.Length && template[_at] == '\n')
        {
            _at++;
        }
    }

    private bool ReadTag(bool isOutput)
    {
        _tokens.Add(new(isOutput ? TemplateTokenKind.OutputStart : TemplateTokenKind.BlockStart, string.Empty));
        var end = isOutput ? "}}" : "%}";
        while (_at < template.Length)
        {
            var c = template[_at];
            if (char.IsWhiteSpace(c))
            {
                _at++;
                continue;
            }

            var trims = c is '-' or '+' && At(_at + 1, end);
            if (trims || At(_at, end))
            {
                _tokens.Add(new(TemplateTokenKind.TagEnd, string.Empty));
                _at += trims ? 3 : 2;
                if (!isOutput && c != '+')
                {
                    SkipLineBreak();
                }

                return trims && c == '-';
            }

            _tokens.Add(c is '\'' or '"' ? ReadString(c)
                : char.IsAsciiDigit(c) ? ReadWhile(TemplateTokenKind.Number, char.IsAsciiDigit)
                : char.IsLetter(c) || c == '_' ? ReadWhile(TemplateTokenKind.Name, letter => char.IsLetterOrDigit(letter) || letter == '_')
                : ReadSymbol());
        }

        throw new UnknownTemplateException("A tag without an end.");
    }

    private bool At(int index, string text) => string.CompareOrdinal(template, index, text, 0, text.Length) == 0;

    private TemplateToken ReadWhile(TemplateTokenKind kind, Func<char, bool> belongs)
    {
        var start = _at;
        while (_at < template.Length && belongs(template[_at]))
        {
            _at++;
        }

        return new(kind, template[start.._at]);
    }

    private TemplateToken ReadSymbol()
    {
        var symbol = LongSymbols.FirstOrDefault(two => At(_at, two)) ?? template[_at].ToString();
        _at += symbol.Length;
        return new(TemplateTokenKind.Symbol, symbol);
    }

    private TemplateToken ReadString(char quote)
    {
        var text = new StringBuilder();
        for (_at++; _at < template.Length; _at++)
        {
            var c = template[_at];
            if (c == quote)
            {
                _at++;
                return new(TemplateTokenKind.String, text.ToString());
            }

            if (c != '\\' || _at + 1 == template.Length)
            {
                text.Append(c);
                continue;
            }

            // An unknown escape stands for itself, as in Python.
            _ = template[++_at] switch
            {
                'n' => text.Append('\n'),
                't' => text.Append('\t'),
                'r' => text.Append('\r'),
                '\\' or '\'' or '"' => text.Append(template[_at]),
                var other => text.Append('\\').Append(other),
            };
        }

        throw new UnknownTemplateException("A string without an end.");
    }
}
