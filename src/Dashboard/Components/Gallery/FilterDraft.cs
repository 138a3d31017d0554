using System.Globalization;
using LogitLens.Dashboard.Components.Atlas;
using LogitLens.Dashboard.Filters;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Labels;
using LogitLens.Storage.Tokens;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Gallery;

/// <summary>A condition while it is being written: fields as a person fills them, and what they come to.</summary>
internal sealed class FilterDraft
{
    private static readonly IStringLocalizer L = Texts.Of<GalleryTexts>();

    private FilterDraft(Condition condition, GalleryState state)
    {
        Condition = condition;
        var filter = state.Filter;
        Runs = [.. filter.Runs ?? []];
        Checkpoint = filter.Checkpoint ?? string.Empty;
        Text = condition switch
        {
            Condition.Name => filter.ImageName,
            Condition.Prompt => filter.Prompt,
            Condition.Token => filter.Token?.Text,
            _ => null,
        } ?? string.Empty;
        var (from, until) = condition == Condition.Added ? (filter.AddedFrom, filter.AddedUntil) : (filter.FinishedFrom, filter.FinishedUntil);
        From = Day(from);
        Until = Day(until?.AddTicks(-1));
        State = state.NotAnalysed ? FilterAddress.NotAnalysed : (filter.State ?? AnalysisState.Done).ToString();
        Match = filter.Token?.Match ?? TokenMatch.Exact;
        Places = filter.Token?.Places ?? TokenPlaces.Patch;
        Layers = filter.Token is { } token ? FilterAddress.Layers(token) ?? string.Empty : string.Empty;
        Least = filter.Token is { LeastProbability: > 0 and var least } ? Number(least) : string.Empty;
        FillerFrom = filter.LeastFiller is { } some ? Number(some) : string.Empty;
        FillerTo = filter.MostFiller is { } most ? Number(most) : string.Empty;
    }

    public Condition Condition { get; }

    public HashSet<RunId> Runs { get; }

    public string Checkpoint { get; set; }

    public string Text { get; set; }

    public string From { get; set; }

    public string Until { get; set; }

    public string State { get; set; }

    public TokenMatch Match { get; set; }

    public TokenPlaces Places { get; set; }

    public string Layers { get; set; }

    public string Least { get; set; }

    public string FillerFrom { get; set; }

    public string FillerTo { get; set; }

    public string Tag { get; set; } = string.Empty;

    /// <summary>Begins with what the gallery asks for now.</summary>
    public static FilterDraft Of(Condition condition, GalleryState state) => new(condition, state);

    /// <summary>The gallery with this condition, on its first page; or why it cannot be, in a sentence.</summary>
    public (GalleryState? State, string? Refusal) Apply(GalleryState state)
    {
        var filter = state.Filter;
        state = state with { Page = 1 };
        switch (Condition)
        {
            case Condition.Runs:
                return (state with { Filter = filter with { Runs = Runs.Count > 0 ? [.. Runs] : null }, NotAnalysed = false }, null);
            case Condition.Checkpoint:
                return (state with { Filter = filter with { Checkpoint = Empty(Checkpoint) }, NotAnalysed = false }, null);
            case Condition.Name:
                return (state with { Filter = filter with { ImageName = Empty(Text) } }, null);
            case Condition.Prompt:
                return (state with { Filter = filter with { Prompt = Empty(Text) }, NotAnalysed = false }, null);
            case Condition.Added or Condition.Analysed:
                return ApplyDays(state);
            case Condition.State:
                return State == FilterAddress.NotAnalysed
                    ? (state with { Filter = filter with { State = null }, NotAnalysed = true }, null)
                    : (state with { Filter = filter with { State = Enum.TryParse<AnalysisState>(State, out var wanted) ? wanted : null }, NotAnalysed = false }, null);
            case Condition.Token:
                return ApplyToken(state);
            case Condition.Filler:
                return ApplyFiller(state);
            case Condition.Tag:
                return LabelText.RefuseTag(Tag) is { } refusal
                    ? (null, refusal)
                    : (state with { Filter = filter with { Tags = [.. (filter.Tags ?? []).Append(Tag.Trim()).Distinct(StringComparer.OrdinalIgnoreCase)] } }, null);
            default:
                return (state, null);
        }
    }

    /// <summary>The gallery without a condition, on its first page.</summary>
    public static GalleryState Without(Condition condition, GalleryState state, string? tag = null)
    {
        var filter = state.Filter;
        var left = condition switch
        {
            Condition.Runs => filter with { Runs = null },
            Condition.Checkpoint => filter with { Checkpoint = null, Token = filter.Token is { Ids: not null } ? null : filter.Token },
            Condition.Name => filter with { ImageName = null },
            Condition.Prompt => filter with { Prompt = null },
            Condition.Added => filter with { AddedFrom = null, AddedUntil = null },
            Condition.Analysed => filter with { FinishedFrom = null, FinishedUntil = null },
            Condition.State => filter with { State = null },
            Condition.Token => filter with { Token = null },
            Condition.Filler => filter with { LeastFiller = null, MostFiller = null },
            Condition.Tag => filter with { Tags = (filter.Tags ?? []).Where(kept => kept != tag).ToArray() is { Length: > 0 } tags ? tags : null },
            _ => filter with { Images = null, Analyses = null },
        };
        var order = condition == Condition.Token && state.Order == Storage.Gallery.GalleryOrder.Probability ? Storage.Gallery.GalleryOrder.Newest : state.Order;
        return new GalleryState(left, condition != Condition.State && state.NotAnalysed, order);
    }

    private (GalleryState? State, string? Refusal) ApplyDays(GalleryState state)
    {
        if (!TryDay(From, out var from) || !TryDay(Until, out var until))
        {
            return (null, L["A day is written as 2026-11-25."]);
        }

        if (from > until)
        {
            return (null, L["The last day, {0}, is before the first one, {1}: change one of them.", Until, From]);
        }

        var after = until?.AddDays(1);
        return Condition == Condition.Added
            ? (state with { Filter = state.Filter with { AddedFrom = from, AddedUntil = after } }, null)
            : (state with { Filter = state.Filter with { FinishedFrom = from, FinishedUntil = after }, NotAnalysed = false }, null);
    }

    private (GalleryState? State, string? Refusal) ApplyToken(GalleryState state)
    {
        var ids = state.Filter.Token?.Ids;
        if (ids is null && Text.Trim().Length == 0)
        {
            return (null, L["Write a token, or a word that it is."]);
        }

        var layers = Layers.Trim();
        if (layers.Length > 0 && AtlasState.ReadLayers(layers) is null)
        {
            return (null, L["Layers are “{0}”: give one such as 8, a range such as 8-20, or 8- for all from there; emb is the first.", layers]);
        }

        var least = 0.0;
        if (Least.Trim() is { Length: > 0 } text && !TryShare(text, out least))
        {
            return (null, L["The least probability is “{0}”: give a number of 0 to 1, such as 0.3.", text]);
        }

        var (first, last) = AtlasState.ReadLayers(layers) ?? (0, null);
        var token = new TokenCriterion(ids, ids is null ? Text : string.Empty, Match, first, last, least, Places);
        return (state with { Filter = state.Filter with { Token = token }, NotAnalysed = false }, null);
    }

    private (GalleryState? State, string? Refusal) ApplyFiller(GalleryState state)
    {
        double? from = null, to = null;
        foreach (var (text, isFrom) in new[] { (FillerFrom.Trim(), true), (FillerTo.Trim(), false) })
        {
            if (text.Length == 0)
            {
                continue;
            }

            if (!TryShare(text, out var share))
            {
                return (null, L["The share of filler is “{0}”: give a number of 0 to 1, such as 0.25.", text]);
            }

            if (isFrom)
            {
                from = share;
            }
            else
            {
                to = share;
            }
        }

        return from > to
            ? (null, L["The greatest share, {0}, is less than the least one, {1}: change one of them.", FillerTo, FillerFrom])
            : (state with { Filter = state.Filter with { LeastFiller = from, MostFiller = to }, NotAnalysed = false }, null);
    }

    private static bool TryShare(string text, out double share) =>
        double.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share) && share is >= 0 and <= 1;

    private static bool TryDay(string text, out DateTimeOffset? day)
    {
        day = null;
        if (text.Trim().Length == 0)
        {
            return true;
        }

        if (!DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) || date.Year is < 1971 or > 9000)
        {
            return false;
        }

        day = new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero);
        return true;
    }

    private static string? Empty(string text) => text.Trim() is { Length: > 0 } some ? some : null;

    private static string Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? string.Empty;

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
