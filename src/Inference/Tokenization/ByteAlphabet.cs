using System.Text;

namespace LogitLens.Inference.Tokenization;

/// <summary>The 256 characters in which byte-level BPE writes bytes: printable Latin-1 stands for itself, the rest for U+0100 onwards (GPT-2's
/// <c>bytes_to_unicode</c>).</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly Dictionary<char, byte> Bytes = Characters.Select((c, i) => (c, (byte)i)).ToDictionary(pair => pair.c, pair => pair.Item2);

    /// <summary>A text's UTF-8 bytes, written in the alphabet.</summary>
    public static string Write(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(bytes.Length, bytes, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Characters[source[i]];
            }
        });
    }

    /// <summary>Appends the bytes a piece stands for; one with a character outside the alphabet (an added token) stands for its own UTF-8.</summary>
    public static void Read(string piece, List<byte> bytes)
    {
        var before = bytes.Count;
        foreach (var c in piece)
        {
            if (!Bytes.TryGetValue(c, out var value))
            {
                bytes.RemoveRange(before, bytes.Count - before);
                bytes.AddRange(Encoding.UTF8.GetBytes(piece));
                return;
            }

            bytes.Add(value);
        }
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var next = (char)256;
        for (var i = 0; i < characters.Length; i++)
        {
            characters[i] = i is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)i : next++;
        }

        return characters;
    }
}
