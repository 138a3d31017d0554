using System.Text;
using LogitLens.Inference.Tokenization;

namespace LogitLens.Inference.Tests.Tokenization;

/// <summary>Whatever lies in a folder, opening it gives a tokenizer or a sentence.</summary>
public sealed class RefusedTokenizerTests
{
    private const string Good = """{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}, "decoder": {"type": "ByteLevel"}}""";

    private static readonly string Deep = new string('[', 500) + new string(']', 500);

    [Theory]
    [InlineData("{", "no readable JSON")]
    [InlineData("", "no readable JSON")]
    [InlineData("[]", "JSON object")]
    [InlineData("\"\"", "JSON object")]
    [InlineData("{}", "no \"model\"")]
    [InlineData("""{"model": 5}""", "no \"model\"")]
    [InlineData("""{"model": {}}""", "(none) kind")]
    [InlineData("""{"model": {"type": "WordPiece", "vocab": {"a": 0}}}""", "WordPiece kind")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a", 0]]}}""", "Unigram kind")]
    [InlineData("""{"model": {"type": "BPE"}}""", "no \"vocab\"")]
    [InlineData("""{"model": {"type": "BPE", "vocab": []}}""", "no \"vocab\"")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}}}""", "empty \"vocab\"")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": "x"}}}""", "no id")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}}}""", "no id")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 1e30}}}""", "no id")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}}}""", "id 0 to two pieces")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}}}""", "\"a\" twice")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 16}}, "decoder": {"type": "ByteLevel"}}""", "16 rows only")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 2147483647}}, "decoder": {"type": "ByteLevel"}}""", "16 rows only")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"\ud800": 0}}}""", "no Unicode")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "unk_token": "<unk>"}}""", "unknown token")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "end_of_word_suffix": "</w>"}}""", "end_of_word_suffix")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}""", "no pair")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", 1]]}}""", "no pair")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "a"]]}, "decoder": {"type": "ByteLevel"}}""", "do not fit")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": ["a a", "a a"]}, "decoder": {"type": "ByteLevel"}}""", "do not fit")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["", "a"]]}, "decoder": {"type": "ByteLevel"}}""", "empty piece")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}}""", "decoder")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "WordPiece"}}""", "decoder that is not supported: WordPiece")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "normalizer": {"type": "BertNormalizer"}}""", "BertNormalizer")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "Digits"}}""", "Digits")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "Split", "behavior": "Isolated", "pattern": {"Regex": "("}}}""", "pattern")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "pre_tokenizer": {"type": "Split", "behavior": "Removed", "pattern": {"Regex": "a"}}}""", "Removed")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "post_processor": {"type": "BertProcessing"}}""", "BertProcessing")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "added_tokens": [{"content": "x"}]}""", "added token without an id")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "added_tokens": [{"id": 0, "content": "x"}]}""", "id 0 to two tokens")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "ByteLevel"}, "added_tokens": [{"id": 16, "content": "x"}]}""", "16 rows only")]
    public void Open_BadTokenizerJson_IsASentence(string content, string expected) => AssertRefused(folder => folder.With("tokenizer.json", content), expected);

    [Theory]
    [InlineData("tokenizer_config.json", "{\"a\"", "tokenizer_config.json is no readable JSON")]
    [InlineData("tokenizer_config.json", "[]", "tokenizer_config.json should hold a JSON object")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"x": {"content": "y"}}}""", "tokenizer_config.json has an added token")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"3": 5}}""", "tokenizer_config.json has an added token")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"99999999999": {"content": "y"}}}""", "tokenizer_config.json has an added token")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"3": {"content": "y"}, "4": {"content": "z"}, "03": {"content": "w"}}}""", "id 3 to two tokens")]
    [InlineData("tokenizer_config.json", """{"tokenizer_class": "LlamaTokenizer"}""", "<s>")]
    [InlineData("special_tokens_map.json", "nul", "special_tokens_map.json is no readable JSON")]
    [InlineData("added_tokens.json", """{"<image>": "x"}""", "added_tokens.json gives")]
    [InlineData("added_tokens.json", """{"<image>": 16}""", "16 rows only")]
    public void Open_BadSettings_IsASentence(string name, string content, string expected) =>
        AssertRefused(folder => folder.With("tokenizer.json", Good).With(name, content), expected);

    public static TheoryData<string, byte[], string> BadModels => new()
    {
        { "empty", [], "holds no pieces" },
        { "text", Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1"), "no readable SentencePiece model" },
        { "zeros", new byte[100], "no readable SentencePiece model" },
        { "length beyond the file", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], "no readable SentencePiece model" },
        { "negative length", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], "no readable SentencePiece model" },
        { "cut short", TokenizerParts.LlamaModel("a", "b")[..^3], "no readable SentencePiece model" },
        { "unigram", TokenizerParts.Model(1, ("<unk>", 0, 2)), "Unigram kind" },
        { "words", TokenizerParts.Model(3, ("<unk>", 0, 2)), "word kind" },
        { "piece twice", TokenizerParts.LlamaModel("a", "a"), "\"a\" twice" },
        { "too many pieces", TokenizerParts.LlamaModel([.. Enumerable.Range(0, 20).Select(i => $"p{i}")]), "16 rows only" },
        { "long piece", TokenizerParts.LlamaModel(new string('a', 2000)), "2,000 characters" },
        { "no begin of text", TokenizerParts.Model(2, ("<unk>", 0, 2), ("a", 0, 1)), "<s>" },
    };

    [Theory]
    [MemberData(nameof(BadModels))]
    public void Open_BadTokenizerModel_IsASentence(string what, byte[] content, string expected)
    {
        Assert.NotEmpty(what);
        AssertRefused(folder => folder.With("tokenizer.model", content), expected);
    }

    [Fact]
    public void Open_NoTokenizer_NamesFolderFilesAndRemedy()
    {
        using var folder = new TokenizerFolder();
        var error = Assert.Throws<RefusedInputException>(() => CheckpointTokenizer.Open(folder.Path, 16));
        Assert.Equal(
            $"The checkpoint folder {folder.Path} has no tokenizer: neither tokenizer.model nor tokenizer.json is there; copy the one published with the checkpoint into the folder.",
            error.Message);
    }

    [Fact]
    public void Open_NoFolder_IsASentence() =>
        Assert.Throws<RefusedInputException>(() => CheckpointTokenizer.Open(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString()), 16));

    [Fact]
    public void Open_FolderInsteadOfFile_IsASentence()
    {
        using var folder = new TokenizerFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "tokenizer.json"));
        Assert.Contains("cannot be read", Assert.Throws<RefusedInputException>(() => CheckpointTokenizer.Open(folder.Path, 16)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DeepJson_IsASentence() => AssertRefused(folder => folder.With("tokenizer.json", Deep), "no readable JSON");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Open_VocabularySizeOutOfRange_IsASentence(int size)
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", Good);
        Assert.Contains("vocab_size", Assert.Throws<RefusedInputException>(() => CheckpointTokenizer.Open(folder.Path, size)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherClassWithoutJson_AsksForJson()
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", TokenizerParts.LlamaModel("a")).With("tokenizer_config.json", """{"tokenizer_class": "T5Tokenizer"}""");
        var error = Assert.Throws<RefusedInputException>(() => CheckpointTokenizer.Open(folder.Path, 16));
        Assert.Contains("T5Tokenizer", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Files cut anywhere, or with bytes changed anywhere: never another exception than the one with the sentence.</summary>
    [Theory]
    [InlineData("tokenizer.model")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    public void Open_DamagedFile_OpensOrIsRefused(string name)
    {
        var source = SharedFolder.Require("goldens/tokenizers/small-sp");
        var good = File.ReadAllBytes(Path.Combine(source, name));
        var other = name == "tokenizer.model" ? "tokenizer.json" : "tokenizer.model";
        using var folder = TokenizerFolder.CopyOf(source, other, "golden.json");
        var random = new Random(7);
        for (var i = 0; i < 120; i++)
        {
            var bytes = (byte[])good.Clone();
            if (i % 3 == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }
            else
            {
                for (var change = 0; change < 1 + (i % 5); change++)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }

            folder.With(name, bytes);
            try
            {
                CheckpointTokenizer.Open(folder.Path, 1002).Encode("USER: <image>\nWhat is it? 猫");
            }
            catch (RefusedInputException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static void AssertRefused(Action<TokenizerFolder> fill, string expected)
    {
        using var folder = new TokenizerFolder();
        fill(folder);
        var error = Assert.Throws<RefusedInputException>(() => CheckpointTokenizer.Open(folder.Path, 16));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
