using LogitLens.Dashboard.Components.Explorer;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Tests.Explorer;

public sealed class ExplorerViewTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?map=entropy&layer=emb&by=margin&window=emb-9&strength=0.3&find=a%20%26%20%3Cb%3E%20%E7%8C%AB&rows=found&match=regex&pins=3_4&least=0.5&pair=2-9")]
    public void ToUrl_ThereAndBack_IsTheSame(string query)
    {
        var view = ExplorerView.Parse(query);
        var url = new Uri("http://x" + view.ToUrl(new AnalysisId(12)));

        Assert.Equal("/analyses/12", url.AbsolutePath);
        Assert.Equal(view, ExplorerView.Parse(url.Query));
    }

    [Fact]
    public void Parse_WhatBelongsToOneAnalysis_IsLeftOut() =>
        Assert.Equal("/analyses/3?map=best", ExplorerView.Parse("lock=214.9&with=1_2&view=2.00_0.1_0.2&map=best").ToUrl(new AnalysisId(3)));

    [Fact]
    public void Parse_OverlongValues_AreLeftOut() => Assert.Equal(new ExplorerView(), ExplorerView.Parse("find=" + new string('x', 301)));
}
