using Bunit;
using LogitLens.Dashboard.Components.Layout;
using LogitLens.Dashboard.Components.Pages;
using LogitLens.Dashboard.Tests.Pages;

namespace LogitLens.Dashboard.Tests.Languages;

public sealed class LanguageSwitchTests
{
    [Theory]
    [InlineData("en", "ru", "Русский")]
    [InlineData("ru", "en", "English")]
    public async Task Switch_InALanguage_OffersTheOtherByItsOwnName(string language, string other, string name)
    {
        await using var context = await PagesContext.CreateAsync();

        var button = Speaking.In(language, () => context.Bunit.Render<LanguageSwitch>().Find("button"));

        Assert.Equal(other, button.GetAttribute("data-language"));
        Assert.Equal(other, button.GetAttribute("lang"));
        Assert.Contains(name, button.TextContent);
    }

    [Fact]
    public async Task Page_InRussian_IsInRussian()
    {
        await using var context = await PagesContext.CreateAsync();

        var page = Speaking.In("ru", () => context.Show<NotFound>("/not-found"));

        Assert.Equal("По этому адресу ничего нет", page.Find("h1").TextContent);
    }
}
