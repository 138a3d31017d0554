using LogitLens.Dashboard.Components.Runs;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class RunForecastTests
{
    private static readonly PastCost Llava = new("first", 10, 60, 593, 32_064);

    [Theory]
    [InlineData(5, 431_772)]
    [InlineData(10, 823_020)]
    public void Bytes_OfALlavaAnalysis_AreThoseOfItsReadings(int k, long whole)
    {
        // ADR 0001's sizes of whole readings, and a second header for each layer: summary and rest have one each. Planes are aligned to 4 bytes.
        Assert.InRange(Llava.ReadingBytes(1, 33, k, 0) - (33 * 32) - whole, -33 * 12, 33 * 12);
    }

    [Fact]
    public void Bytes_OfALlavaAnalysis_AreWhatTheBenchmarkMeasuredInTheFile() =>
        Assert.InRange(Llava.Bytes(1, 33, 10, 0), 917_856 * 0.98, 917_856 * 1.02);

    [Fact]
    public void Bytes_OfQuestionsOnOnePicture_CountSharedPositionsOnce()
    {
        // 581 of 593 positions of seven of eight questions are kept with the first.
        var llava = Llava with { PositionsToShare = 581 };

        var shared = llava.ReadingBytes(8, 33, 10, 0, spared: 7);

        Assert.Equal(llava.ReadingBytes(8, 33, 10, 0) - (7L * 33 * 581 * ((10 * 4) + 2)), shared);
        Assert.InRange((double)shared / llava.ReadingBytes(1, 33, 10, 0), 1.14, 1.17);
    }

    [Fact]
    public void Of_WhatWasMeasured_SaysTimeAndRoom()
    {
        var cost = RunForecast.Of(Llava, 100, 33, 5, 0, 1L << 40);

        Assert.Equal("About 1 h 40 min and 49.7 MiB of disk, as measured on 10 analyses of \"first\".", cost.Sentence);
        Assert.False(cost.IsTooMuch);
    }

    [Fact]
    public void Of_MoreThanTheDiskHas_SaysSo()
    {
        var cost = RunForecast.Of(Llava, 100, 33, 5, 0, 1 << 20);

        Assert.True(cost.IsTooMuch);
        Assert.Contains("only 1 MiB are free", cost.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NothingMeasured_SaysThatNobodyKnows() => Assert.Contains("been done here yet", RunForecast.Of(null, 3, 13, 10, 0, null).Sentence, StringComparison.Ordinal);
}
