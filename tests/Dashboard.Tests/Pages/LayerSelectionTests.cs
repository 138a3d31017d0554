using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class LayerSelectionTests
{
    [Theory]
    [InlineData("all")]
    [InlineData(" ALL ")]
    [InlineData("")]
    [InlineData("emb,1-12")]
    [InlineData("1-12,emb")]
    [InlineData("emb-12")]
    public void Parse_EveryLayer_IsNull(string text) => Assert.Null(LayerSelection.Parse(text, 12));

    [Theory]
    [InlineData("emb", new[] { 0 })]
    [InlineData("12", new[] { 12 })]
    [InlineData("emb,1-3", new[] { 0, 1, 2, 3 })]
    [InlineData("emb-2", new[] { 0, 1, 2 })]
    [InlineData(" 3 - 5 , 1", new[] { 1, 3, 4, 5 })]
    [InlineData("3–5", new[] { 3, 4, 5 })]
    [InlineData("2,2,1-2", new[] { 1, 2 })]
    public void Parse_List_IsAscendingAndEachOnce(string text, int[] expected) => Assert.Equal(expected, LayerSelection.Parse(text, 12));

    [Theory]
    [InlineData("13", "layers emb and 1 to 12")]
    [InlineData("0", "called emb")]
    [InlineData("-3", "is no layer")]
    [InlineData("5-3", "3-5")]
    [InlineData("1,,2", "empty place")]
    [InlineData("1,", "empty place")]
    [InlineData("one", "is no layer")]
    [InlineData("1-2-3", "is no layer")]
    [InlineData("3.5", "is no layer")]
    [InlineData("99999999999", "is no layer")]
    public void Parse_NotALayer_SaysWhatToWrite(string text, string part)
    {
        var refused = Assert.Throws<RefusedInputException>(() => LayerSelection.Parse(text, 12));
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all", null)]
    [InlineData("emb", new[] { 0 })]
    [InlineData("emb,1-3,5,7-8", new[] { 0, 1, 2, 3, 5, 7, 8 })]
    [InlineData("2", new[] { 2 })]
    public void Format_Layers_IsWhatParseReads(string expected, int[]? layers)
    {
        Assert.Equal(expected, LayerSelection.Format(layers));
        Assert.Equal(layers, LayerSelection.Parse(expected, 12));
    }
}
