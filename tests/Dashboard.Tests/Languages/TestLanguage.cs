using System.Globalization;
using System.Runtime.CompilerServices;
using LogitLens.Dashboard.Languages;

namespace LogitLens.Dashboard.Tests.Languages;

/// <summary>Tests look texts up in English, whatever the language of the machine.</summary>
internal static class TestLanguage
{
    [ModuleInitializer]
    internal static void Speak()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = Language.Numbers;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = Language.English;
    }
}
