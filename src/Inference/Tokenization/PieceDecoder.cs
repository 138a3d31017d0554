using System.Text;

namespace LogitLens.Inference.Tokenization;

/// <summary>Puts pieces together into text.</summary>
/// <param name="IsByteLevel">The pieces are written in the byte alphabet (Qwen2); otherwise in SentencePiece's, with a mark for spaces and pieces for
/// bytes.</param>
/// <param name="StrippedSpaces">How many leading spaces a decoded text loses: 1 where encoding puts a mark before every text.</param>
internal sealed record PieceDecoder(bool IsByteLevel, int StrippedSpaces)
{
    public string Decode(IEnumerable<string> pieces)
    {
        var text = IsByteLevel ? JoinBytes(pieces) : Join(pieces);
        var stripped = 0;
        while (stripped < StrippedSpaces && stripped < text.Length && text[stripped] == ' ')
        {
            stripped++;
        }

        return text[stripped..];
    }

    /// <summary>What a piece stands for inside a text: no leading space is taken off.</summary>
    public string DecodeInside(string piece) => IsByteLevel ? JoinBytes([piece]) : Join([piece]);

    private static string JoinBytes(IEnumerable<string> pieces)
    {
        var bytes = new List<byte>();
        foreach (var piece in pieces)
        {
            ByteAlphabet.Read(piece, bytes);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string Join(IEnumerable<string> pieces)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        foreach (var piece in pieces)
        {
            if (BytePiece.TryRead(piece, out var value))
            {
                bytes.Add(value);
                continue;
            }

            AppendBytes(text, bytes);
            text.Append(piece).Replace(TextPreparation.SpaceMark, ' ', text.Length - piece.Length, piece.Length);
        }

        AppendBytes(text, bytes);
        return text.ToString();
    }

    /// <summary>A run of bytes is text as a whole or not at all: one that is no UTF-8 gives a replacement character for each byte.</summary>
    private static void AppendBytes(StringBuilder text, List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            return;
        }

        var run = bytes.ToArray();
        bytes.Clear();
        if (System.Text.Unicode.Utf8.IsValid(run))
        {
            text.Append(Encoding.UTF8.GetString(run));
        }
        else
        {
            text.Append('\uFFFD', run.Length);
        }
    }
}
