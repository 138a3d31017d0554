using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Filters;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace LogitLens.Dashboard.Components.Gallery;

/// <summary>The gallery's filter as a readable sentence, each condition of which is a button that opens its fields.</summary>
public sealed partial class FilterSentence
{
    private FilterDraft? _draft;
    private ElementReference? _first;
    private string? _refusal;
    private bool _focus;
    private int _added;

    /// <summary>What the gallery shows.</summary>
    [Parameter, EditorRequired]
    public GalleryState State { get; set; } = GalleryState.All;

    /// <summary>Runs to choose from.</summary>
    [Parameter]
    public IReadOnlyList<RunRow> Runs { get; set; } = [];

    /// <summary>Checkpoints to choose from.</summary>
    [Parameter]
    public IReadOnlyList<CheckpointRow> Checkpoints { get; set; } = [];

    /// <summary>Tags there are.</summary>
    [Parameter]
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Tokens given by their ids, as people read them.</summary>
    [Parameter]
    public IReadOnlyDictionary<int, string> TokenNames { get; set; } = new Dictionary<int, string>();

    /// <summary>The gallery is to show something else.</summary>
    [Parameter]
    public EventCallback<GalleryState> Changed { get; set; }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_focus && _first is { } first)
        {
            _focus = false;
            try
            {
                await first.FocusAsync();
            }
            catch (Exception exception) when (exception is Microsoft.JSInterop.JSException or Microsoft.JSInterop.JSDisconnectedException or OperationCanceledException or InvalidOperationException)
            {
                // The field is gone again, or the browser.
            }
        }
    }

    private static string Read(ChangeEventArgs args) => args.Value as string ?? string.Empty;

    private static RenderFragment Bold(string text) => builder =>
    {
        builder.OpenElement(0, "b");
        builder.AddContent(1, text);
        builder.CloseElement();
    };

    private IEnumerable<Clause> Clauses()
    {
        var filter = State.Filter;
        if (filter.Runs is { } runs)
        {
            yield return Of(Condition.Runs, runs.Count == 1 ? L["in run {0}"] : L["in the runs {0}"], string.Join(", ", runs.Select(NameOf)));
        }

        if (filter.Checkpoint is { } hash)
        {
            yield return Of(Condition.Checkpoint, L["of the checkpoint {0}"], Checkpoints.FirstOrDefault(c => c.Hash == hash)?.Name ?? $"{hash[..Math.Min(12, hash.Length)]}…");
        }

        if (filter.ImageName is { } name)
        {
            yield return Of(Condition.Name, L["whose name contains {0}"], $"“{name}”");
        }

        if (filter.Prompt is { } prompt)
        {
            yield return Of(Condition.Prompt, L["whose prompt contains {0}"], $"“{prompt}”");
        }

        if (filter.AddedFrom is not null || filter.AddedUntil is not null)
        {
            yield return Days(Condition.Added, filter.AddedFrom, filter.AddedUntil);
        }

        if (filter.FinishedFrom is not null || filter.FinishedUntil is not null)
        {
            yield return Days(Condition.Analysed, filter.FinishedFrom, filter.FinishedUntil);
        }

        if (State.NotAnalysed)
        {
            yield return Of(Condition.State, L["that were {0}"], L["never analysed"]);
        }
        else if (filter.State is { } state)
        {
            yield return Of(Condition.State, L["with an analysis that is {0}"], Words.State(state));
        }

        if (filter.Token is { } token)
        {
            yield return TokenClause(token);
        }

        if (filter.LeastFiller is not null || filter.MostFiller is not null)
        {
            yield return (filter.LeastFiller, filter.MostFiller) switch
            {
                ({ } least, null) => Of(Condition.Filler, L["with a share of filler of {0} or more"], Number(least)),
                (null, { } most) => Of(Condition.Filler, L["with a share of filler of {0} or less"], Number(most)),
                var (least, most) => Of(Condition.Filler, L["with a share of filler of {0}"], $"{Number(least!.Value)}–{Number(most!.Value)}"),
            };
        }

        foreach (var tag in filter.Tags ?? [])
        {
            yield return Of(Condition.Tag, L["tagged {0}"], tag) with { Tag = tag };
        }

        if (filter.Images is { } images)
        {
            yield return Of(Condition.Chosen, "{0}", L.Count("{0} chosen image|{0} chosen images", images.Count));
        }

        if (filter.Analyses is { } analyses)
        {
            yield return Of(Condition.Chosen, L["of {0}"], Words.Count(analyses.Count, "chosen analysis", "chosen analyses"));
        }
    }

    private Clause TokenClause(TokenCriterion token)
    {
        var subject = token.Ids is { } ids
            ? string.Join(", ", ids.Take(4).Select(id => TokenNames.GetValueOrDefault(id) ?? $"#{id}")) + (ids.Count > 4 ? ", …" : string.Empty)
            : $"“{token.Text}”";
        var template = (token.Match, token.Ids) switch
        {
            (TokenMatch.Prefix, null) => L["where a token that begins with {0} is read"],
            (TokenMatch.Contains, null) => L["where a token that contains {0} is read"],
            _ => L["where {0} is read"],
        };
        var places = token.Places switch { TokenPlaces.Text => L["in the text"], TokenPlaces.Any => L["in patches or the text"], _ => L["in patches"] };
        var parts = new List<string> { subject };
        var text = $"{template} {places}";
        if (FilterAddress.Layers(token) is { } layers)
        {
            text += " " + L["at layer {0}"].Value.Replace("{0}", $"{{{parts.Count}}}", StringComparison.Ordinal);
            parts.Add(token is { LastLayer: null } ? $"≥ {layers.TrimEnd('-')}" : layers.Replace('-', '–'));
        }

        if (token.LeastProbability > 0)
        {
            text += " " + L["with p {0}"].Value.Replace("{0}", $"{{{parts.Count}}}", StringComparison.Ordinal);
            parts.Add($"≥ {Number(token.LeastProbability)}");
        }

        return Of(Condition.Token, text, [.. parts]);
    }

    private Clause Days(Condition condition, DateTimeOffset? from, DateTimeOffset? until)
    {
        var isAdded = condition == Condition.Added;
        return (from, until) switch
        {
            ({ } first, null) => Of(condition, isAdded ? L["added on {0} or later"] : L["analysed on {0} or later"], Day(first)),
            (null, { } after) => Of(condition, isAdded ? L["added on {0} or before"] : L["analysed on {0} or before"], Day(after.AddTicks(-1))),
            var (first, after) when Day(first!.Value) == Day(after!.Value.AddTicks(-1)) => Of(condition, isAdded ? L["added on {0}"] : L["analysed on {0}"], Day(first.Value)),
            var (first, after) => Of(condition, isAdded ? L["added from {0} to {1}"] : L["analysed from {0} to {1}"], Day(first!.Value), Day(after!.Value.AddTicks(-1))),
        };
    }

    private static Clause Of(Condition condition, string template, params string[] parts) =>
        new(condition, Phrase.Of(template, [.. parts.Select(Bold)]), string.Format(CultureInfo.InvariantCulture, template, [.. parts]));

    private string NameOf(RunId id) => Runs.FirstOrDefault(run => run.Id == id)?.Name ?? L["(not there any more)"];

    private IEnumerable<(Condition Condition, string Name)> Offered()
    {
        yield return (Condition.Token, L["where a token is read"]);
        yield return (Condition.Runs, L["in a run"]);
        yield return (Condition.Checkpoint, L["of a checkpoint"]);
        yield return (Condition.Filler, L["share of filler"]);
        yield return (Condition.Tag, L["tagged"]);
        yield return (Condition.Name, L["name"]);
        yield return (Condition.Prompt, L["prompt"]);
        yield return (Condition.State, L["state"]);
        yield return (Condition.Analysed, L["analysed when"]);
        yield return (Condition.Added, L["added when"]);
    }

    private void Add(Condition condition)
    {
        // A new list is a closed one.
        _added++;
        if (_draft?.Condition != condition)
        {
            Edit(condition);
        }
    }

    private void Edit(Condition condition)
    {
        if (_draft?.Condition == condition)
        {
            Close();
            return;
        }

        _draft = FilterDraft.Of(condition, State);
        _refusal = null;
        _first = null;
        _focus = true;
    }

    private void Close()
    {
        _draft = null;
        _refusal = null;
    }

    private void CloseOnEscape(KeyboardEventArgs args)
    {
        if (args.Key == "Escape")
        {
            Close();
        }
    }

    private static void Choose(FilterDraft draft, RunId run, bool isChosen)
    {
        if (isChosen)
        {
            draft.Runs.Add(run);
        }
        else
        {
            draft.Runs.Remove(run);
        }
    }

    private async Task ApplyAsync()
    {
        var (state, refusal) = _draft!.Apply(State);
        _refusal = refusal;
        if (state is not null)
        {
            Close();
            await Changed.InvokeAsync(state);
        }
    }

    private Task ClearAsync()
    {
        Close();
        return Changed.InvokeAsync(GalleryState.All with { Order = State.Order == Storage.Gallery.GalleryOrder.Probability ? Storage.Gallery.GalleryOrder.Newest : State.Order });
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A condition in words.</summary>
    /// <param name="Condition">Which.</param>
    /// <param name="Words">With what it says in bold.</param>
    /// <param name="Text">The same without emphasis.</param>
    private sealed record Clause(Condition Condition, RenderFragment Words, string Text)
    {
        public string? Tag { get; init; }

        public string Key => $"{Condition} {Tag} {Text}";
    }
}
