using LogitLens.Dashboard.Components.Gallery;
using LogitLens.Dashboard.Filters;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Gallery;
using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Tests.Gallery;

/// <summary>The gallery's state goes into its address and comes back the same.</summary>
public sealed class FilterAddressTests
{
    private static readonly RunId Run = new(Guid.Parse("0199c1d2-0000-7000-8000-000000000001"));

    public static TheoryData<string> Addresses =>
    [
        "/images",
        "/images?page=7",
        $"/images?run={Run}&run=0199c1d200007000800000000000000b",
        "/images?checkpoint=abc&token=5&token=9&layers=8-&p=0.5",
        "/images?imageName=a%20cat%20%26%20a%20dog%3F%20100%20%25%20%C3%B6",
        "/images?prompt=What%20is%20it%3F&state=failed",
        "/images?state=none&order=oldest",
        "/images?addedFrom=2026-11-01&addedUntil=2026-11-26",
        "/images?from=2026-11-01T08%3A00%3A00Z&until=2026-11-26",
        "/images?text=%20cat&match=prefix&layers=emb-4&places=any&order=probability",
        "/images?text=cat&match=contains&layers=3&places=text",
        "/images?fillerFrom=0.25&fillerTo=0.5&tag=good&tag=figure%203&order=mostfiller&page=2",
        "/images?images=3-5_20&analyses=7_9-11",
    ];

    [Theory]
    [MemberData(nameof(Addresses))]
    public void GalleryState_ThereAndBack_IsTheSame(string url) => Assert.Equal(url, GalleryState.From(new Uri("http://x" + url).Query).ToUrl());

    [Fact]
    public void From_EveryCondition_IsRead()
    {
        var state = GalleryState.From($"run={Run}&checkpoint=abc&imageName=garden&prompt=what&addedFrom=2026-11-01&until=2026-11-02&state=done&text=cat&match=prefix&layers=8-20&p=0.5&places=any&fillerFrom=0.1&fillerTo=0.9&tag=a&tag=B&tag=b&order=name&page=3");

        Assert.Equal(Run, Assert.Single(state.Filter.Runs!));
        Assert.Equal(("abc", "garden", "what"), (state.Filter.Checkpoint, state.Filter.ImageName, state.Filter.Prompt));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), state.Filter.AddedFrom);
        Assert.Equal(new DateTimeOffset(2026, 11, 2, 0, 0, 0, TimeSpan.Zero), state.Filter.FinishedUntil);
        Assert.Equal(AnalysisState.Done, state.Filter.State);
        Assert.Equal(new TokenCriterion(null, "cat", TokenMatch.Prefix, 8, 20, 0.5, TokenPlaces.Any), state.Filter.Token);
        Assert.Equal((0.1, 0.9), (state.Filter.LeastFiller, state.Filter.MostFiller));
        Assert.Equal(["a", "B"], state.Filter.Tags!);
        Assert.Equal((GalleryOrder.Name, 3), (state.Order, state.Page));
        Assert.True(state.IsFiltered);
    }

    [Fact]
    public void From_OldSearch_IsTheName() => Assert.Equal("garden", GalleryState.From("?search=garden").Filter.ImageName);

    [Theory]
    [InlineData("run=x", "run")]
    [InlineData("analysis=-4", "analysis")]
    [InlineData("from=yesterday", "from")]
    [InlineData("addedUntil=2026-13-01", "addedUntil")]
    [InlineData("state=burning", "state")]
    [InlineData("fillerFrom=2", "fillerFrom")]
    [InlineData("fillerTo=-0.1", "fillerTo")]
    [InlineData("text=cat&p=many", "p")]
    [InlineData("text=cat&layers=9-3", "layers")]
    [InlineData("text=cat&match=fuzzy", "match")]
    [InlineData("text=cat&match=7", "match")]
    [InlineData("text=cat&places=sky", "places")]
    [InlineData("token=5", "token")]
    [InlineData("token=5&token=x&checkpoint=a", "token")]
    public void Read_WhatMakesNoSense_IsLeftOutAndSaid(string query, string name)
    {
        var read = FilterAddress.Read(query);

        Assert.StartsWith($"{name} is \"", read.Refusal, StringComparison.Ordinal);
        Assert.DoesNotContain($"{name}=", GalleryState.From(query).ToUrl().Replace("token=5", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("order=probability&page=-3")]
    [InlineData("text=&p=0.5&layers=8")]
    [InlineData("tag=&tag=%20&run=&images=x&analyses=")]
    public void From_NothingAskedFor_IsAll(string query) => Assert.Equal("/images", GalleryState.From(query).ToUrl());

    [Fact]
    public void Read_HostileLists_AreCut()
    {
        var read = FilterAddress.Read($"images=1-9999999999&text={new string('x', 5000)}");

        Assert.Equal(IdRanges.MaxCount, read.Filter.Images!.Count);
        Assert.Equal(200, read.Filter.Token!.Text.Length);
    }

    [Fact]
    public void IdRanges_ThereAndBack_IsShortAndTheSame()
    {
        Assert.Equal("3-5_20", IdRanges.Format([20, 3, 4, 5, 3]));
        Assert.Equal([3, 4, 5, 20], IdRanges.Parse("3-5_20"));
        Assert.Equal([3, 4, 7], IdRanges.Parse("x_-_1-_3,4_9-7_7"));
    }

    [Fact]
    public void ViewQuery_OfAnyPage_IsWithoutIt() => Assert.Equal("text=cat&order=probability", GalleryState.From("text=cat&order=probability&page=4").ViewQuery);
}
