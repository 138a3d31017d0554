using System.Globalization;
using LogitLens.Dashboard.Components.Atlas;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Filters;

/// <summary>An <see cref="AnalysisFilter"/> in an address: the gallery, statistics, masks, exports and the interface for scripts have the same names for the same conditions.</summary>
internal static class FilterAddress
{
    /// <summary>The state of images that were never analysed.</summary>
    public const string NotAnalysed = "none";

    /// <summary>Characters of an address at most: a circuit's messages hold 32 KB, and the server's request line as much as this.</summary>
    public const int LongestUrl = 24_000;

    private const int LongestText = 200;
    private const int MostValues = 1000;
    private const string Date = "yyyy-MM-dd";

    /// <summary>The names there are.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "run", "checkpoint", "imageName", "prompt", "addedFrom", "addedUntil", "from", "until", "state", "text", "match", "token", "layers", "p", "places", "fillerFrom", "fillerTo", "tag",
        "images", "analysis", "analyses",
    ];

    /// <summary>Reads the conditions; what makes no sense is left out, and the first such thing is said.</summary>
    /// <param name="values">What the address has under a name.</param>
    public static FilterReading Read(Func<string, IReadOnlyList<string>> values)
    {
        string? refusal = null;
        var runs = Many("run", text => Guid.TryParse(text, out var id) ? new RunId(id) : (RunId?)null, "the id of a run, 32 hex digits");
        var analyses = Many("analysis", text => Id(text) is { } id ? new AnalysisId(id) : (AnalysisId?)null, "the number of an analysis");
        analyses = [.. analyses, .. IdRanges.Parse(One("analyses")).Select(id => new AnalysisId(id))];
        var images = IdRanges.Parse(One("images")).Select(id => new ImageId(id)).ToList();
        var state = One("state");
        var notAnalysed = string.Equals(state, NotAnalysed, StringComparison.OrdinalIgnoreCase);
        AnalysisState? wantedState = state is null || notAnalysed ? null : Enum.GetValues<AnalysisState>().Cast<AnalysisState?>().FirstOrDefault(s => s.ToString()!.Equals(state, StringComparison.OrdinalIgnoreCase));
        if (state is not null && !notAnalysed && wantedState is null)
        {
            Refuse("state", state, "done, running, queued, failed, cancelled, or none for images never analysed");
        }

        var filter = new AnalysisFilter(
            runs.Count > 0 ? runs : null,
            analyses.Count > 0 ? analyses : null,
            One("checkpoint"),
            One("imageName"),
            One("prompt"),
            Time("from"),
            Time("until"))
        {
            Images = images.Count > 0 ? images : null,
            AddedFrom = Time("addedFrom"),
            AddedUntil = Time("addedUntil"),
            State = wantedState,
            LeastFiller = Share("fillerFrom"),
            MostFiller = Share("fillerTo"),
            Tags = values("tag").Where(tag => !string.IsNullOrWhiteSpace(tag)).Select(tag => Cut(tag.Trim())).Distinct(StringComparer.OrdinalIgnoreCase).ToArray() is { Length: > 0 } tags ? tags : null,
            Token = Token(),
        };
        return new FilterReading(filter, notAnalysed, refusal);

        string? One(string name) => values(name) is [{ } value, ..] && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

        List<T> Many<T>(string name, Func<string, T?> read, string sense)
            where T : struct
        {
            var found = new List<T>();
            foreach (var text in values(name).Where(text => !string.IsNullOrWhiteSpace(text)).Take(MostValues))
            {
                if (read(text) is { } value)
                {
                    found.Add(value);
                }
                else
                {
                    Refuse(name, text, sense);
                }
            }

            return [.. found.Distinct()];
        }

        DateTimeOffset? Time(string name)
        {
            if (One(name) is not { } text)
            {
                return null;
            }

            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            {
                return time;
            }

            Refuse(name, text, "a day such as 2026-11-25, or a time such as 2026-11-25T08:00:00Z");
            return null;
        }

        double? Share(string name)
        {
            if (One(name) is not { } text)
            {
                return null;
            }

            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1)
            {
                return share;
            }

            Refuse(name, text, "a share of 0 to 1, such as 0.25");
            return null;
        }

        TokenCriterion? Token()
        {
            var ids = Many("token", text => Id(text) is { } id and <= int.MaxValue || text == "0" ? (int?)int.Parse(text, CultureInfo.InvariantCulture) : null, "the id of a token, 0 or more");
            var text = values("text") is [{ } given, ..] && given.Length > 0 ? Cut(given) : null;
            if (ids.Count > 0 && filterCheckpoint() is null)
            {
                Refuse("token", string.Join(' ', ids), "ids together with the hash of their checkpoint");
                ids = [];
            }

            if (ids.Count == 0 && text is null)
            {
                return null;
            }

            var match = TokenMatch.Exact;
            if (One("match") is { } matchWord && (!Enum.TryParse(matchWord, ignoreCase: true, out match) || !Enum.IsDefined(match)))
            {
                match = TokenMatch.Exact;
                Refuse("match", matchWord, "exact, prefix or contains");
            }

            var places = TokenPlaces.Patch;
            if (One("places") is { } placesWord && (!Enum.TryParse(placesWord, ignoreCase: true, out places) || !Enum.IsDefined(places)))
            {
                places = TokenPlaces.Patch;
                Refuse("places", placesWord, "patch, text or any");
            }

            (int First, int? Last) window = (0, null);
            if (One("layers") is { } layers)
            {
                if (AtlasState.ReadLayers(layers) is { } read)
                {
                    window = read;
                }
                else
                {
                    Refuse("layers", layers, "one layer such as 8, a range such as 8-20, or 8- for all from there; emb is the first");
                }
            }

            return new TokenCriterion(ids.Count > 0 ? ids : null, ids.Count > 0 ? string.Empty : text!, match, window.First, window.Last, Share("p") ?? 0, places);
        }

        string? filterCheckpoint() => One("checkpoint");

        void Refuse(string name, string value, string sense) => refusal ??= $"{name} is \"{value}\": give {sense}.";
    }

    /// <summary>Reads the conditions of a query.</summary>
    /// <param name="query">With or without its question mark.</param>
    public static FilterReading Read(string query)
    {
        var values = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query);
        return Read(name => values.TryGetValue(name, out var found) ? [.. found.OfType<string>()] : []);
    }

    /// <summary>Writes the conditions; what is not asked for is null.</summary>
    public static IEnumerable<(string Name, string? Value)> Write(AnalysisFilter filter, bool notAnalysed = false)
    {
        foreach (var run in filter.Runs ?? [])
        {
            yield return ("run", run.ToString());
        }

        yield return ("checkpoint", filter.Checkpoint);
        yield return ("imageName", filter.ImageName);
        yield return ("prompt", filter.Prompt);
        yield return ("addedFrom", Time(filter.AddedFrom));
        yield return ("addedUntil", Time(filter.AddedUntil));
        yield return ("from", Time(filter.FinishedFrom));
        yield return ("until", Time(filter.FinishedUntil));
        yield return ("state", notAnalysed ? NotAnalysed : filter.State?.ToString().ToLowerInvariant());
        if (filter.Token is { } token)
        {
            yield return ("text", token.Ids is null ? token.Text : null);
            yield return ("match", token.Ids is not null || token.Match == TokenMatch.Exact ? null : token.Match.ToString().ToLowerInvariant());
            foreach (var id in token.Ids ?? [])
            {
                yield return ("token", id.ToString(CultureInfo.InvariantCulture));
            }

            yield return ("layers", Layers(token));
            yield return ("p", token.LeastProbability > 0 ? Number(token.LeastProbability) : null);
            yield return ("places", token.Places == TokenPlaces.Patch ? null : token.Places.ToString().ToLowerInvariant());
        }

        yield return ("fillerFrom", filter.LeastFiller is { } least ? Number(least) : null);
        yield return ("fillerTo", filter.MostFiller is { } most ? Number(most) : null);
        foreach (var tag in filter.Tags ?? [])
        {
            yield return ("tag", tag);
        }

        yield return ("images", filter.Images is { } images ? IdRanges.Format(images.Select(image => image.Value)) : null);
        yield return ("analyses", filter.Analyses is { } analyses ? IdRanges.Format(analyses.Select(analysis => analysis.Value)) : null);
    }

    /// <summary>The layers of a criterion, as an address has them; null for all.</summary>
    public static string? Layers(TokenCriterion token) => (token.FirstLayer, token.LastLayer) switch
    {
        (0, null) => null,
        (var first, null) => $"{AtlasState.LayerName(first)}-",
        (var first, { } last) when first == last => AtlasState.LayerName(first),
        (var first, { } last) => $"{AtlasState.LayerName(first)}-{AtlasState.LayerName(last)}",
    };

    private static string? Time(DateTimeOffset? time) => time is not { } value ? null
        : value.UtcDateTime.TimeOfDay == TimeSpan.Zero ? value.UtcDateTime.ToString(Date, CultureInfo.InvariantCulture)
        : value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Cut(string text) => text[..Math.Min(text.Length, LongestText)];

    private static long? Id(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
}
