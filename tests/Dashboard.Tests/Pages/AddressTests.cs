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
