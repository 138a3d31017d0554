using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;

namespace LogitLens.Dashboard.Tests.Analysis;

public sealed class LayerSelectionTests
{
    [Theory]
    [InlineData("emb,1-3,12", "emb,1-3,12")]
    [InlineData("3, 1-2 ,emb", "emb,1-3")]
    [InlineData("emb,1-12", "all")]
    [InlineData("", "all")]
    [InlineData("ALL", "all")]
    public void Parse_OfAList_FormatsBack(string text, string expected) => Assert.Equal(expected, LayerSelection.Format(LayerSelection.Parse(text, 12)));

    [Theory]
    [InlineData("0")]
    [InlineData("13")]
    [InlineData("5-2")]
    [InlineData("1,,2")]
    [InlineData("-3")]
    [InlineData("first")]
    public void Parse_OfNoLayers_IsRefused(string text) => Assert.Throws<RefusedInputException>(() => LayerSelection.Parse(text, 12));
}
