using LogitLens.Dashboard.Search;

namespace LogitLens.Dashboard.Tests.Search;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("#12", 12L, null, 12)]
    [InlineData("№ 12", 12L, null, 12)]
    [InlineData(" 12 ", 12L, 12L, null)]
    [InlineData("run 3", null, 3L, null)]
    [InlineData("Run #3", null, 3L, null)]
    [InlineData("запуск 3", null, 3L, null)]
    [InlineData("analysis 7", 7L, null, null)]
    [InlineData("token 300", null, null, 300)]
    [InlineData("cat", null, null, null)]
    [InlineData("run", null, null, null)]
    [InlineData("-3", null, null, null)]
    [InlineData("#9999999999", 9999999999L, null, null)]
    [InlineData("99999999999999999999", null, null, null)]
    public void Parse_NumbersAndWords_KnowsWhatTheyMayMean(string typed, long? analysis, long? run, int? token)
    {
        var text = SearchText.Parse(typed);
        Assert.Equal((typed.Trim(), analysis, run, token), (text.Text, text.Analysis, text.Run, text.Token));
    }

    [Theory]
    [InlineData("48D78CE1", "48d78ce1")]
    [InlineData("123456", "123456")]
    [InlineData("48d78", null)]
    [InlineData("garden", null)]
    public void Parse_Digits_MayBeginAHash(string typed, string? hash) => Assert.Equal(hash, SearchText.Parse(typed).Hash);

    [Fact]
    public void Parse_ARunsId_MeansIt()
    {
        var id = Guid.NewGuid();
        Assert.Equal(id, SearchText.Parse(id.ToString()).RunId);
        Assert.Equal(id, SearchText.Parse(id.ToString("N")).RunId);
    }

    [Fact]
    public void Parse_TooLong_IsCut() => Assert.Equal(SearchText.Longest, SearchText.Parse(new string('a', 1000)).Text.Length);
}
