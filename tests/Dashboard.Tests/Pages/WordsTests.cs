using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1\u202f023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(16_981_000, "16.2 MiB")]
    [InlineData(1_073_741_823, "1 GiB")]
    public void Size_Bytes_IsReadable(long bytes, string expected) => Assert.Equal(expected, Words.Size(bytes));

    [Theory]
    [InlineData(-3, "0 s")]
    [InlineData(0.4, "under 1 s")]
    [InlineData(59.6, "1 min")]
    [InlineData(75, "1 min 15 s")]
    [InlineData(601, "10 min")]
    [InlineData(3_599, "1 h")]
    [InlineData(7_800, "2 h 10 min")]
    [InlineData(180_000, "2 d 2 h")]
    public void Duration_Seconds_HasTwoUnitsAtMost(double seconds, string expected) => Assert.Equal(expected, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("USER: <image>\nWhat is\nleft? ASSISTANT:", "What is⏎left?")]
    [InlineData("[INST] <image> x [/INST]", "[INST] <image> x [/INST]")]
    [InlineData("USER: <image>\n ASSISTANT:", "USER: <image>⏎ ASSISTANT:")]
    public void Question_Prompt_LosesTheTemplateOnly(string prompt, string expected) => Assert.Equal(expected, Words.Question(prompt));

    [Fact]
    public void State_EveryState_HasAWordThatLeadsBack() =>
        Assert.All(Enum.GetValues<AnalysisState>(), state => Assert.Equal(state, Words.State(Words.State(state))));

    [Fact]
    public void Counts_Mixed_SaysEach() => Assert.Equal("9 of 12 done, 2 failed, 1 cancelled", Words.Counts(new RunCounts(0, 0, 9, 2, 1)));
}
