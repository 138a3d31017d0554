using LogitLens.Dashboard.Components.Atlas;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Images;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.WebUtilities;

namespace LogitLens.Dashboard.Tests.Pages;

/// <summary>A page's state goes into its address and comes back the same.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData(1, "/runs")]
    [InlineData(3, "/runs?page=3")]
    public void RunsState_ThereAndBack_IsTheSame(int page, string url)
    {
        var state = new RunsState(page);
        Assert.Equal(url, state.ToUrl());
        Assert.Equal(state, RunsState.From(Page(state.ToUrl())));
    }

    [Theory]
    [InlineData(null, 1, false)]
    [InlineData(AnalysisState.Failed, 2, true)]
    [InlineData(AnalysisState.Cancelled, 1, true)]
    public void RunState_ThereAndBack_IsTheSame(AnalysisState? analyses, int page, bool asTable)
    {
        var state = new RunState(RunId.New(), analyses, page, asTable);
        var url = state.ToUrl();
        Assert.Equal(state, RunState.From(state.Run, Value(url, "state"), Page(url), Value(url, "view")));
    }

    [Theory]
    [InlineData("/atlas?text=cat&match=prefix&run=6f9619ff-8b86-d011-b42d-00c04fc964ff&layers=8-20&p=0.5&places=any&order=newest&after=12-7")]
    [InlineData("/atlas?tokens=3_5_8&checkpoint=abc")]
    public void AtlasState_ThereAndBack_IsTheSame(string url)
    {
        string? Of(string name) => Value(url, name);
        var state = AtlasState.From(
            Of("text"), Of("match"), Of("tokens"), Of("checkpoint"), Guid.TryParse(Of("run"), out var run) ? run : null, Of("layers"), Of("p"), Of("places"), Of("order"), Of("after"));
        Assert.Equal(url, state.ToUrl());
    }

    [Fact]
    public void AtlasState_TokensTakenTwice_AreOneSetFromItsFirstPage() =>
        Assert.Equal("/atlas?tokens=3_5&checkpoint=abc&p=0.5", new AtlasState("cat", Least: 0.5, After: "1-2").Of("abc", [3, 5, 3]).ToUrl());

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public void PageNumber_OutOfReason_StillSkipsSomethingSensible(int page) =>
        Assert.InRange(PageNumber.Skip(RunsState.From(page).Page, RunsState.PageSize), 0, int.MaxValue - RunsState.PageSize);

    [Fact]
    public void RunState_UnknownWords_AreLeftOut() => Assert.Equal(new RunState(default), RunState.From(default, "burning", null, "carousel"));

    [Fact]
    public void ImageIdList_ThereAndBack_IsShortAndTheSame()
    {
        ImageId[] images = [new(20), new(3), new(4), new(5), new(3)];
        var text = ImageIdList.Format(images);
        Assert.Equal("3-5,20", text);
        Assert.Equal([new(3), new(4), new(5), new(20)], ImageIdList.Parse(text));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("x,-,1-,7", 1)]
    [InlineData("0,-4", 0)]
    [InlineData("9-3", 0)]
    [InlineData("1-9223372036854775806", ImageIdList.MaxCount)]
    [InlineData("9223372036854775807", 0)]
    public void ImageIdList_HostileText_GivesAtMostTheLimit(string? text, int count) => Assert.Equal(count, ImageIdList.Parse(text).Count);

    private static int? Page(string url) => Value(url, "page") is { } page ? int.Parse(page, System.Globalization.CultureInfo.InvariantCulture) : null;

    private static string? Value(string url, string name) =>
        QueryHelpers.ParseQuery(new Uri("http://x" + url).Query).TryGetValue(name, out var values) ? values.ToString() : null;
}
