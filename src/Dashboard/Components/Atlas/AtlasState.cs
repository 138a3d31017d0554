using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Components.Atlas;

/// <summary>What the atlas shows: all of it stands in the address.</summary>
/// <param name="Text">A word; not looked at where <paramref name="Tokens"/> are given.</param>
/// <param name="Tokens">Ids of <paramref name="Checkpoint"/>'s table; empty to go by the text.</param>
/// <param name="Layers">One layer such as 8, or the first and last such as 8-20; null for all.</param>
/// <param name="After">Where the page before ended.</param>
internal sealed record AtlasState(
    string Text = "",
    TokenMatch Match = TokenMatch.Exact,
    IReadOnlyList<int>? Tokens = null,
    string? Checkpoint = null,
    Guid? Run = null,
    string? Layers = null,
    double Least = 0,
    TokenPlaces Places = TokenPlaces.Patch,
    OccurrenceOrder Order = OccurrenceOrder.Best,
    string? After = null)
{
    public const int PageSize = 48;
    public const int MostTokens = 100;
    private const int LongestText = 200;

    /// <summary>Whether tokens are given by their ids; they mean something within their checkpoint only.</summary>
    public bool IsByTokens => Tokens is { Count: > 0 } && Checkpoint is not null;

    public bool IsEmpty => !IsByTokens && Text.Trim().Length == 0;

    /// <summary>Whether more than the word or tokens narrows the search.</summary>
    public bool IsFiltered => Run is not null || (Checkpoint is not null && !IsByTokens) || Layers is not null || Least > 0 || Places != TokenPlaces.Patch;

    public TokenFilter Filter
    {
        get
        {
            var (first, last) = ReadLayers(Layers) ?? (0, null);
            return new TokenFilter(Run is { } run ? [new RunId(run)] : null, Checkpoint, first, last, Least, Places);
        }
    }

    public OccurrenceQuery Query => new(IsByTokens ? Tokens : null, Text, Match, Filter, Order, After, PageSize);

    /// <summary>The address of the atlas at tokens of a checkpoint.</summary>
    public static string UrlOf(string checkpoint, params IEnumerable<int> tokens) => new AtlasState(Tokens: [.. tokens], Checkpoint: checkpoint).ToUrl();

    /// <summary>Reads the address; what makes no sense is left at rest.</summary>
    public static AtlasState From(
        string? text, string? match, string? tokens, string? checkpoint, Guid? run, string? layers, string? least, string? places, string? order, string? after) => new(
        text is null ? string.Empty : text[..Math.Min(text.Length, LongestText)],
        Enum.TryParse<TokenMatch>(match, ignoreCase: true, out var wantedMatch) && Enum.IsDefined(wantedMatch) ? wantedMatch : TokenMatch.Exact,
        ReadIds(tokens),
        string.IsNullOrWhiteSpace(checkpoint) ? null : checkpoint,
        run,
        ReadLayers(layers) is null ? null : layers,
        ReadLeast(least),
        Enum.TryParse<TokenPlaces>(places, ignoreCase: true, out var wantedPlaces) && Enum.IsDefined(wantedPlaces) ? wantedPlaces : TokenPlaces.Patch,
        Enum.TryParse<OccurrenceOrder>(order, ignoreCase: true, out var wantedOrder) && Enum.IsDefined(wantedOrder) ? wantedOrder : OccurrenceOrder.Best,
        string.IsNullOrEmpty(after) ? null : after);

    /// <summary>First and last layer of a text such as <c>8</c>, <c>8-20</c> or <c>emb-4</c>; a last one that is open (<c>8-</c>) is null. Null if it is none of these.</summary>
    public static (int First, int? Last)? ReadLayers(string? text)
    {
        var parts = text?.Trim().Split('-') ?? [];
        if (parts.Length is 0 or > 2 || ReadLayer(parts[0]) is not { } first)
        {
            return null;
        }

        if (parts.Length == 2 && parts[1].Trim().Length == 0)
        {
            return (first, null);
        }

        return ReadLayer(parts[^1]) is { } last && last >= first ? (first, last) : null;
    }

    /// <summary>A probability of 0 … 1; 0 for anything else.</summary>
    public static double ReadLeast(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1 ? value : 0;

    /// <summary>The same for these tokens, from the first page on.</summary>
    public AtlasState Of(string checkpoint, IEnumerable<int> tokens) => this with { Tokens = [.. tokens.Distinct().Take(MostTokens)], Checkpoint = checkpoint, After = null };

    public string ToUrl() => Urls.WithQuery(
        Urls.Atlas,
        ("text", IsByTokens ? null : Text),
        ("match", IsByTokens || Match == TokenMatch.Exact ? null : Lower(Match)),
        ("tokens", IsByTokens ? string.Join('_', Tokens!) : null),
        ("checkpoint", Checkpoint),
        ("run", Run?.ToString()),
        ("layers", Layers),
        ("p", Least > 0 ? Number(Least) : null),
        ("places", Places == TokenPlaces.Patch ? null : Lower(Places)),
        ("order", Order == OccurrenceOrder.Best ? null : Lower(Order)),
        ("after", After));

    /// <summary>The same search, as <c>/api/tokens/patches</c> takes it.</summary>
    public string ToApiUrl()
    {
        var (first, last) = ReadLayers(Layers) ?? (0, null);
        var url = Urls.WithQuery(
            "/api/tokens/patches",
            ("text", IsByTokens ? null : Text),
            ("match", Lower(Match)),
            ("checkpoint", Checkpoint),
            ("run", Run?.ToString()),
            ("layers", Layers is null ? null : string.Create(CultureInfo.InvariantCulture, $"{first}-{last ?? 999}")),
            ("minProbability", Number(Least)),
            ("places", Lower(Places)),
            ("order", Lower(Order)),
            ("after", After),
            ("take", Number(PageSize)));
        return IsByTokens ? url + string.Concat(Tokens!.Select(token => string.Create(CultureInfo.InvariantCulture, $"&token={token}"))) : url;
    }

    /// <summary>A layer's name, as the explorer's address has it.</summary>
    public static string LayerName(int layer) => layer == 0 ? "emb" : layer.ToString(CultureInfo.InvariantCulture);

    private static int? ReadLayer(string text) => text.Trim() switch
    {
        "emb" => 0,
        var number when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) && layer < 1000 => layer,
        _ => null,
    };

    private static List<int> ReadIds(string? text) =>
        [.. (text?.Split('_') ?? []).Select(id => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1).Where(id => id >= 0).Distinct().Take(MostTokens)];

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
