using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;

namespace LogitLens.Dashboard.Tests.Languages;

public sealed class TextsTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(10, 2)]
    [InlineData(11, 2)]
    [InlineData(12, 2)]
    [InlineData(14, 2)]
    [InlineData(20, 2)]
    [InlineData(21, 0)]
    [InlineData(22, 1)]
    [InlineData(25, 2)]
    [InlineData(101, 0)]
    [InlineData(111, 2)]
    [InlineData(112, 2)]
    [InlineData(1_000_003, 1)]
    public void Plural_InRussian_IsOneFewOrMany(long count, int form) => Assert.Equal(form, Texts.Plural("ru", count));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(21, 1)]
    public void Plural_InEnglish_IsOneOrOther(long count, int form) => Assert.Equal(form, Texts.Plural("en", count));

    [Theory]
    [InlineData("en", 1, "1 image")]
    [InlineData("en", 2, "2 images")]
    [InlineData("ru", 1, "1 изображение")]
    [InlineData("ru", 2, "2 изображения")]
    [InlineData("ru", 5, "5 изображений")]
    [InlineData("ru", 21_000, "21\u202f000 изображений")]
    public void Count_OfImages_HasTheFormOfTheLanguage(string language, long count, string expected) =>
        Assert.Equal(expected, Speaking.In(language, () => Texts.Of<CommonTexts>().Count("{0} image|{0} images", count)));

    [Fact]
    public void Of_LanguageThatIsNotThere_SpeaksEnglish() => Assert.Equal("Try again", Speaking.In("fi", () => Texts.Of<CommonTexts>()["Try again"].Value));

    [Theory]
    [InlineData("en", "2 h 10 min")]
    [InlineData("ru", "2 ч 10 мин")]
    public void Duration_InTheLanguage_HasItsUnits(string language, string expected) =>
        Assert.Equal(expected, Speaking.In(language, () => Words.Duration(TimeSpan.FromMinutes(130))));

    [Fact]
    public void Size_InRussian_KeepsItsFigures() => Assert.Equal("1.5 МиБ", Speaking.In("ru", () => Words.Size(3 << 19)));

    [Fact]
    public void CurrentCulture_InRussian_StillReadsAPoint() => Assert.Equal(0.5, Speaking.In("ru", () => double.Parse("0.5", CultureInfo.CurrentCulture)));
}
