using LogitLens.Inference.Tokenization;

namespace LogitLens.Inference.Tests.Tokenization;

public sealed class EncodeTests
{
    private static readonly object Prepend = new
    {
        type = "Sequence",
        normalizers = new object[] { new { type = "Prepend", prepend = "▁" }, new { type = "Replace", pattern = new { String = " " }, content = "▁" } },
    };

    // ids: 0 <unk>, 1 <s>, 2 </s>, 3 ▁, 4 a, 5 b, 6 ▁a, 7 x, 8 xx, 9 <image>
    private static readonly byte[] Model = TokenizerParts.LlamaModel("▁", "a", "b", "▁a", "x", "xx", "<image>");

    [Theory]
    [InlineData("""{}""", "a<image>a b", new[] { 1, 6, 9, 6, 3, 5 })]
    [InlineData("""{"legacy": true}""", "<image>a", new[] { 1, 9, 6 })]
    [InlineData("""{"legacy": false}""", "a<image>a", new[] { 1, 6, 9, 4 })]
    [InlineData("""{"legacy": false}""", "<image>a", new[] { 1, 9, 4 })]
    [InlineData("""{"legacy": false}""", " a", new[] { 1, 6 })]
    [InlineData("""{"add_prefix_space": false}""", "a a", new[] { 1, 4, 6 })]
    [InlineData("""{"add_prefix_space": false, "legacy": false}""", "a a", new[] { 1, 4, 6 })]
    [InlineData("""{"add_bos_token": false, "add_eos_token": true}""", "a", new[] { 6, 2 })]
    public void Encode_LlamaSettings_AreHeeded(string config, string text, int[] expected)
    {
        using var folder = new TokenizerFolder()
            .With("tokenizer.model", Model)
            .With("tokenizer_config.json", config)
            .With("special_tokens_map.json", """{"additional_special_tokens": ["<image>"]}""")
            .With("added_tokens.json", """{"<image>": 9}""");
        Assert.Equal(expected, CheckpointTokenizer.Open(folder.Path, 10).Encode(text));
    }

    /// <summary>What <c>legacy</c> says counts only where transformers builds the tokenizer from <c>tokenizer.model</c>; otherwise it goes by
    /// <c>tokenizer.json</c>, here with a mark before every part.</summary>
    [Theory]
    [InlineData("null", new[] { 1, 6, 9, 6 })]
    [InlineData("true", new[] { 1, 6, 9, 4 })]
    public void Encode_BothFiles_PrefixRuleIsTransformers(string addPrefixSpace, int[] expected)
    {
        using var folder = new TokenizerFolder()
            .With("tokenizer.model", Model)
            .With("tokenizer.json", TokenizerParts.Json(["<unk>"], [], Prepend))
            .With("tokenizer_config.json", $$"""{"tokenizer_class": "LlamaTokenizer", "legacy": false, "add_prefix_space": {{addPrefixSpace}}, "additional_special_tokens": ["<image>"]}""");
        Assert.Equal(expected, CheckpointTokenizer.Open(folder.Path, 10).Encode("a<image>a"));
    }

    [Theory]
    [InlineData("always", true, "a<i>a a", new[] { 2, 3, 2, 2 })]
    [InlineData("first", true, "a<i>a a", new[] { 2, 3, 1, 2 })]
    [InlineData("never", true, "a<i>a a", new[] { 1, 3, 1, 2 })]
    [InlineData("never", true, "aa", new[] { 4 })]
    [InlineData("always", false, "  a", new[] { 0, 2 })]
    public void Encode_Metaspace_FollowsItsScheme(string scheme, bool split, string text, int[] expected)
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", TokenizerParts.Json(
            ["▁", "a", "▁a", "<i>", "aa"],
            [("▁", "a"), ("a", "a")],
            preTokenizer: new { type = "Metaspace", replacement = "▁", prepend_scheme = scheme, split },
            addedTokens: [new { id = 3, content = "<i>", special = true }]));
        Assert.Equal(expected, CheckpointTokenizer.Open(folder.Path, 5).Encode(text));
    }

    /// <summary>Three equal letters merge from the left, where the library's own SentencePiece model merges from the right.</summary>
    [Fact]
    public void Encode_EqualScores_MergeFromTheLeft()
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", Model);
        Assert.Equal([1, 3, 8, 7], CheckpointTokenizer.Open(folder.Path, 10).Encode("xxx"));
    }

    [Fact]
    public void Encode_UnknownCharactersWithoutBytes_GiveOneUnknown()
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", Model);
        Assert.Equal([1, 6, 0, 4, 0], CheckpointTokenizer.Open(folder.Path, 10).Encode("a猫😀a猫"));
    }

    [Fact]
    public void Encode_LoneSurrogate_IsReplacementCharacter()
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", TokenizerParts.LlamaModel("▁", "\uFFFD"));
        Assert.Equal([1, 3, 4], CheckpointTokenizer.Open(folder.Path, 10).Encode("\uD83D"));
    }

    [Theory]
    [InlineData("a <t> a", "lstrip", new[] { 1, 3, 2, 1 })]
    [InlineData("a <t> a", "rstrip", new[] { 1, 2, 3, 1 })]
    [InlineData("a<t>a", "single_word", new[] { 1, 4, 5, 6, 1 })]
    [InlineData("a <t> a", "single_word", new[] { 1, 2, 3, 2, 1 })]
    [InlineData("a<t>a", "normalized", new[] { 1, 3, 1 })]
    public void Encode_AddedTokenFlags_AreHeeded(string text, string flag, int[] expected)
    {
        var token = new Dictionary<string, object> { ["id"] = 3, ["content"] = "<t>", ["special"] = true, [flag] = true };
        using var folder = new TokenizerFolder().With("tokenizer.json", TokenizerParts.Json(
            ["<unk>", "a", "▁", "<t>", "<", "t", ">"],
            [],
            new { type = "Replace", pattern = new { String = " " }, content = "▁" },
            addedTokens: [token]));
        Assert.Equal(expected, CheckpointTokenizer.Open(folder.Path, 7).Encode(text));
    }

    /// <summary>Looked for in the normalised text, a token is normalised itself: with the mark before it, it takes the space before it
    /// along.</summary>
    [Fact]
    public void Encode_NormalizedTokenUnderPrepend_TakesTheMarkAlong()
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", TokenizerParts.Json(
            ["▁", "a", "t"],
            [],
            Prepend,
            addedTokens: [new { id = 3, content = "tt", special = false, normalized = true }]));
        var tokenizer = CheckpointTokenizer.Open(folder.Path, 4);
        Assert.Equal([0, 1, 3, 0, 1], tokenizer.Encode("a tt a"));
        Assert.Equal([0, 1, 2, 2], tokenizer.Encode("att"));
    }

    [Fact]
    public void Encode_TokensThatBeginAlike_LongestIsTaken()
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", TokenizerParts.Json(
            ["a"],
            [],
            addedTokens: [new { id = 1, content = "<|x", special = true }, new { id = 2, content = "<|x|>", special = true }]));
        Assert.Equal([2, 1, 0], CheckpointTokenizer.Open(folder.Path, 3).Encode("<|x|><|xa"));
    }

    /// <summary>A letter beyond the basic plane counts as a letter in the split pattern: the word stays whole.</summary>
    [Fact]
    public void Encode_LettersBeyondBasicPlane_AreLettersToThePattern()
    {
        const string pattern = @"\p{L}+|\p{N}|[^\p{L}\p{N}]+";
        string[] pieces = ["a", .. "\U0001D518\U0001F600\U0001D7D8".EnumerateRunes().Select(rune => rune.ToString())];
        var cut = TextPreparation.SplitIsolated(pattern)("a\U0001D518a\U0001F600\U0001D7D8\U0001D7D8", true);
        Assert.Equal([$"a{pieces[1]}a", pieces[2], pieces[3], pieces[3]], cut);
    }

    [Fact]
    public void Encode_TemplateOfJson_FramesTheText()
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", TokenizerParts.Json(
            ["a", "<b>", "<e>"],
            [],
            postProcessor: new
            {
                type = "TemplateProcessing",
                single = new object[] { new { SpecialToken = new { id = "<b>" } }, new { Sequence = new { id = "A" } }, new { SpecialToken = new { id = "<e>" } } },
                special_tokens = new Dictionary<string, object> { ["<b>"] = new { ids = (int[])[1] }, ["<e>"] = new { ids = (int[])[2] } },
            }));
        Assert.Equal([1, 0, 2], CheckpointTokenizer.Open(folder.Path, 3).Encode("a"));
    }

    [Fact]
    public void Open_Qwen2ClassWithBothFiles_UsesJson()
    {
        using var folder = new TokenizerFolder()
            .With("tokenizer.model", [1, 2, 3])
            .With("tokenizer.json", TokenizerParts.Json(["a"], []))
            .With("tokenizer_config.json", """{"tokenizer_class": "Qwen2Tokenizer"}""");
        Assert.Equal([0], CheckpointTokenizer.Open(folder.Path, 1).Encode("a"));
    }

    [Fact]
    public void FindSpecial_AddedTokensOnly_AreFound()
    {
        using var folder = new TokenizerFolder()
            .With("tokenizer.model", Model)
            .With("tokenizer_config.json", """{"added_tokens_decoder": {"10": {"content": "<pad>", "special": true}}}""");
        var tokenizer = CheckpointTokenizer.Open(folder.Path, 11);
        Assert.Equal((10, 1, null, null), (tokenizer.FindSpecial("<pad>"), tokenizer.FindSpecial("<s>"), tokenizer.FindSpecial("a"), tokenizer.FindSpecial("")));
    }

    [Theory]
    [InlineData(false, "<s> a<image> b</s>")]
    [InlineData(true, "a b")]
    public void Decode_SpecialTokens_AreSkippedOnlyWhenAsked(bool skip, string expected)
    {
        using var folder = new TokenizerFolder()
            .With("tokenizer.model", Model)
            .With("special_tokens_map.json", """{"additional_special_tokens": ["<image>"]}""");
        Assert.Equal(expected, CheckpointTokenizer.Open(folder.Path, 10).Decode([1, 6, 9, 3, 5, 2], skip));
    }

    [Fact]
    public void Decode_CleanUpAsked_TakesSpacesBeforePunctuation()
    {
        using var folder = new TokenizerFolder()
            .With("tokenizer.model", TokenizerParts.LlamaModel("▁Yes", "▁", ",", "▁it", "▁'s", "."))
            .With("tokenizer_config.json", """{"clean_up_tokenization_spaces": true}""");
        Assert.Equal("Yes, it's.", CheckpointTokenizer.Open(folder.Path, 9).Decode([3, 4, 5, 6, 7, 4, 8]));
    }

    /// <summary>The ids of a text of 100,000 characters are those of its lines: what is merged at a time does not grow with the text.</summary>
    [Theory]
    [InlineData("mistral-v1")]
    [InlineData("llama2")]
    [InlineData("small-bytes")]
    public void Encode_HundredThousandCharacters_IsLineAfterLine(string name)
    {
        var tokenizer = CheckpointTokenizer.Open(SharedFolder.Require($"goldens/tokenizers/{name}"), 32064);
        const string line = "\nThe quick brown fox jumps over the lazy dog; 这是什么？一只猫。";
        var count = 100_000 / line.Length;
        var first = tokenizer.Encode(line);
        var second = tokenizer.Encode(line + line)[first.Length..];
        Assert.Equal([.. first, .. Enumerable.Repeat(second, count - 1).SelectMany(ids => ids)], tokenizer.Encode(string.Concat(Enumerable.Repeat(line, count))));
    }

    /// <summary>Merging is quadratic in what is merged at a time, so that is limited, and the limit is said.</summary>
    [Fact]
    public void Encode_UnbrokenRun_IsLimited()
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", Model);
        var tokenizer = CheckpointTokenizer.Open(folder.Path, 10);
        Assert.Equal(PieceMerger.LongestRun / 2, tokenizer.Encode(new string('x', PieceMerger.LongestRun)).Length - 2);
        var error = Assert.Throws<RefusedInputException>(() => tokenizer.Encode(new string('x', 100_000)));
        Assert.Contains("100,000", error.Message, StringComparison.Ordinal);
        Assert.Contains("16,384", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_FromSeveralThreads_GivesTheSame()
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", Model);
        var tokenizer = CheckpointTokenizer.Open(folder.Path, 10);
        var texts = Enumerable.Range(0, 200).Select(i => new string('x', i) + " a").ToArray();
        var expected = texts.Select(tokenizer.Encode).ToArray();
        var actual = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => actual[i] = tokenizer.Encode(texts[i]));
        Assert.Equal(expected, actual);
    }
}
