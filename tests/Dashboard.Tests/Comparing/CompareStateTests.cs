using LogitLens.Dashboard.Components.Comparing;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Comparisons;

namespace LogitLens.Dashboard.Tests.Comparing;

public sealed class CompareStateTests
{
    [Theory]
    [InlineData("?a=3,5", "3,5", "")]
    [InlineData("?a=3,3,5,0,x,-1,7,9,11&map=kl&layer=9&lock=a5&reference=b", "3,5,7,9", "map=kl&layer=9")]
    [InlineData("?a=&layer=", "", "")]
    public void Parse_AnAddress_KeepsItsAnalysesAndWhatRidesAlong(string query, string analyses, string view)
    {
        var state = CompareState.Parse(query);

        Assert.Equal(analyses, string.Join(',', state.Analyses));
        Assert.Equal(view, state.View);
    }

    [Fact]
    public void WithAndWithout_AnAnalysis_KeepTheView()
    {
        var state = CompareState.Parse("?a=3,5&map=kl&lock=a7");

        Assert.Equal("/compare?a=3,5,8&map=kl", state.With(new AnalysisId(8)));
        Assert.Equal("/compare?a=5&map=kl", state.Without(new AnalysisId(3)));
    }

    [Theory]
    [InlineData(null, null, 1, "")]
    [InlineData("confidence", "emb", 2, "&sort=confidence&layer=emb&page=2")]
    [InlineData("2", "x", -3, "")]
    [InlineData("name", "9", null, "&sort=name&layer=9")]
    public void RunsState_ThereAndBack_IsTheSame(string? order, string? layer, int? page, string rest)
    {
        var (a, b) = (RunId.New(), RunId.New());

        var state = CompareRunsState.From(a.ToString(), b.ToString(), order, layer, page);

        Assert.NotNull(state);
        Assert.Equal($"/compare/runs?a={a}&b={b}{rest}", state.ToUrl());
        Assert.Null(CompareRunsState.From("nonsense", null, null, null, null));
        Assert.Equal(PairOrder.Changed, CompareRunsState.From(a.ToString(), null, "chance", null, null)!.Order);
    }
}
