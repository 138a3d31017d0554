using System.Text.RegularExpressions;
using Bunit;
using LogitLens.Dashboard.Components.Layout;
using LogitLens.Dashboard.Components.Shortcuts;
using LogitLens.Dashboard.Tests.Languages;
using LogitLens.Dashboard.Tests.Pages;

namespace LogitLens.Dashboard.Tests.Shortcuts;

public sealed partial class ShortcutListTests
{
    [Fact]
    public async Task Layout_Places_EachHasItsKeysOnALinkThatLeadsThere()
    {
        await using var context = await PagesContext.CreateAsync();

        var layout = context.Bunit.Render<MainLayout>(parameters => parameters.Add(shown => shown.Body, "page"));

        var links = layout.FindAll("a[data-shortcut]").ToDictionary(link => link.GetAttribute("data-shortcut")!, link => link.GetAttribute("href")!);
        Assert.Equal(Place.All.ToDictionary(place => place.Keys, place => place.Url), links);
    }

    [Fact]
    public void All_KeysOfTheExplorer_AreThoseItsModuleAnswers()
    {
        var module = File.ReadAllText(Path.Combine(SourceTexts.Repository, "wwwroot", "js", "explorer", "keys.js"));
        var answered = ActionPattern().Matches(module[module.IndexOf("ACTIONS = {", StringComparison.Ordinal)..module.IndexOf("};", StringComparison.Ordinal)]).Select(match => match.Groups[1].Value.Trim('\'')).ToHashSet();
        Assert.True(answered.Count >= 9);

        var listed = ShortcutList.All.Single(place => place.Name == "In the explorer").Shortcuts.Select(shortcut => shortcut.Keys.Replace("Shift ", string.Empty, StringComparison.Ordinal)).Except(["/", "Esc"]).ToHashSet();

        Assert.Equal(answered, listed);
    }

    [Fact]
    public void All_OnOnePage_NoKeyMeansTwoThings()
    {
        foreach (var place in ShortcutList.All)
        {
            Assert.Equal(place.Shortcuts.Count, place.Shortcuts.Select(shortcut => shortcut.Keys).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("/analyses/12", "In the explorer", true)]
    [InlineData("/analyses/12", "On a chart of the statistics", false)]
    [InlineData("/runs/6f9619ff-8b86-d011-b42d-00c04fc964ff/statistics", "On a chart of the statistics", true)]
    [InlineData("/runs/6f9619ff-8b86-d011-b42d-00c04fc964ff", "On a chart of the statistics", false)]
    [InlineData("/", "Everywhere", true)]
    public void IsOn_APage_KnowsItsKeys(string path, string place, bool isOn) => Assert.Equal(isOn, ShortcutList.All.Single(p => p.Name == place).IsOn(path));

    [Fact]
    public async Task Table_AWord_LeavesTheKeysThatHaveToDoWithIt()
    {
        await using var context = await PagesContext.CreateAsync();
        var table = context.Bunit.Render<ShortcutTable>(parameters => parameters.Add(t => t.Path, "/analyses/12"));
        Assert.Equal("In the explorer", table.Find("h2").TextContent);

        await table.Find("input").InputAsync("unpin");

        Assert.Equal(["."], table.FindAll("kbd").Select(key => key.TextContent));
        await table.Find("input").InputAsync("nonsense");
        Assert.Contains("No key has to do with “nonsense”.", table.Markup, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\s+('.'|\w):", RegexOptions.Multiline)]
    private static partial Regex ActionPattern();
}
