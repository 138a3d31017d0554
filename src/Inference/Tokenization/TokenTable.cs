using System.Text.Unicode;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tokenization;

/// <summary>Names every row of the unembedding.</summary>
internal static class TokenTable
{
    /// <exception cref="RefusedInputException">An id beyond the unembedding, or one with two pieces.</exception>
    public static TokenEntry[] Build(
        IReadOnlyDictionary<string, int> pieces,
        IReadOnlyCollection<AddedToken> added,
        PieceDecoder decoder,
        int vocabularySize,
        string source)
    {
        var named = new string?[vocabularySize];
        var special = new HashSet<int>();
        foreach (var (piece, id) in pieces)
        {
            Name(piece, id);
        }

        foreach (var token in added)
        {
            Name(token.Content, token.Id);
            if (token.Special)
            {
                special.Add(token.Id);
            }
        }

        return [.. named.Select((piece, id) => Describe(id, piece, special.Contains(id), decoder))];

        void Name(string piece, int id)
        {
            if (id >= vocabularySize)
            {
                throw new RefusedInputException(
                    $"The tokenizer ({source}) has a token with id {id} (\"{Shown.Text(piece)}\"), but the checkpoint's unembedding has {vocabularySize} rows only: the tokenizer belongs to another checkpoint.");
            }

            if (named[id] is { } other && other != piece)
            {
                throw new RefusedInputException(
                    $"The tokenizer ({source}) gives id {id} to two tokens, \"{Shown.Text(other)}\" and \"{Shown.Text(piece)}\": download its files again.");
            }

            named[id] = piece;
        }
    }

    private static TokenEntry Describe(int id, string? piece, bool special, PieceDecoder decoder)
    {
        if (piece is null)
        {
            return new TokenEntry(id, "", "", TokenDisplay.OfUnnamed(id), TokenKind.Unnamed);
        }

        var text = decoder.DecodeInside(piece);
        if (special)
        {
            return new TokenEntry(id, piece, text, TokenDisplay.OfText(piece), TokenKind.Special);
        }

        if (!decoder.IsByteLevel)
        {
            return BytePiece.TryRead(piece, out var value)
                ? new TokenEntry(id, piece, text, TokenDisplay.OfBytes([value]), TokenKind.Byte)
                : new TokenEntry(id, piece, text, TokenDisplay.OfText(text), TokenKind.Ordinary);
        }

        var bytes = new List<byte>();
        ByteAlphabet.Read(piece, bytes);
        return Utf8.IsValid(bytes.ToArray())
            ? new TokenEntry(id, piece, text, TokenDisplay.OfText(text), TokenKind.Ordinary)
            : new TokenEntry(id, piece, text, TokenDisplay.OfBytes(bytes), TokenKind.Byte);
    }
}
