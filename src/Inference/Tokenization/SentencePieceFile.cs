using Google.Protobuf;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tokenization;

/// <summary>Reads <c>tokenizer.model</c>: SentencePiece's <c>ModelProto</c> (sentencepiece_model.proto), of the BPE kind.</summary>
/// <remarks>Own reading, because Microsoft.ML.Tokenizers keeps the pieces' scores and kinds, which the merges and the added tokens come from, to
/// itself.</remarks>
internal static class SentencePieceFile
{
    /// <summary>Longer pieces would make the search for merges, quadratic in a piece's length, a burden; SentencePiece's own default limit is
    /// 16.</summary>
    private const int LongestPiece = 1024;

    // SentencePiece.Type
    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;

    private sealed record Piece(string Text, float Score, int Type);

    /// <exception cref="RefusedInputException">No SentencePiece model, or one of another kind than BPE.</exception>
    public static PieceVocabulary Read(string path, byte[] bytes)
    {
        List<Piece> pieces;
        int? modelType;
        try
        {
            (pieces, modelType) = ReadModel(new CodedInputStream(bytes));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new RefusedInputException($"{path} is no readable SentencePiece model ({Shown.Text(e.Message)}): download it again.", e);
        }

        if (pieces.Count == 0)
        {
            throw new RefusedInputException($"{path} holds no pieces, so it is no SentencePiece model: download it again.");
        }

        // The schema's default is 1: Unigram.
        if (modelType != 2)
        {
            var kind = modelType switch { null or 1 => "Unigram", 3 => "word", 4 => "character", _ => $"unknown (type {modelType})" };
            throw new RefusedInputException(
                $"{path} is a SentencePiece model of the {kind} kind, but only BPE, the kind LLaVA checkpoints use, is supported: use a checkpoint with a BPE tokenizer.");
        }

        var ids = new Dictionary<string, int>(pieces.Count);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Text.Length > LongestPiece)
            {
                throw new RefusedInputException(
                    $"{path} has a piece of {pieces[id].Text.Length:N0} characters (id {id}), but {LongestPiece:N0} is the most a piece may have: download it again.");
            }

            if (!ids.TryAdd(pieces[id].Text, id))
            {
                throw new RefusedInputException(
                    $"{path} has the piece \"{Shown.Text(pieces[id].Text)}\" twice, as ids {ids[pieces[id].Text]} and {id}: download it again.");
            }
        }

        var unknown = pieces.FindIndex(piece => piece.Type == Unknown);
        return new PieceVocabulary
        {
            Ids = ids,
            Merges = BuildMerges(pieces, ids),
            UnknownId = unknown < 0 ? null : unknown,
            FusesUnknown = true,
            FallsBackToBytes = true,
            AddedTokens =
            [
                .. pieces.Index()
                    .Where(entry => entry.Item.Type is Unknown or Control or UserDefined)
                    .Select(entry => new AddedToken(entry.Index, entry.Item.Text, Special: entry.Item.Type != UserDefined)),
            ],
        };
    }

    /// <summary>Every way to put a piece together from two, the best-scored piece first: what transformers' <c>generate_merges</c> gives.</summary>
    private static List<(string Left, string Right)> BuildMerges(List<Piece> pieces, Dictionary<string, int> ids)
    {
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(string Left, string Right, float Score, int LeftLength, int RightLength)>();
        var local = new List<(string Left, string Right, int LeftId, int RightId, int LeftLength, int RightLength)>();
        foreach (var piece in pieces)
        {
            local.Clear();
            var length = piece.Text.EnumerateRunes().Count();
            var index = 0;
            var count = 0;
            foreach (var rune in piece.Text.EnumerateRunes())
            {
                if (index > 0
                    && lookup.TryGetValue(piece.Text.AsSpan(0, index), out var left, out var leftId)
                    && lookup.TryGetValue(piece.Text.AsSpan(index), out var right, out var rightId))
                {
                    local.Add((left, right, leftId, rightId, count, length - count));
                }

                index += rune.Utf16SequenceLength;
                count++;
            }

            merges.AddRange(local
                .OrderBy(merge => merge.LeftId)
                .ThenBy(merge => merge.RightId)
                .Select(merge => (merge.Left, merge.Right, piece.Score, merge.LeftLength, merge.RightLength)));
        }

        return
        [
            .. merges
                .OrderByDescending(merge => merge.Score)
                .ThenByDescending(merge => merge.LeftLength)
                .ThenByDescending(merge => merge.RightLength)
                .Select(merge => (merge.Left, merge.Right)),
        ];
    }

    private static (List<Piece> Pieces, int? ModelType) ReadModel(CodedInputStream input)
    {
        const uint pieces = (1 << 3) | 2;
        const uint trainer = (2 << 3) | 2;
        const uint trainerModelType = 3 << 3;

        var list = new List<Piece>();
        int? modelType = null;
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag == pieces)
            {
                list.Add(ReadPiece(input.ReadBytes().CreateCodedInput()));
            }
            else if (tag == trainer)
            {
                var spec = input.ReadBytes().CreateCodedInput();
                for (var field = spec.ReadTag(); field != 0; field = spec.ReadTag())
                {
                    if (field == trainerModelType)
                    {
                        modelType = spec.ReadEnum();
                    }
                    else
                    {
                        spec.SkipLastField();
                    }
                }
            }
            else
            {
                input.SkipLastField();
            }
        }

        return (list, modelType);
    }

    private static Piece ReadPiece(CodedInputStream input)
    {
        const uint text = (1 << 3) | 2;
        const uint score = (2 << 3) | 5;
        const uint type = 3 << 3;

        var piece = new Piece("", 0, 1);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            switch (tag)
            {
                case text:
                    piece = piece with { Text = input.ReadString() };
                    break;
                case score:
                    piece = piece with { Score = input.ReadFloat() };
                    break;
                case type:
                    piece = piece with { Type = input.ReadEnum() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return piece;
    }
}
