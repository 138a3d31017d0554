using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Storage.Tests.Exchange.Import;

public sealed class TokenTextsTests
{
    // As Inference names them: SentencePiece with pieces for bytes and two ids that have no piece.
    private static readonly TokenRow[] Table =
    [
        new(0, "<unk>", "<unk>", "<unk>", 1),
        new(1, "<s>", "<s>", "<s>", 1),
        new(2, "<0x0A>", "\n", "⏎", 2),
        new(3, "<0xE2>", "\uFFFD", "<0xE2>", 2),
        new(4, "<0x96>", "\uFFFD", "<0x96>", 2),
        new(5, "▁", " ", "␣", 0),
        new(6, "▁▁", "  ", "␣␣", 0),
        new(7, "▁cat", " cat", "␣cat", 0),
        new(8, "cat", "cat", "cat", 0),
        new(9, "▁sunflower", " sunflower", "␣sunflower", 0),
        new(10, "", "", "#10", 3),
        new(11, "", "", "#11", 3),
        new(12, "ひ", "ひ", "ひ", 0),
    ];

    [Theory]
    [InlineData("sunflower", 9)]
    [InlineData("ひ", 12)]
    [InlineData("\n", 2)]
    [InlineData("<s>", 1)]
    [InlineData(" ", 6)]
    [InlineData("cat", null)]
    [InlineData("\uFFFD", null)]
    [InlineData("", null)]
    [InlineData(" cat", null)]
    [InlineData("tac", null)]
    public void Find_Decoded_NamesAnIdOnlyWhereThereIsOne(string text, int? id) => Assert.Equal(id, new TokenTexts(Table, TextForm.Decoded).Find(text));

    [Theory]
    [InlineData(" cat", 7)]
    [InlineData("cat", 8)]
    [InlineData(" sunflower", 9)]
    [InlineData("sunflower", null)]
    public void Find_Spaced_KeepsWordsAndPartsApart(string text, int? id) => Assert.Equal(id, new TokenTexts(Table, TextForm.Spaced).Find(text));

    [Theory]
    [InlineData("▁cat", 7)]
    [InlineData("cat", 8)]
    [InlineData("<0x96>", 4)]
    public void Find_Pieces_NamesEveryPiece(string text, int? id) => Assert.Equal(id, new TokenTexts(Table, TextForm.Pieces).Find(text));

    [Fact]
    public void Ambiguous_Decoded_AreTheTextsOfSeveralIds() => Assert.Equal(["\uFFFD", "cat", ""], new TokenTexts(Table, TextForm.Decoded).Ambiguous);

    [Fact]
    public void Find_TextOnlyTokens_AreTheirTexts()
    {
        var texts = new TokenTexts([.. Table, new TokenRow(13, "", "cat", "cat", TokenRow.TextOnly), new TokenRow(14, "", "tac", "tac", TokenRow.TextOnly)], TextForm.Decoded);

        Assert.Equal((13, 14), (texts.Find("cat"), texts.Find("tac")));
    }

    [Fact]
    public void Of_Texts_TellsTheForm()
    {
        Assert.Equal(TextForm.Decoded, TextForms.Of(["cat", "dog", "", "ing", "<s>"]));
        Assert.Equal(TextForm.Spaced, TextForms.Of([" cat", "dog", "", "ing"]));
        Assert.Equal(TextForm.Pieces, TextForms.Of(["▁cat", "dog", "", "ing"]));
        Assert.Equal(TextForm.Pieces, TextForms.Of(["Ġcat", "dog"]));
    }
}
