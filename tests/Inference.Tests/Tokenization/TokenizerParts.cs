using Google.Protobuf;

namespace LogitLens.Inference.Tests.Tokenization;

/// <summary>Small tokenizers to write into a <see cref="TokenizerFolder"/>.</summary>
internal static class TokenizerParts
{
    /// <summary>A SentencePiece model: pieces with score and type (1 normal, 2 unknown, 3 control, 4 user-defined, 6 byte), and the kind of its
    /// trainer (2 is BPE).</summary>
    public static byte[] Model(int modelType, params (string Text, float Score, int Type)[] pieces)
    {
        return Message(model =>
        {
            foreach (var (text, score, type) in pieces)
            {
                model.WriteTag(1, WireFormat.WireType.LengthDelimited);
                model.WriteBytes(ByteString.CopyFrom(Message(piece =>
                {
                    piece.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    piece.WriteString(text);
                    piece.WriteTag(2, WireFormat.WireType.Fixed32);
                    piece.WriteFloat(score);
                    piece.WriteTag(3, WireFormat.WireType.Varint);
                    piece.WriteEnum(type);
                })));
            }

            model.WriteTag(2, WireFormat.WireType.LengthDelimited);
            model.WriteBytes(ByteString.CopyFrom(Message(trainer =>
            {
                trainer.WriteTag(3, WireFormat.WireType.Varint);
                trainer.WriteEnum(modelType);
            })));
        });
    }

    /// <summary>Unknown, begin, end, and then <paramref name="pieces"/> with falling scores.</summary>
    public static byte[] LlamaModel(params string[] pieces) => Model(
        2,
        [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), .. pieces.Select((piece, i) => (piece, -(float)i, piece.StartsWith("<0x", StringComparison.Ordinal) ? 6 : 1))]);

    /// <summary>A <c>tokenizer.json</c> of the BPE kind; pieces get their ids by order.</summary>
    public static Dictionary<string, object?> Json(
        string[] pieces,
        (string Left, string Right)[] merges,
        object? normalizer = null,
        object? preTokenizer = null,
        object? decoder = null,
        object? postProcessor = null,
        object[]? addedTokens = null) => new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = addedTokens ?? [],
            ["normalizer"] = normalizer,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = postProcessor,
            ["decoder"] = decoder ?? SentencePieceDecoder,
            ["model"] = new
            {
                type = "BPE",
                byte_fallback = true,
                vocab = pieces.Select((piece, id) => (piece, id)).ToDictionary(pair => pair.piece, pair => pair.id),
                merges = merges.Select(merge => (string[])[merge.Left, merge.Right]).ToArray(),
            },
        };

    public static object SentencePieceDecoder => new
    {
        type = "Sequence",
        decoders = new object[]
        {
            new { type = "Replace", pattern = new { String = "▁" }, content = " " },
            new { type = "ByteFallback" },
            new { type = "Fuse" },
            new { type = "Strip", content = " ", start = 1, stop = 0 },
        },
    };

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(output);
        }

        return stream.ToArray();
    }
}
