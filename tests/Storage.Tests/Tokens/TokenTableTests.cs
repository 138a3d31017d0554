using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests.Tokens;

public sealed class TokenTableTests
{
    private static readonly string[] Texts =
    [
        " cat", "cat", "CAT", " category", "concat", "\n", "", " Кот", "кот", " straße", "STRASSE", "猫", "é", "e\u0301", " ΟΔΟΣ", "οδος", "οδοσ", "ﬁsh",
    ];

    [Theory]
    [InlineData("cat", TokenMatch.Exact, " cat|cat|CAT")]
    [InlineData(" cat", TokenMatch.Exact, " cat")]
    [InlineData("␣cat", TokenMatch.Exact, " cat")]
    [InlineData("cat", TokenMatch.Prefix, " cat|cat|CAT| category")]
    [InlineData(" cat", TokenMatch.Prefix, " cat| category")]
    [InlineData("cat", TokenMatch.Contains, " cat|cat|CAT| category|concat")]
    [InlineData("КОТ", TokenMatch.Exact, " Кот|кот")]
    [InlineData("strasse", TokenMatch.Exact, " straße|STRASSE")]
    [InlineData("猫", TokenMatch.Contains, "猫")]
    [InlineData("É", TokenMatch.Exact, "é|e\u0301")]
    [InlineData("οδος", TokenMatch.Exact, " ΟΔΟΣ|οδος|οδοσ")]
    [InlineData("fish", TokenMatch.Exact, "ﬁsh")]
    [InlineData("⏎", TokenMatch.Exact, "\n")]
    [InlineData("\n", TokenMatch.Exact, "\n")]
    [InlineData("dog", TokenMatch.Contains, null)]
    public void Find_AnyScript_FitsWhateverTheCase(string text, TokenMatch match, string? wanted)
    {
        var table = new TokenTable([.. Texts.Select((t, id) => new TokenRow(id, t, t, t.Replace(' ', '␣').Replace("\n", "⏎", StringComparison.Ordinal), 0))]);

        Assert.Equal(wanted?.Split('|') ?? [], table.Find(text, match).Select(id => Texts[id]));
    }

    [Fact]
    public void Find_SparseIds_KnowsOnlyThose()
    {
        var table = new TokenTable([new TokenRow(900, "b", "b", "b", 0), new TokenRow(7, "a", "a", "a", 0)]);

        Assert.Equal("a", table.Find(7)?.Text);
        Assert.Equal("b", table.Find(900)?.Text);
        Assert.Null(table.Find(8));
        Assert.Equal([7], table.Find("A", TokenMatch.Exact));
    }
}
