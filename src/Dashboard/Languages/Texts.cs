using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Languages;

/// <summary>Texts of the interface: a text's key is its English wording, and <c>ROOMTexts.ru.resx</c> beside a room's code has the Russian one.</summary>
/// <remarks>Components inject <see cref="IStringLocalizer{T}"/> of their room; static helpers take theirs <see cref="Of{TRoom}">here</see>.</remarks>
internal static class Texts
{
    private const char Forms = '|';

    private static readonly ResourceManagerStringLocalizerFactory Factory = new(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance);

    /// <summary>A room's texts in the language of whoever asks, each time it is asked.</summary>
    public static IStringLocalizer Of<TRoom>() => Factory.Create(typeof(TRoom));

    /// <summary>Says that a text in a table is a key, which is translated where it is shown. Tests look for the word.</summary>
    public static string Mark(string key) => key;

    /// <summary>A text with a count, in the form that the count asks for: <c>Count("{0} run|{0} runs", 3)</c>.</summary>
    /// <param name="texts">The room's.</param>
    /// <param name="key">The English forms for one and for more, with <c>{0}</c> for the count.</param>
    /// <param name="count">How many.</param>
    /// <param name="others"><c>{1}</c> and on.</param>
    public static string Count(this IStringLocalizer texts, string key, long count, params ReadOnlySpan<object?> others)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var text = texts[key];
        var forms = text.Value.Split(Forms);
        var form = forms[Math.Min(Plural(text.ResourceNotFound ? Language.English.Name : Language.Current, count), forms.Length - 1)];
        return string.Format(CultureInfo.InvariantCulture, form, [Words.Count(count), .. others]);
    }

    /// <summary>Which form a whole number asks for, by CLDR's rules: English one, other; Russian one, few, many.</summary>
    internal static int Plural(string language, long count)
    {
        if (language != "ru")
        {
            return count == 1 ? 0 : 1;
        }

        var (ones, tens) = (Math.Abs(count % 10), Math.Abs(count % 100));
        return ones == 1 && tens != 11 ? 0 : ones is >= 2 and <= 4 && tens is < 12 or > 14 ? 1 : 2;
    }
}
