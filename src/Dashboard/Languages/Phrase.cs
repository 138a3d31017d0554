using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace LogitLens.Dashboard.Languages;

/// <summary>A translated sentence with elements in it: <c>@Phrase.Of(L["Set {0} to a folder."], @&lt;code&gt;Backup:Folder&lt;/code&gt;)</c>.</summary>
internal static partial class Phrase
{
    /// <summary>The sentence as content; each <c>{n}</c> is the part of that number, wherever the language puts it.</summary>
    public static RenderFragment Of(string sentence, params RenderFragment[] parts) => builder =>
    {
        var from = 0;
        foreach (Match place in Place().Matches(sentence))
        {
            builder.AddContent(0, sentence[from..place.Index]);
            builder.AddContent(1, parts[int.Parse(place.ValueSpan[1..^1], CultureInfo.InvariantCulture)]);
            from = place.Index + place.Length;
        }

        builder.AddContent(2, sentence[from..]);
    };

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
