using System.Text.Json;
using LogitLens.Inference.Tokenization;

namespace LogitLens.Inference.Tests.Tokenization;

public sealed class TokenTableTests
{
    private static readonly string[] Pieces =
        ["▁", "▁cat", "a▁▁b", "<0x0A>", "<0x09>", "<0x0D>", "<0x20>", "<0x41>", "<0xE2>", "A", "\n", "\t\r", "\u0007", "\u200D", "\u00A0", "猫", "😀", "e\u0301"];

    [Theory]
    [InlineData("▁", " ", "␣", TokenKind.Ordinary)]
    [InlineData("▁cat", " cat", "␣cat", TokenKind.Ordinary)]
    [InlineData("a▁▁b", "a  b", "a␣␣b", TokenKind.Ordinary)]
    [InlineData("<0x0A>", "\n", "⏎", TokenKind.Byte)]
    [InlineData("<0x09>", "\t", "⇥", TokenKind.Byte)]
    [InlineData("<0x0D>", "\r", "␍", TokenKind.Byte)]
    [InlineData("<0x20>", " ", "<0x20>", TokenKind.Byte)]
    [InlineData("<0x41>", "A", "<0x41>", TokenKind.Byte)]
    [InlineData("<0xE2>", "\uFFFD", "<0xE2>", TokenKind.Byte)]
    [InlineData("A", "A", "A", TokenKind.Ordinary)]
    [InlineData("\n", "\n", "⏎", TokenKind.Ordinary)]
    [InlineData("\t\r", "\t\r", "⇥␍", TokenKind.Ordinary)]
    [InlineData("\u0007", "\u0007", "\\u0007", TokenKind.Ordinary)]
    [InlineData("\u200D", "\u200D", "\\u200D", TokenKind.Ordinary)]
    [InlineData("\u00A0", "\u00A0", "\\u00A0", TokenKind.Ordinary)]
    [InlineData("猫", "猫", "猫", TokenKind.Ordinary)]
    [InlineData("😀", "😀", "😀", TokenKind.Ordinary)]
    [InlineData("e\u0301", "e\u0301", "e\u0301", TokenKind.Ordinary)]
    [InlineData("<s>", "<s>", "<s>", TokenKind.Special)]
    public void Tokens_SentencePiece_ShowWhatCannotBeSeen(string piece, string text, string display, TokenKind kind)
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", TokenizerParts.LlamaModel(Pieces));
        var token = Assert.Single(CheckpointTokenizer.Open(folder.Path, 64).Tokens, token => token.Piece == piece);
        Assert.Equal((text, display, kind), (token.Text, token.Display, token.Kind));
    }

    [Theory]
    [InlineData("Ġcat", " cat", "␣cat", TokenKind.Ordinary)]
    [InlineData("Ċ", "\n", "⏎", TokenKind.Ordinary)]
    [InlineData("é", "\uFFFD", "<0xE9>", TokenKind.Byte)]
    [InlineData("Ã©", "é", "é", TokenKind.Ordinary)]
    [InlineData("âĸ", "\uFFFD", "<0xE2 0x96>", TokenKind.Byte)]
    [InlineData("Ġâ", " \uFFFD", "<0x20 0xE2>", TokenKind.Byte)]
    [InlineData("ā", "\u0001", "\\u0001", TokenKind.Ordinary)]
    [InlineData("A", "A", "A", TokenKind.Ordinary)]
    public void Tokens_ByteLevel_ShowWhatCannotBeSeen(string piece, string text, string display, TokenKind kind)
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", TokenizerParts.Json(
            ["Ġcat", "Ċ", "é", "Ã©", "âĸ", "Ġâ", "ā", "A"],
            [],
            preTokenizer: new { type = "ByteLevel", add_prefix_space = false },
            decoder: new { type = "ByteLevel" }));
        var token = Assert.Single(CheckpointTokenizer.Open(folder.Path, 8).Tokens, token => token.Piece == piece);
        Assert.Equal((text, display, kind), (token.Text, token.Display, token.Kind));
    }

    [Fact]
    public void Tokens_EmptyPiece_ShowsEmptySign()
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", TokenizerParts.Json(["", "a"], []));
        Assert.Equal(new TokenEntry(0, "", "", "∅", TokenKind.Ordinary), CheckpointTokenizer.Open(folder.Path, 2).Tokens[0]);
    }

    [Fact]
    public void Tokens_RowsBeyondTokenizer_AreUnnamed()
    {
        using var folder = new TokenizerFolder().With("tokenizer.model", TokenizerParts.LlamaModel("a"));
        var tokenizer = CheckpointTokenizer.Open(folder.Path, 32064);
        Assert.Equal(Enumerable.Range(0, 32064), tokenizer.Tokens.Select(token => token.Id));
        Assert.Equal(new TokenEntry(4, "", "", "#4", TokenKind.Unnamed), tokenizer.Tokens[4]);
        Assert.Equal(new TokenEntry(32063, "", "", "#32063", TokenKind.Unnamed), tokenizer.Tokens[32063]);
        Assert.Equal("a", tokenizer.Decode([3, 32063, 99999, -1]));
    }

    /// <summary>A display is one line of something to see, whatever the token.</summary>
    [Theory]
    [InlineData("llama2")]
    [InlineData("mistral-v1")]
    [InlineData("small-bytes")]
    public void Tokens_Displays_AreVisibleAndKindsApart(string name)
    {
        var folder = SharedFolder.Require($"goldens/tokenizers/{name}");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        var tokens = CheckpointTokenizer.Open(folder, golden.RootElement.GetProperty("size").GetInt32()).Tokens;
        Assert.All(tokens, token =>
        {
            Assert.NotEmpty(token.Display);
            Assert.DoesNotContain(token.Display, c => char.IsWhiteSpace(c) && !(c == ' ' && token.Kind == TokenKind.Byte));
            Assert.DoesNotContain(token.Display, char.IsControl);
        });
        Assert.Equal(5, tokens.Count(token => token.Kind == TokenKind.Special));
    }
}
