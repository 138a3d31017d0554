using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using LogitLens.Dashboard.Components.Comparing;
using LogitLens.Dashboard.Components.Explorer;
using LogitLens.Dashboard.Components.Statistics;

namespace LogitLens.Dashboard.Languages;

/// <summary>The words of the browser's modules: given to the page as data (<c>#ll-texts</c>), read there by <c>js/explorer/texts.js</c>.</summary>
internal static class ScriptTexts
{
    private static readonly JsonSerializerOptions Json = new()
    {
        // Letters as they are, at two bytes each; what HTML gives a meaning to stays escaped.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.BasicLatin, UnicodeRanges.Latin1Supplement, UnicodeRanges.Cyrillic, UnicodeRanges.GeneralPunctuation, UnicodeRanges.Arrows),
    };

    private static readonly Lazy<Dictionary<string, string>> Pages = new(() => Language.All.ToDictionary(language => language.Code, language => JsonSerializer.Serialize(Find(language.Code), Json)));

    /// <summary>The rooms whose modules have texts. One wording means the same in all of them.</summary>
    public static IReadOnlyList<Type> Rooms { get; } = [typeof(ExplorerScripts), typeof(StatisticsScripts), typeof(ComparingScripts)];

    /// <summary>English wording → wording, as JSON that may stand inside a script element; <c>{}</c> for English.</summary>
    public static string Page(string language) => Pages.Value[language];

    /// <summary>A language's wordings by the English ones.</summary>
    internal static Dictionary<string, string> Find(string language)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var room in Rooms.Where(_ => language != Language.English.Name))
        {
            var entries = new ResourceManager(room).GetResourceSet(CultureInfo.GetCultureInfo(language), createIfNotExists: true, tryParents: false);
            foreach (var entry in (entries ?? throw new MissingManifestResourceException($"{room.Name} has no texts in {language}.")).Cast<DictionaryEntry>())
            {
                texts[(string)entry.Key] = (string)entry.Value!;
            }
        }

        return texts;
    }
}
