using System.Globalization;
using System.Text.Json;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tokenization;

/// <summary>What <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> say. All three may be missing.</summary>
internal sealed record TokenizerSettings
{
    private static readonly string[] NamedTokens =
    [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
        "additional_special_tokens", "extra_special_tokens",
    ];

    /// <summary>The class in transformers, or null.</summary>
    public string? Class { get; private init; }

    /// <summary>Whether the class is Llama's, with its own rules for prefixes and frames.</summary>
    public bool IsLlama =>
        Class is null || Class.StartsWith("Llama", StringComparison.Ordinal) || Class.StartsWith("CodeLlama", StringComparison.Ordinal);

    /// <summary>A space mark before every part of a text (true), or before its first only.</summary>
    public bool Legacy { get; private init; } = true;

    /// <summary>Null where the file does not say; saying anything makes transformers build the tokenizer from <c>tokenizer.model</c>.</summary>
    public bool? AddsPrefixSpace { get; private init; }

    public bool AddsBeginOfText { get; private init; } = true;

    public bool AddsEndOfText { get; private init; }

    public string BeginOfText { get; private init; } = "<s>";

    public string EndOfText { get; private init; } = "</s>";

    /// <summary>Decoded texts lose the space before punctuation.</summary>
    public bool CleansUpSpaces { get; private init; }

    /// <summary>Added tokens the files list.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; private init; } = [];

    /// <summary>Contents that are special by having a role: begin and end of text, padding, …</summary>
    public IReadOnlySet<string> SpecialContents { get; private init; } = new HashSet<string>();

    /// <exception cref="RefusedInputException">A file that cannot be read.</exception>
    public static TokenizerSettings Read(string folder)
    {
        using var config = TokenizerFile.TryReadJson(folder, "tokenizer_config.json");
        using var map = TokenizerFile.TryReadJson(folder, "special_tokens_map.json");
        using var added = TokenizerFile.TryReadJson(folder, "added_tokens.json");

        var root = config?.RootElement ?? default;
        var roles = (JsonElement[])[root, map?.RootElement ?? default];
        var special = roles.SelectMany(file => NamedTokens.SelectMany(name => Contents(file.Find(name)))).ToHashSet();
        return new TokenizerSettings
        {
            Class = root.FindText("tokenizer_class"),
            Legacy = root.FindFlag("legacy") ?? true,
            AddsPrefixSpace = root.FindFlag("add_prefix_space"),
            AddsBeginOfText = root.FindFlag("add_bos_token") ?? true,
            AddsEndOfText = root.FindFlag("add_eos_token") ?? false,
            BeginOfText = roles.SelectMany(file => Contents(file.Find("bos_token"))).FirstOrDefault("<s>"),
            EndOfText = roles.SelectMany(file => Contents(file.Find("eos_token"))).FirstOrDefault("</s>"),
            CleansUpSpaces = root.FindFlag("clean_up_tokenization_spaces") ?? false,
            SpecialContents = special,
            AddedTokens = root.Find("added_tokens_decoder") is { ValueKind: JsonValueKind.Object } decoder
                ? ReadDecoder(decoder, Path.Combine(folder, "tokenizer_config.json"))
                : ReadAddedTokens(added?.RootElement ?? default, special, Path.Combine(folder, "added_tokens.json")),
        };
    }

    private static List<AddedToken> ReadDecoder(JsonElement decoder, string path) =>
    [
        .. decoder.EnumerateObject().Select(entry => TokenizerJson.ReadAddedToken(
            entry.Value,
            int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null,
            path)),
    ];

    /// <summary>The older form, content → id, without flags: what has a role is special, anything else is looked for in the normalised
    /// text.</summary>
    private static List<AddedToken> ReadAddedTokens(JsonElement added, HashSet<string> special, string path)
    {
        var tokens = new List<AddedToken>();
        if (added.ValueKind != JsonValueKind.Object)
        {
            return tokens;
        }

        foreach (var entry in added.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id < 0)
            {
                throw new RefusedInputException($"{path} gives the token \"{Shown.Text(entry.Name)}\" no id from 0 on: download it again.");
            }

            tokens.Add(new AddedToken(id, entry.Name, special.Contains(entry.Name), Normalized: !special.Contains(entry.Name)));
        }

        return tokens;
    }

    /// <summary>The texts in a role: a string, an object with <c>content</c>, a list of these, or an object of named ones.</summary>
    private static IEnumerable<string> Contents(JsonElement? role) => role switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } content ? [content] : [],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().SelectMany(item => Contents(item)),
        { ValueKind: JsonValueKind.Object } token when token.FindText("content") is { Length: > 0 } content => [content],
        { ValueKind: JsonValueKind.Object } named => named.EnumerateObject().SelectMany(entry => Contents(entry.Value)),
        _ => [],
    };
}
