using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Filters;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tokens;
using Microsoft.AspNetCore.WebUtilities;

namespace LogitLens.Dashboard.Components.Statistics;

/// <summary>Which analyses statistics are over, and how best layers are told: all of it stands in the address, under the names of the API's parameters.</summary>
/// <param name="Runs">Of one of these runs; none for all.</param>
/// <param name="Analyses">A selection by hand; none for all.</param>
/// <param name="Checkpoint">The hash of the checkpoint their runs are on.</param>
/// <param name="ImageName">What the image's name contains.</param>
/// <param name="Prompt">What the prompt contains.</param>
/// <param name="Tags">Tags they bear, all of them.</param>
/// <param name="From">The first day on which they were Done, in UTC.</param>
/// <param name="Until">The last such day, which counts.</param>
/// <param name="Text">A word that is read in them.</param>
/// <param name="Match">How a token has to fit it.</param>
/// <param name="TokenLayers">The layers at which it is read, as <c>8-20</c>.</param>
/// <param name="TokenLeast">With at least which probability.</param>
/// <param name="LeastFiller">The least share of filler, 0 … 1.</param>
/// <param name="MostFiller">The greatest share of filler, 0 … 1.</param>
/// <param name="FirstLayer">The layer window's first layer, 0 = emb.</param>
/// <param name="LastLayer">The layer window's last layer.</param>
/// <param name="Criterion">What makes a layer the best.</param>
/// <param name="Filler">Ids that are filler besides the blank tokens; no form asks for them, links do.</param>
public sealed record ScopeState(
    IReadOnlyList<Guid> Runs,
    IReadOnlyList<long> Analyses,
    string? Checkpoint = null,
    string? ImageName = null,
    string? Prompt = null,
    IReadOnlyList<string>? Tags = null,
    DateOnly? From = null,
    DateOnly? Until = null,
    string? Text = null,
    TokenMatch Match = TokenMatch.Exact,
    string? TokenLayers = null,
    double? TokenLeast = null,
    double? LeastFiller = null,
    double? MostFiller = null,
    int? FirstLayer = null,
    int? LastLayer = null,
    BestLayerCriterion Criterion = BestLayerCriterion.Confidence,
    IReadOnlyList<int>? Filler = null)
{
    /// <summary>The parameters that say which analyses and how: the API takes each of them as it is.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. FilterAddress.Names, "firstLayer", "lastLayer", "criterion", "filler"];

    // Those that a form asks for; what else an address has stays as it is.
    private static readonly string[] Asked =
    [
        "run", "analysis", "analyses", "checkpoint", "imageName", "prompt", "tag", "from", "until", "text", "match", "layers", "p", "fillerFrom", "fillerTo", "firstLayer", "lastLayer", "criterion", "filler",
    ];

    /// <summary>Everything, told the default way.</summary>
    public static ScopeState All { get; } = new([], []);

    /// <summary>Whether nothing is asked for.</summary>
    public bool IsAll => ToQuery().Count == 0;

    /// <summary>Reads an address' query; what makes no sense is left out.</summary>
    /// <param name="run">The run in the path.</param>
    /// <param name="query">With or without its question mark.</param>
    public static ScopeState Read(Guid? run, string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        List<string> All(string name) => [.. values.GetValueOrDefault(name).Where(value => !string.IsNullOrWhiteSpace(value)).Select(value => value!)];
        string? One(string name) => All(name).FirstOrDefault();
        return new(
            run is { } own ? [own] : [.. All("run").Select(value => Guid.TryParse(value, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).Distinct()],
            [.. All("analysis").Select(value => Number(value) ?? 0).Where(id => id > 0).Concat(IdRanges.Parse(One("analyses"))).Distinct()],
            One("checkpoint"),
            One("imageName"),
            One("prompt"),
            All("tag") is { Count: > 0 } tags ? tags : null,
            Day(One("from"), 0),
            Day(One("until"), -1),
            One("text"),
            Word(One("match"), TokenMatch.Exact),
            One("layers"),
            Share(One("p")),
            Share(One("fillerFrom")),
            Share(One("fillerTo")),
            (int?)Number(One("firstLayer")),
            (int?)Number(One("lastLayer")),
            Word(One("criterion"), BestLayerCriterion.Confidence),
            All("filler").Select(value => (int)(Number(value) ?? -1)).Where(id => id >= 0).ToList() is { Count: > 0 } filler ? filler : null);
    }

    /// <summary>The page's address; <paramref name="view"/> are its other parameters, which stay.</summary>
    public string ToUrl(string view = "")
    {
        var kept = QueryHelpers.ParseQuery(view).Where(pair => !(IsAll ? Names : Asked).Contains(pair.Key)).SelectMany(pair => pair.Value.Select(value => (pair.Key, Value: value!)));
        var query = string.Join('&', ToQuery().Concat(kept).Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"));
        return query.Length == 0 ? Urls.AllStatistics : $"{Urls.AllStatistics}?{query}";
    }

    private List<(string Name, string Value)> ToQuery()
    {
        var query = new List<(string, string)>();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                query.Add((name, value.Trim()));
            }
        }

        foreach (var run in Runs)
        {
            Add("run", run.ToString());
        }

        if (Analyses.Count > 0)
        {
            Add("analyses", IdRanges.Format(Analyses));
        }

        Add("checkpoint", Checkpoint);
        Add("imageName", ImageName);
        Add("prompt", Prompt);
        foreach (var tag in Tags ?? [])
        {
            Add("tag", tag);
        }

        Add("from", Instant(From));
        Add("until", Instant(Until?.AddDays(1)));
        Add("text", Text);
        if (!string.IsNullOrWhiteSpace(Text))
        {
            Add("match", Match == TokenMatch.Exact ? null : Match.ToString().ToLowerInvariant());
            Add("layers", TokenLayers);
            Add("p", Format(TokenLeast));
        }

        Add("fillerFrom", Format(LeastFiller));
        Add("fillerTo", Format(MostFiller));
        Add("firstLayer", Format(FirstLayer));
        Add("lastLayer", Format(LastLayer));
        Add("criterion", Criterion == BestLayerCriterion.Confidence ? null : Criterion == BestLayerCriterion.FinalToken ? "finalToken" : Criterion.ToString().ToLowerInvariant());
        foreach (var id in Filler ?? [])
        {
            Add("filler", Format(id));
        }

        return query;
    }

    private static string? Instant(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly? Day(string? text, int days) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? DateOnly.FromDateTime(time.UtcDateTime).AddDays(days) : null;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= int.MaxValue ? value : null;

    private static double? Share(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1 ? value : null;

    private static T Word<T>(string? text, T otherwise)
        where T : struct, Enum => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : otherwise;

    private static string? Format(double? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string? Format(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
