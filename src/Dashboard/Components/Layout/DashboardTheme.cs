using MudBlazor;

namespace LogitLens.Dashboard.Components.Layout;

/// <summary>MudBlazor's type and measures for LogitLens.</summary>
/// <remarks>
/// Colours are not here: <c>wwwroot/css/app.css</c> sets them once, as <c>--ll-*</c> properties for light and dark, and points MudBlazor's palette at them.
/// So the browser changes the theme by itself, before the first paint and without asking the server.
/// </remarks>
internal static class DashboardTheme
{
    private static readonly string[] Sans = ["var(--ll-sans)"];

    public static MudTheme Instance { get; } = new()
    {
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "3px", AppbarHeight = "44px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = "0.875rem", LineHeight = "1.45", LetterSpacing = "normal" },
            H1 = new H1Typography { FontFamily = Sans, FontSize = "1.25rem", FontWeight = "600", LineHeight = "1.3", LetterSpacing = "normal" },
            H2 = new H2Typography { FontFamily = Sans, FontSize = "1rem", FontWeight = "600", LineHeight = "1.35", LetterSpacing = "normal" },
            H3 = new H3Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            H4 = new H4Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            H5 = new H5Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            H6 = new H6Typography { FontFamily = Sans, FontSize = "1rem", FontWeight = "600", LineHeight = "1.35", LetterSpacing = "normal" },
            Subtitle1 = new Subtitle1Typography { FontFamily = Sans, FontSize = "0.875rem", LineHeight = "1.45", LetterSpacing = "normal" },
            Subtitle2 = new Subtitle2Typography { FontFamily = Sans, FontSize = "0.75rem", LineHeight = "1.4", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Sans, FontSize = "0.875rem", LineHeight = "1.45", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Sans, FontSize = "0.8125rem", LineHeight = "1.4", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Sans, FontSize = "0.8125rem", FontWeight = "500", LineHeight = "1.5", LetterSpacing = "normal", TextTransform = "none" },
            Caption = new CaptionTypography { FontFamily = Sans, FontSize = "0.75rem", LineHeight = "1.4", LetterSpacing = "normal" },
            Overline = new OverlineTypography { FontFamily = Sans, FontSize = "0.75rem", LineHeight = "1.4", LetterSpacing = "normal", TextTransform = "none" },
        },
    };
}
