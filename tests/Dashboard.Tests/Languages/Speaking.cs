using System.Globalization;
using LogitLens.Dashboard.Languages;

namespace LogitLens.Dashboard.Tests.Languages;

/// <summary>Does something in a language, as a circuit of it would.</summary>
internal static class Speaking
{
    public static T In<T>(string language, Func<T> action)
    {
        var (culture, before) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (Language.Numbers, CultureInfo.GetCultureInfo(language));
            return action();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, before);
        }
    }
}
