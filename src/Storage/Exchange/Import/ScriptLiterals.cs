using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>
/// Reads array, string and number literals of JavaScript out of UTF-8 as data. There is no expression in what it understands: a name, an operator, a call
/// or a template's <c>${…}</c> ends the reading. Nothing is recursive, and every loop takes at least one byte of the text.
/// </summary>
internal ref struct ScriptLiterals
{
    // A text of the longest length with every unit escaped as \u{10FFFF}.
    private const int LongestString = ImportLimits.TextLength * 10;

    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("+-.0123456789eE"u8);

    private readonly ReadOnlySpan<byte> _text;
    private char[] _buffer;

    /// <param name="text">Valid UTF-8.</param>
    /// <param name="at">Where the literal begins.</param>
    public ScriptLiterals(ReadOnlySpan<byte> text, int at)
    {
        _text = text;
        _buffer = new char[256];
        At = at;
    }

    /// <summary>The next byte to read.</summary>
    public int At { get; private set; }

    /// <summary>Goes past an opening bracket.</summary>
    public void Open(string what)
    {
        if (!TryTake((byte)'['))
        {
            throw Wrong($"{what} should begin with [ here");
        }
    }

    /// <summary>Whether another element follows in the array; goes past the comma before it, or past the closing bracket.</summary>
    /// <param name="isFirst">No element has been read yet.</param>
    public bool Next(bool isFirst, string what)
    {
        if (TryTake((byte)']'))
        {
            return false;
        }

        if (isFirst)
        {
            return true;
        }

        if (!TryTake((byte)','))
        {
            throw Wrong($"{what} should go on with a comma or end with ] here");
        }

        // A comma before the closing bracket adds no element.
        return !TryTake((byte)']');
    }

    /// <summary>Reads a string in single, double or backward quotes, with every escape JavaScript has; half of a surrogate pair becomes U+FFFD.</summary>
    /// <returns>The text; valid until the next call.</returns>
    public ReadOnlySpan<char> ReadString(string what)
    {
        SkipBlanks();
        var quote = Peek();
        if (quote is not ((byte)'"' or (byte)'\'' or (byte)'`'))
        {
            throw Wrong($"{what} should be a text in quotes here");
        }

        var start = At;
        At++;
        var length = 0;
        while (true)
        {
            var window = _text[At..Math.Min(_text.Length, At + LongestString)];
            var plain = window.IndexOfAny(quote, (byte)'\\');
            if (plain < 0 || length + plain > ImportLimits.TextLength * 4)
            {
                throw TooLongOrOpen(what, start);
            }

            length += Append(window[..plain], quote, length);
            At += plain;
            if (length > ImportLimits.TextLength)
            {
                throw TooLongOrOpen(what, start);
            }

            if (_text[At] == quote)
            {
                At++;
                RepairSurrogates(_buffer.AsSpan(0, length));
                return _buffer.AsSpan(0, length);
            }

            length += AppendEscape(length);
        }
    }

    /// <summary>Reads a probability: a number, or a number in quotes; a percent sign divides it by 100.</summary>
    public double ReadProbability()
    {
        SkipBlanks();
        var start = At;
        var quote = Peek();
        var isQuoted = quote is (byte)'"' or (byte)'\'' or (byte)'`';
        if (isQuoted)
        {
            At++;
        }

        var window = _text[At..Math.Min(_text.Length, At + 40)];
        var end = window.IndexOfAnyExcept(NumberBytes);
        if (end <= 0
            || !double.TryParse(window[..end], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw WrongAt(start, "a probability should be a number such as \"0.1234\" here");
        }

        At += end;
        if (isQuoted)
        {
            if (Peek() == (byte)'%')
            {
                value /= 100;
                At++;
            }

            if (Peek() != quote)
            {
                throw WrongAt(start, "a probability should be a number such as \"0.1234\" here");
            }

            At++;
        }

        return value is >= 0 and <= 1
            ? value
            : throw WrongAt(start, string.Create(CultureInfo.InvariantCulture, $"{value:R} is no probability, which lies between 0 and 1"));
    }

    /// <summary>Whitespace and comments.</summary>
    public void SkipBlanks()
    {
        while (At < _text.Length)
        {
            var rest = _text[At..];
            if (rest[0] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0B or 0x0C)
            {
                At++;
            }
            else if (rest.StartsWith("//"u8))
            {
                var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
                At += end < 0 ? rest.Length : end;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var end = rest[2..].IndexOf("*/"u8);
                At += end < 0 ? rest.Length : end + 4;
            }
            else if (Blank(rest) is var length and > 0)
            {
                At += length;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>What is wrong at the present place, with what stands there.</summary>
    public readonly UnreadableFileException Wrong(string what) => WrongAt(At, what);

    private readonly UnreadableFileException WrongAt(int at, string what)
    {
        var found = at >= _text.Length ? "the file ends" : $"there is {Shown(at)}";
        return new UnreadableFileException($"{what}, but {found}; the page was cut off or changed: take the file as its tool wrote it.", at);
    }

    private readonly string Shown(int at)
    {
        // Not in the middle of a letter, and nothing that would tear a line of a log.
        var text = Encoding.UTF8.GetString(_text[at..Math.Min(_text.Length, at + 60)]);
        var clean = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes().Take(20))
        {
            clean.Append(Rune.IsControl(rune) ? "␣" : rune.ToString());
        }

        return clean.Append('"').ToString();
    }

    private readonly byte Peek() => At < _text.Length ? _text[At] : (byte)0;

    private bool TryTake(byte wanted)
    {
        SkipBlanks();
        if (At < _text.Length && _text[At] == wanted)
        {
            At++;
            return true;
        }

        return false;
    }

    // U+00A0, U+2028, U+2029 and U+FEFF count as blank in JavaScript; no other is expected in a file that a program wrote.
    private static int Blank(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("\u00A0"u8) ? 2 : rest.StartsWith("\u2028"u8) || rest.StartsWith("\u2029"u8) || rest.StartsWith("\uFEFF"u8) ? 3 : 0;

    private int Append(ReadOnlySpan<byte> plain, byte quote, int length)
    {
        if (quote == '`')
        {
            if (plain.IndexOf("${"u8) is var expression and >= 0)
            {
                throw WrongAt(At + expression, "a text may not compute anything");
            }
        }
        else if (plain.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            throw WrongAt(At + end, "a text in quotes should end on its line");
        }

        Reserve(length + plain.Length);
        Utf8.ToUtf16(plain, _buffer.AsSpan(length), out _, out var written);
        return written;
    }

    /// <summary>One escape, from its backslash on.</summary>
    private int AppendEscape(int length)
    {
        Reserve(length + 2);
        var start = At;
        At++;
        var letter = Peek();
        At++;
        switch (letter)
        {
            case (byte)'n': return Put('\n', length);
            case (byte)'t': return Put('\t', length);
            case (byte)'r': return Put('\r', length);
            case (byte)'b': return Put('\b', length);
            case (byte)'f': return Put('\f', length);
            case (byte)'v': return Put('\v', length);
            case (byte)'x': return Put((char)Hex(2, start), length);
            case (byte)'u': return AppendCodePoint(start, length);
            case (byte)'\r':
                // A line that goes on has no line end in its text.
                At += Peek() == (byte)'\n' ? 1 : 0;
                return 0;
            case (byte)'\n':
                return 0;
            case >= (byte)'0' and <= (byte)'7':
                return Put((char)Octal(letter), length);
            default:
                if (start + 1 >= _text.Length)
                {
                    throw Wrong("a text in quotes should go on");
                }

                // Any other character stands for itself.
                At--;
                Rune.DecodeFromUtf8(_text[At..], out var rune, out var bytes);
                At += bytes;
                return rune.Value is 0x2028 or 0x2029 ? 0 : rune.EncodeToUtf16(_buffer.AsSpan(length));
        }
    }

    private int AppendCodePoint(int start, int length)
    {
        if (Peek() != (byte)'{')
        {
            return Put((char)Hex(4, start), length);
        }

        At++;
        var window = _text[At..Math.Min(_text.Length, At + 12)];
        var close = window.IndexOf((byte)'}');
        if (close <= 0 || !Utf8Parser.TryParse(window[..close], out int value, out var used, 'x') || used != close || value is < 0 or > 0x10FFFF)
        {
            throw WrongAt(start, "an escape should be a code point such as \\u{1F600}");
        }

        At += close + 1;
        return value > 0xFFFF ? new Rune(value).EncodeToUtf16(_buffer.AsSpan(length)) : Put((char)value, length);
    }

    private int Hex(int digits, int start)
    {
        if (At + digits > _text.Length || !Utf8Parser.TryParse(_text.Slice(At, digits), out int value, out var used, 'x') || used != digits)
        {
            throw WrongAt(start, $"an escape should have {digits} hexadecimal digits");
        }

        At += digits;
        return value;
    }

    private int Octal(byte first)
    {
        var value = first - '0';
        for (var digits = 1; digits < 3 && Peek() is >= (byte)'0' and <= (byte)'7' && (value * 8) + Peek() - '0' <= 255; digits++)
        {
            value = (value * 8) + Peek() - '0';
            At++;
        }

        return value;
    }

    private readonly int Put(char unit, int length)
    {
        _buffer[length] = unit;
        return 1;
    }

    private void Reserve(int length)
    {
        if (length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(length, 2 * _buffer.Length));
        }
    }

    private static void RepairSurrogates(Span<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = '\uFFFD';
            }
        }
    }

    private static UnreadableFileException TooLongOrOpen(string what, int start) => new(
        $"{what} has no end within {ImportLimits.TextLength} characters; the page was cut off or changed: take the file as its tool wrote it.", start);
}
