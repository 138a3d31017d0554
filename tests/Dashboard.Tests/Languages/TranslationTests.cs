using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using LogitLens.Dashboard.Languages;
using MudBlazor;

namespace LogitLens.Dashboard.Tests.Languages;

/// <summary>Every text has its Russian wording, every Russian wording is used, and both have places for the same values.</summary>
public sealed partial class TranslationTests
{
    [Fact]
    public void ServerTexts_AllOfThem_AreInRussian()
    {
        var missing = SourceTexts.ReadServer()
            .Where(text => !SourceTexts.ReadRussian(text.Room).ContainsKey(text.Key))
            .Select(text => $"{text.Room} lacks \"{text.Key}\" ({text.File})")
            .Distinct()
            .ToList();

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void ScriptTexts_AllOfThem_AreInRussian()
    {
        var russian = ScriptTexts.Find("ru");

        var missing = SourceTexts.ReadScripts().Where(text => !russian.ContainsKey(text.Key)).Select(text => $"\"{text.Key}\" ({text.File})").Distinct().ToList();

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void RussianTexts_AllOfThem_AreUsed()
    {
        var server = SourceTexts.ReadServer().Select(text => (text.Room, text.Key)).ToHashSet();
        var scripts = SourceTexts.ReadScripts().Select(text => text.Key).ToHashSet();

        var idle = SourceTexts.Rooms()
            .SelectMany(room => SourceTexts.ReadRussian(room.Name).Keys
                .Where(key => ScriptTexts.Rooms.Contains(room) ? !scripts.Contains(key) : !server.Contains((room.Name, key)))
                .Select(key => $"{room.Name}: \"{key}\""))
            .ToList();

        Assert.True(idle.Count == 0, string.Join('\n', idle));
    }

    [Fact]
    public void RussianTexts_Placeholders_AreThoseOfTheEnglishOnes()
    {
        var wrong = SourceTexts.Rooms()
            .SelectMany(room => SourceTexts.ReadRussian(room.Name).Where(text => !HaveSamePlaces(text.Key, text.Value)).Select(text => $"{room.Name}: \"{text.Key}\" → \"{text.Value}\""))
            .ToList();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void RussianTexts_Wordings_AreSaidAndNotEmpty()
    {
        var empty = SourceTexts.Rooms()
            .SelectMany(room => SourceTexts.ReadRussian(room.Name).Where(text => string.IsNullOrWhiteSpace(text.Value)).Select(text => $"{room.Name}: \"{text.Key}\""))
            .ToList();

        Assert.Empty(empty);
    }

    [Fact]
    public void ScriptTexts_OneWordingInTwoRooms_MeansTheSame()
    {
        var different = ScriptTexts.Rooms.SelectMany(room => SourceTexts.ReadRussian(room.Name)).GroupBy(text => text.Key)
            .Where(texts => texts.Select(text => text.Value).Distinct().Count() > 1)
            .Select(texts => texts.Key)
            .ToList();

        Assert.Empty(different);
    }

    [Fact]
    public void MudTexts_Keys_AreMudBlazors()
    {
        var known = new ResourceManager("MudBlazor.Resources.LanguageResource", typeof(MudLocalizer).Assembly);

        var unknown = SourceTexts.ReadRussian(nameof(MudTexts)).Keys.Where(key => known.GetString(key, CultureInfo.InvariantCulture) is null).ToList();

        Assert.Empty(unknown);
    }

    // A form for one need not name the number; the form for many must have every place.
    private static bool HaveSamePlaces(string english, string russian)
    {
        var hasForms = Counted().IsMatch(english);
        var (englishForms, russianForms) = hasForms ? (english.Split('|'), russian.Split('|')) : ([english], [russian]);
        return (englishForms.Length, russianForms.Length) is (1, 1) or (2, 3)
            && russianForms.All(form => Places(form).SetEquals(Places(englishForms[^1])));
    }

    private static HashSet<string> Places(string text) => [.. Place().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"\|.*\{0\}")]
    private static partial Regex Counted();
}
