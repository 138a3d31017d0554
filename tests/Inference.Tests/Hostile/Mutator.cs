using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LogitLens.Inference.Tests.Hostile;

/// <summary>Damages a file, always the same way for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly string[] Numbers =
    [
        "-1", "0", "1", "2", "7", "255", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "99999999999999999999999999", "1e999", "-1e999", "1e-400", "0.5", "1e5", "null", "true", "[]", "{}", "\"4\"", "[[1]]", "-0",
    ];

    private static readonly string[] Texts =
    [
        "\\ud800", "\\u0000", "\\uD83D\\uDE00", "../../etc/passwd", "/", "", "F64", "I8", "nan", "llama", "qwen2", "(((((((((((", "(a+)+$", "[[", "\\n", "\u2581", "\ufeff", "<image>",
    ];

#pragma warning disable CA5394 // The same damage on every machine is the point.
    private readonly Random _random = new(seed);

    public byte[] Damage(byte[] original, HostileForm form)
    {
        var kind = _random.Next(10);
        var damaged = (kind, form) switch
        {
            (0, _) => original[.._random.Next(original.Length)],
            (1 or 2, _) => Flip((byte[])original.Clone(), form),
            (3, _) => Splice(original),
            (_, HostileForm.Safetensors) => Lie(original),
            (_, HostileForm.Protobuf) => Stretch((byte[])original.Clone()),
            (_, HostileForm.Template) => Encoding.UTF8.GetBytes(Shuffle(Encoding.UTF8.GetString(original))),
            _ => Encoding.UTF8.GetBytes(Json(Encoding.UTF8.GetString(original))),
        };

        // Sometimes one damage on top of another.
        return _random.Next(5) == 0 && damaged.Length > 1 ? Flip(damaged, form) : damaged;
    }

    private byte[] Flip(byte[] bytes, HostileForm form)
    {
        for (var flips = _random.Next(1, 9); flips > 0; flips--)
        {
            // In weights what counts is the length and the header.
            var at = _random.Next(form == HostileForm.Safetensors ? Math.Min(bytes.Length, 4096) : bytes.Length);
            bytes[at] = _random.Next(3) switch
            {
                0 => (byte)_random.Next(256),
                1 => (byte)(bytes[at] ^ (1 << _random.Next(8))),
                _ => (byte)"0123456789\"{}[]:,-. eE\\u"[_random.Next(24)],
            };
        }

        return bytes;
    }

    /// <summary>A piece is left out, put in twice, or put somewhere else.</summary>
    private byte[] Splice(byte[] original)
    {
        var from = _random.Next(original.Length);
        var piece = original.AsSpan(from, _random.Next(Math.Min(original.Length - from, 256)) + 1);
        var at = _random.Next(original.Length);
        return _random.Next(3) switch
        {
            0 => [.. original[..from], .. original[(from + piece.Length)..]],
            1 => [.. original[..at], .. piece, .. original[at..]],
            _ => [.. original[..at], .. Enumerable.Repeat(piece.ToArray(), 40).SelectMany(part => part), .. original[at..]],
        };
    }

    /// <summary>Numbers and texts that lie, keys that come twice, brackets without end.</summary>
    private string Json(string text)
    {
        for (var changes = _random.Next(1, 4); changes > 0; changes--)
        {
            text = _random.Next(6) switch
            {
                0 or 1 => Replace(text, char.IsAsciiDigit, Numbers[_random.Next(Numbers.Length)]),
                2 => Replace(text, char.IsAsciiLetter, Texts[_random.Next(Texts.Length)]),
                3 => TwiceTheKey(text),
                4 => text.Insert(_random.Next(text.Length), new string(_random.Next(2) == 0 ? '[' : '{', 1 << _random.Next(12))),
                _ => text.Insert(_random.Next(text.Length), $"\"{new string('a', 1 << _random.Next(14))}\":{Numbers[_random.Next(Numbers.Length)]},"),
            };
        }

        return text;
    }

    private string Replace(string text, Func<char, bool> isPart, string with)
    {
        var start = _random.Next(text.Length);
        while (start < text.Length && !isPart(text[start]))
        {
            start++;
        }

        var end = start;
        while (end < text.Length && isPart(text[end]))
        {
            end++;
        }

        return string.Concat(text.AsSpan(0, start), with, text.AsSpan(end));
    }

    private string TwiceTheKey(string text)
    {
        var start = text.IndexOf('"', _random.Next(text.Length));
        var end = start < 0 ? -1 : text.IndexOf(',', start);
        return end < 0 ? text : text.Insert(start, text[start..(end + 1)]);
    }

    /// <summary>A header that lies about lengths, offsets, shapes and types, with its length set right or wrong.</summary>
    private byte[] Lie(byte[] original)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        var header = Encoding.UTF8.GetString(original, 8, length);
        switch (_random.Next(6))
        {
            case 0:
                var lying = (byte[])original.Clone();
                BinaryPrimitives.WriteUInt64LittleEndian(lying, (ulong)_random.NextInt64() >> _random.Next(64));
                return lying;
            case 1:
                // One tensor's place for another's: overlap and gap at once.
                var (first, second) = (OffsetsAt(header, _random.Next(header.Length)), OffsetsAt(header, _random.Next(header.Length)));
                header = first is { } here && second is { } there
                    ? string.Concat(header.AsSpan(0, here.Start), header.AsSpan(there.Start, there.Length), header.AsSpan(here.Start + here.Length))
                    : header;
                break;
            case 2:
                header = TwiceTheKey(header);
                break;
            case 3:
                header += new string(' ', 1 << _random.Next(16));
                break;
            default:
                header = Json(header);
                break;
        }

        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + original.Length - 8 - length];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length + (_random.Next(8) == 0 ? _random.Next(-16, 17) : 0));
        text.CopyTo(file, 8);
        original.AsSpan(8 + length).CopyTo(file.AsSpan(8 + text.Length));
        return file;
    }

    private static (int Start, int Length)? OffsetsAt(string header, int from)
    {
        const string Key = "\"data_offsets\":[";
        var start = header.IndexOf(Key, from, StringComparison.Ordinal);
        return start < 0 ? null : (start, header.IndexOf(']', start) + 1 - start);
    }

    /// <summary>A length or a tag becomes a larger one, up to ten bytes that all say: more follows.</summary>
    private byte[] Stretch(byte[] bytes)
    {
        var at = _random.Next(bytes.Length);
        for (var more = _random.Next(1, 11); more > 0 && at < bytes.Length; more--)
        {
            bytes[at++] = (byte)(0x80 | _random.Next(128));
        }

        return bytes;
    }

    private string Shuffle(string template)
    {
        var parts = template.Split(["{%", "%}", "{{", "}}"], StringSplitOptions.None);
        var marks = (string[])["{%", "%}", "{{", "}}", "{#", "#}", "'", "|", "(", ")", "[", "]", " if ", " else ", " in ", " is not ", ".upper()", "loop.", "+", "~", "-"];
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part).Append(marks[_random.Next(marks.Length)]);
        }

        return text.ToString(0, Math.Min(text.Length, 1 << 15)) + _random.Next(1000).ToString(CultureInfo.InvariantCulture);
    }
#pragma warning restore CA5394
}
