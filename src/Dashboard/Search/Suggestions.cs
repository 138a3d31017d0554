using LogitLens.Dashboard.Components.Atlas;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Layout;
using LogitLens.Dashboard.Components.Search;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Search;

/// <summary>What the list under the search's field shows, in the reader's words.</summary>
/// <param name="Groups">Those that have something, in their order.</param>
/// <param name="Sentence">How much was found, for those who hear the list; or that nothing was.</param>
/// <param name="All">Where everything found is.</param>
/// <param name="AllText">What that place is called.</param>
internal sealed record Suggestions(IReadOnlyList<SuggestionGroup> Groups, string Sentence, string All, string AllText)
{
    private static readonly IStringLocalizer L = Texts.Of<SearchTexts>();

    /// <summary>Words what was found.</summary>
    public static Suggestions From(SearchFindings findings)
    {
        var text = findings.Asked.Text;
        var places = Place.Find(text);
        SuggestionGroup[] groups =
        [
            new(L["Analyses"], findings.Analyses.Count, [.. findings.Analyses.Select(Of)]),
            new(L["Pages"], places.Count, [.. places.Select(place => new Suggestion(place.Name, place.Keys, place.Url))]),
            new(L["Images"], findings.Images.Total, [.. findings.Images.Items.Select(Of)]),
            new(L["Runs"], findings.Runs.Total, [.. findings.Runs.Items.Select(Of)]),
            new(L["Tokens"], findings.Tokens.Total, [.. findings.Tokens.Items.Select(Of)]),
        ];
        var some = groups.Where(group => group.Items.Count > 0).ToList();
        var sentence = some.Count == 0
            ? L["Nothing found for “{0}”", text].Value
            : string.Join(", ", some.Select(group => $"{group.Name}: {Words.Count(group.Total)}"));
        return new Suggestions(some, sentence, SearchState.From(text, null, null).ToUrl(), L["All results for “{0}”", text]);
    }

    /// <summary>Where an image is looked at: its newest finished analysis, or its own page.</summary>
    public static string UrlOf(ImageRow image) => image.LatestDone is { } done ? Urls.Explorer(done) : Urls.Image(image.Sha256);

    /// <summary>A token as it is displayed.</summary>
    public static string NameOf(SearchedToken token) => token.Found.Display.Length == 0 ? $"#{token.Found.Id}" : token.Found.Display;

    /// <summary>Where else than in its name a token differs.</summary>
    public static string DetailOf(SearchedToken token) =>
        $"#{token.Found.Id} · {Words.Count(token.Found.Analyses, "analysis", "analyses")}{(token.Checkpoint is { } name ? $" · {name}" : string.Empty)}";

    private static Suggestion Of(AnalysisRow analysis) => new(
        $"#{analysis.Id} {analysis.ImageName}", $"{Words.StateName(analysis.State)} · {Words.Question(analysis.Prompt)}", Urls.Explorer(analysis.Id), Urls.Thumbnail(analysis.ImageSha256));

    private static Suggestion Of(ImageRow image) => new(
        image.Name, $"{image.Width} × {image.Height} · {Words.Count(image.Analyses, "analysis", "analyses")}", UrlOf(image), Urls.Thumbnail(image.Sha256));

    private static Suggestion Of(RunRow run) => new(run.Name, $"{L["run {0}", run.Number]} · {run.Checkpoint.Name} · {Words.Counts(run.Counts)}", Urls.Run(run.Id));

    private static Suggestion Of(SearchedToken token) => new(NameOf(token), DetailOf(token), AtlasState.UrlOf(token.Found.CheckpointHash, token.Found.Id), IsToken: true);
}
