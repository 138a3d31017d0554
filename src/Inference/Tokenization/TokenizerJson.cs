using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tokenization;

/// <summary>Reads <c>tokenizer.json</c>: Hugging Face's tokenizers format, of the BPE kind.</summary>
/// <param name="path">The file, for error sentences.</param>
/// <param name="root">Its content.</param>
internal sealed class TokenizerJson(string path, JsonElement root)
{
    /// <exception cref="RefusedInputException">Another model than BPE, or one that contradicts itself.</exception>
    public PieceVocabulary ReadVocabulary()
    {
        if (root.Find("model") is not { ValueKind: JsonValueKind.Object } model)
        {
            throw new RefusedInputException($"{path} has no \"model\", so it is no tokenizers file: download it again.");
        }

        // Older files name no type; a model with merges is BPE.
        var type = model.FindText("type") ?? (model.Find("merges") is null ? "(none)" : "BPE");
        if (type != "BPE")
        {
            throw new RefusedInputException(
                $"{path} holds a tokenizer of the {Shown.Text(type)} kind, but only BPE, the kind LLaVA checkpoints use, is supported: use a checkpoint with a BPE tokenizer.");
        }

        foreach (var name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.FindText(name) is { Length: > 0 } value)
            {
                throw new RefusedInputException(
                    $"{path} has the {name} \"{Shown.Text(value)}\", which is not supported: use a checkpoint whose tokenizer has none.");
            }
        }

        var ids = ReadPieces(model);
        int? unknown = null;
        if (model.FindText("unk_token") is { } unknownPiece)
        {
            unknown = ids.TryGetValue(unknownPiece, out var id)
                ? id
                : throw new RefusedInputException(
                    $"{path} names the unknown token \"{Shown.Text(unknownPiece)}\", which is not among its pieces: download it again.");
        }

        return new PieceVocabulary
        {
            Ids = ids,
            Merges = [.. model.FindItems("merges").Select(ReadMerge)],
            UnknownId = unknown,
            FusesUnknown = model.FindFlag("fuse_unk") ?? false,
            FallsBackToBytes = model.FindFlag("byte_fallback") ?? false,
            TakesWholeWords = model.FindFlag("ignore_merges") ?? false,
            AddedTokens = [.. root.FindItems("added_tokens").Select(token => ReadAddedToken(token, token.FindNumber("id"), path))],
        };
    }

    /// <exception cref="RefusedInputException">A normalizer or pre-tokenizer that is not supported.</exception>
    public TextPreparation ReadPreparation()
    {
        var normalizers = new List<Func<string, string>>();
        foreach (var step in Flatten(root.Find("normalizer"), "normalizers"))
        {
            normalizers.Add(step.Type() switch
            {
                "Prepend" => TextPreparation.Prepend(step.FindText("prepend") ?? ""),
                "Replace" => TextPreparation.Replace(ReadLiteral(step, "Replace normalizer"), step.FindText("content") ?? ""),
                "NFC" => TextPreparation.Compose(NormalizationForm.FormC),
                "NFD" => TextPreparation.Compose(NormalizationForm.FormD),
                "NFKC" => TextPreparation.Compose(NormalizationForm.FormKC),
                "NFKD" => TextPreparation.Compose(NormalizationForm.FormKD),
                var other => throw Unsupported("normalizer", other),
            });
        }

        var cutters = new List<TextPreparation.Cutter>();
        foreach (var step in Flatten(root.Find("pre_tokenizer"), "pretokenizers"))
        {
            cutters.Add(step.Type() switch
            {
                "Metaspace" => ReadMetaspace(step),
                "Split" => ReadSplit(step),
                "ByteLevel" => TextPreparation.WriteBytes(step.FindFlag("add_prefix_space") ?? true, step.FindFlag("use_regex") ?? true),
                var other => throw Unsupported("pre-tokenizer", other),
            });
        }

        return new TextPreparation(normalizers, cutters);
    }

    /// <exception cref="RefusedInputException">A decoder that is not supported.</exception>
    public PieceDecoder ReadDecoder()
    {
        var steps = Flatten(root.Find("decoder"), "decoders").ToList();
        if (steps.Count == 1 && steps[0].Type() == "ByteLevel")
        {
            return new PieceDecoder(IsByteLevel: true, StrippedSpaces: 0);
        }

        var marksSpaces = false;
        var stripped = 0;
        foreach (var step in steps)
        {
            switch (step.Type())
            {
                case "Replace" when ReadLiteral(step, "Replace decoder") == TextPreparation.SpaceMark.ToString() && step.FindText("content") == " ":
                    marksSpaces = true;
                    break;
                case "ByteFallback" or "Fuse":
                    break;
                case "Strip" when step.FindText("content") == " " && (step.FindNumber("stop") ?? 0) == 0:
                    stripped = step.FindNumber("start") ?? 0;
                    break;
                case var other:
                    throw Unsupported("decoder", other);
            }
        }

        return marksSpaces
            ? new PieceDecoder(IsByteLevel: false, stripped)
            : throw Unsupported("decoder", steps.Count == 0 ? "(none)" : "one without ▁");
    }

    /// <summary>The ids put before and after every text.</summary>
    /// <exception cref="RefusedInputException">A post-processor that is not supported.</exception>
    public (int[] Before, int[] After) ReadFrame()
    {
        var before = new List<int>();
        var after = new List<int>();
        foreach (var step in Flatten(root.Find("post_processor"), "processors"))
        {
            var type = step.Type();
            if (type == "ByteLevel")
            {
                continue;
            }

            if (type != "TemplateProcessing")
            {
                throw Unsupported("post-processor", type);
            }

            var ids = before;
            foreach (var item in step.FindItems("single"))
            {
                if (item.Find("Sequence") is not null)
                {
                    ids = after;
                }
                else if (item.Find("SpecialToken")?.FindText("id") is { } name && step.Find("special_tokens")?.Find(name) is { } token)
                {
                    foreach (var id in token.FindItems("ids"))
                    {
                        ids.Add(id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number) && number >= 0
                            ? number
                            : throw new RefusedInputException(
                                $"{path} has a post-processor whose token {Shown.Text(name)} has no proper id: download it again."));
                    }
                }
            }
        }

        return ([.. before], [.. after]);
    }

    /// <summary>An added token as <c>tokenizer.json</c> and <c>tokenizer_config.json</c> write it.</summary>
    /// <exception cref="RefusedInputException">No id or no content.</exception>
    public static AddedToken ReadAddedToken(JsonElement token, int? id, string path)
    {
        if (id is not >= 0 || token.FindText("content") is not { } content)
        {
            throw new RefusedInputException($"{path} has an added token without an id from 0 on or without content: download it again.");
        }

        var special = token.FindFlag("special") ?? false;
        return new AddedToken(
            id.Value,
            content,
            special,
            token.FindFlag("normalized") ?? !special,
            token.FindFlag("lstrip") ?? false,
            token.FindFlag("rstrip") ?? false,
            token.FindFlag("single_word") ?? false);
    }

    private Dictionary<string, int> ReadPieces(JsonElement model)
    {
        if (model.Find("vocab") is not { ValueKind: JsonValueKind.Object } vocabulary)
        {
            throw new RefusedInputException($"{path} has no \"vocab\", so its pieces are missing: download it again.");
        }

        var ids = new Dictionary<string, int>();
        var pieces = new Dictionary<int, string>();
        foreach (var property in vocabulary.EnumerateObject())
        {
            var piece = property.Name;
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out var id) || id < 0)
            {
                throw new RefusedInputException($"{path} gives the piece \"{Shown.Text(piece)}\" no id from 0 on: download it again.");
            }

            if (!ids.TryAdd(piece, id))
            {
                throw new RefusedInputException($"{path} has the piece \"{Shown.Text(piece)}\" twice, as ids {ids[piece]} and {id}: download it again.");
            }

            if (!pieces.TryAdd(id, piece))
            {
                throw new RefusedInputException($"{path} gives id {id} to two pieces, \"{Shown.Text(pieces[id])}\" and \"{Shown.Text(piece)}\": download it again.");
            }
        }

        return ids.Count > 0 ? ids : throw new RefusedInputException($"{path} has an empty \"vocab\": download it again.");
    }

    /// <summary>A merge is <c>["a", "b"]</c>, in older files <c>"a b"</c>.</summary>
    private (string Left, string Right) ReadMerge(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2)
        {
            if (merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String)
            {
                return (merge[0].GetString()!, merge[1].GetString()!);
            }
        }
        else if (merge.ValueKind == JsonValueKind.String && merge.GetString()!.Split(' ') is [var first, var second])
        {
            return (first, second);
        }

        throw new RefusedInputException($"{path} has a merge that is no pair of pieces: download it again.");
    }

    private TextPreparation.Cutter ReadMetaspace(JsonElement step)
    {
        if (step.FindText("replacement") is not { Length: 1 } replacement)
        {
            throw Unsupported("Metaspace replacement", step.FindText("replacement") ?? "(none)");
        }

        // Older files have add_prefix_space alone, and it means: always.
        var scheme = (step.FindText("prepend_scheme") ?? (step.FindFlag("add_prefix_space") ?? true ? "always" : "never")) switch
        {
            "always" => TextPreparation.PrefixScheme.Always,
            "first" => TextPreparation.PrefixScheme.First,
            "never" => TextPreparation.PrefixScheme.Never,
            var other => throw Unsupported("Metaspace scheme", other),
        };
        return TextPreparation.MarkSpaces(replacement[0], scheme, step.FindFlag("split") ?? true);
    }

    private TextPreparation.Cutter ReadSplit(JsonElement step)
    {
        if (step.FindText("behavior") is not "Isolated")
        {
            throw Unsupported("Split behaviour", step.FindText("behavior") ?? "(none)");
        }

        var pattern = step.Find("pattern")?.FindText("Regex") ?? Regex.Escape(ReadLiteral(step, "Split pre-tokenizer"));
        try
        {
            return TextPreparation.SplitIsolated(pattern);
        }
        catch (ArgumentException e)
        {
            throw new RefusedInputException(
                $"{path} splits texts by a pattern that cannot be read ({Shown.Text(e.Message)}): use a checkpoint whose tokenizer has a simpler one.", e);
        }
    }

    private string ReadLiteral(JsonElement step, string what) =>
        step.Find("pattern")?.FindText("String") ?? throw Unsupported(what, "one without a fixed text");

    private static IEnumerable<JsonElement> Flatten(JsonElement? step, string items)
    {
        if (step is not { } element)
        {
            return [];
        }

        return element.Type() == "Sequence" ? element.FindItems(items).SelectMany(item => Flatten(item, items)) : [element];
    }

    private RefusedInputException Unsupported(string what, string which) =>
        new($"{path} asks for a {what} that is not supported: {Shown.Text(which)}; use a checkpoint with a Llama-, Mistral- or Qwen2-like tokenizer.");
}
