using LogitLens.Dashboard.Components.Runs;
using LogitLens.Inference;
using LogitLens.Inference.Tokenization;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class TrackedTokenFinderTests
{
    private static readonly TokenEntry[] Tokens =
    [
        new(0, "<s>", "<s>", "<s>", TokenKind.Special),
        new(1, "▁cat", " cat", "␣cat", TokenKind.Ordinary),
        new(2, "ing", "ing", "ing", TokenKind.Ordinary),
        new(3, "▁sun", " sun", "␣sun", TokenKind.Ordinary),
        new(4, "▁", " ", "␣", TokenKind.Ordinary),
        new(5, "#", "#", "#", TokenKind.Ordinary),
    ];

    [Theory]
    [InlineData("cat", 1)]
    [InlineData("␣cat", 1)]
    [InlineData("ing", 2)]
    [InlineData("#3", 3)]
    [InlineData("#", 5)]
    [InlineData("<s>", 0)]
    public void Find_Name_IsThatToken(string text, int id) => Assert.Equal(id, Assert.Single(TrackedTokenFinder.Find(text, Tokens)).Id);

    [Fact]
    public void Find_Several_AreInOrderAndEachOnce() =>
        Assert.Equal([3, 1], TrackedTokenFinder.Find("sun, cat\n␣sun,", Tokens).Select(token => token.Id));

    [Theory]
    [InlineData("sunflower", "␣sun")]
    [InlineData("#6", "0 to 5")]
    [InlineData("xyz", "no single token")]
    public void Find_Unknown_SaysWhatToWrite(string text, string part) =>
        Assert.Contains(part, Assert.Throws<RefusedInputException>(() => TrackedTokenFinder.Find(text, Tokens)).Message, StringComparison.Ordinal);
}
