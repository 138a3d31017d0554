using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace LogitLens.Dashboard.Languages;

/// <summary>The languages of the interface, and how a request says which one it wants.</summary>
/// <remarks>
/// A language changes words only. Numbers stay as they are written in papers and read by scripts (<c>0.873</c>, <c>12 345</c>), so the culture that
/// formats and parses them is <see cref="Numbers"/> in every language.
/// </remarks>
internal static class Language
{
    /// <summary>Where a person's choice is kept: <c>js/language.js</c> writes it.</summary>
    public const string CookieName = "logitlens.language";

    /// <summary>What the interface speaks if neither the cookie nor the browser asks for a language it has.</summary>
    public static CultureInfo English { get; } = CultureInfo.GetCultureInfo("en");

    /// <summary>Formats and parses numbers, whatever the language and the server's own culture.</summary>
    public static CultureInfo Numbers => English;

    /// <summary>Every language there is, English first, each with its own name for itself.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } = [("en", "English"), ("ru", "Русский")];

    /// <summary>The language of what is running: a circuit's, a request's.</summary>
    public static string Current => All.Any(language => language.Code == CultureInfo.CurrentUICulture.TwoLetterISOLanguageName)
        ? CultureInfo.CurrentUICulture.TwoLetterISOLanguageName
        : English.Name;

    /// <summary>Adds <see cref="Microsoft.Extensions.Localization.IStringLocalizer{T}"/>, and the choice by cookie, then by the browser's <c>Accept-Language</c>.</summary>
    public static IServiceCollection AddLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        services.AddSingleton<MudBlazor.MudLocalizer, MudTexts>();
        return services.Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(Numbers, English);
            options.SupportedCultures = [Numbers];
            options.SupportedUICultures = [.. All.Select(language => CultureInfo.GetCultureInfo(language.Code))];

            // No language in the address: a link shows what its sender saw, in the reader's words.
            options.RequestCultureProviders = [new CookieRequestCultureProvider { CookieName = CookieName }, new AcceptLanguageHeaderRequestCultureProvider()];
        });
    }

    /// <summary>What no reader asked for (the command line, the log, stored failures, schedules) is in English, not in the language of the server's shell.</summary>
    public static void SpeakEnglish()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = Numbers;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = English;
    }

    /// <summary>Lets pages and circuits speak the reader's language. The interface for scripts stays English, and so does what services write down.</summary>
    public static IApplicationBuilder UseLanguages(this IApplicationBuilder app)
    {
        SpeakEnglish();
        return app.UseWhen(context => !context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), pages => pages.UseRequestLocalization());
    }
}
