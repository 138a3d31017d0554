using System.Globalization;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using LogitLens.Inference.Lens;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>What is filled in on the New run page, and what is wrong with it in words.</summary>
internal sealed class NewRunForm
{
    private static readonly IStringLocalizer L = Texts.Of<RunTexts>();

    public const int MaxNameLength = 200;
    public const int MaxAnswerTokens = 1024;
    private const int MaxSuggestion = 80;

    private readonly HashSet<ImageId> _known = [];
    private readonly List<ChosenImage> _images = [];
    private string? _name;

    /// <summary>The images, in the order they came.</summary>
    public IReadOnlyList<ChosenImage> Images => _images;

    /// <summary>Questions and answers per image; null where all share the prompt.</summary>
    public ItemMatch? Table { get; set; }

    public AvailableCheckpoint? Checkpoint { get; set; }

    public string Prompt { get; set; } = PromptTemplate.DefaultQuestion;

    public int? TopK { get; set; } = 10;

    public string Layers { get; set; } = LayerSelection.Format(null);

    public int? AnswerTokens { get; set; } = 32;

    public bool ApplyExifOrientation { get; set; }

    public bool Legacy { get; set; }

    /// <summary>Layers whose hidden states are kept, as typed; nothing for none.</summary>
    public string KeptStates { get; set; } = string.Empty;

    /// <summary>16 or 32.</summary>
    public int StateBits { get; set; } = 16;

    /// <summary>Tokens to follow everywhere, as typed.</summary>
    public string Tracked { get; set; } = string.Empty;

    /// <summary>Their ids, once found in the checkpoint's vocabulary.</summary>
    public IReadOnlyList<int> TrackedIds { get; set; } = [];

    /// <summary>The run's name: the person's own, or else the suggestion.</summary>
    public string Name
    {
        get => _name ?? SuggestName();
        set => _name = string.IsNullOrWhiteSpace(value) || value == SuggestName() ? null : value;
    }

    /// <summary>Takes over a run's settings and question; images and checkpoint are the page's to find.</summary>
    public void Take(RunRow run)
    {
        Prompt = run.Prompt is { } prompt ? PromptTemplate.FindQuestion(prompt) ?? prompt : PromptTemplate.DefaultQuestion;
        TopK = run.Settings.TopK;
        Layers = LayerSelection.Format(run.Settings.Layers);
        AnswerTokens = run.Settings.AnswerTokens;
        Legacy = run.Settings.Legacy;
        ApplyExifOrientation = run.Settings.ApplyExifOrientation;
        Tracked = string.Join(", ", (run.Settings.TrackedTokens ?? []).Select(id => string.Create(CultureInfo.InvariantCulture, $"#{id}")));
    }

    /// <summary>How many analyses the run will have.</summary>
    public int ItemCount => Table?.Items.Count ?? _images.Count;

    /// <summary>How many of them keep their first positions with another: prompts on one picture that go through the model together.</summary>
    public int SparedCount => Table?.Items.Chunk(AnalysisRunner.MostAnalyses).Sum(together => together.Length - together.Select(item => item.Image).Distinct().Count()) ?? 0;

    /// <summary>Adds an image; false if it is there already.</summary>
    public bool Add(string name, ImageRow image)
    {
        if (!_known.Add(image.Id))
        {
            return false;
        }

        _images.Add(new ChosenImage(name, image));
        return true;
    }

    public void Remove(ChosenImage image)
    {
        if (_images.Remove(image))
        {
            _known.Remove(image.Row.Id);
        }
    }

    public void RemoveAll()
    {
        _images.Clear();
        _known.Clear();
    }

    public static string? CheckName(string name) =>
        string.IsNullOrWhiteSpace(name) ? L["The run needs a name to be found by."].Value
        : name.Trim().Length > MaxNameLength ? L["The name has {0} characters, but {1} fit: shorten it.", name.Trim().Length, MaxNameLength].Value
        : null;

    public string? NameError => CheckName(Name);

    public string? ImagesError =>
        _images.Count == 0 ? L["A run needs at least one image: drop some here, or choose from those already kept."].Value
        : Table is { Items.Count: 0 } ? L["No line of the table names one of these images: add the images it names, or remove the table."].Value
        : null;

    public string? CheckpointError => Checkpoint is null ? L["Choose a checkpoint."].Value : null;

    /// <summary>The full prompt, as the model will get it; null if there is none.</summary>
    public string? FullPrompt => TryApply(out var prompt) is null ? prompt : null;

    public string? PromptError => TryApply(out _);

    public string? TopKError =>
        TopK is >= 1 and <= LensSettings.MaxTopK ? null
        : TopK is null ? L["How many tokens to keep is missing: choose 1 to {0}.", LensSettings.MaxTopK].Value
        : L["{0} tokens cannot be kept at each position: choose 1 to {1}.", TopK, LensSettings.MaxTopK].Value;

    public string? AnswerTokensError =>
        AnswerTokens is >= 0 and <= MaxAnswerTokens ? null
        : AnswerTokens is null ? L["The longest answer is missing: choose 0 for none."].Value
        : L["An answer of {0} tokens cannot be asked for: choose 0 (none) to {1}.", AnswerTokens, MaxAnswerTokens].Value;

    public string? LayersError
    {
        get
        {
            try
            {
                // Without a checkpoint only the grammar can be checked.
                LayerSelection.Parse(Layers, Checkpoint?.Layers ?? int.MaxValue / 1024);
                return null;
            }
            catch (RefusedInputException refused)
            {
                return refused.Message;
            }
        }
    }

    public string? KeptStatesError
    {
        get
        {
            try
            {
                StateSelection.Parse(KeptStates, StateBits, Checkpoint?.Layers ?? int.MaxValue / 1024);
                return null;
            }
            catch (RefusedInputException refused)
            {
                return refused.Message;
            }
        }
    }

    /// <summary>The room that hidden states will take, in a sentence; null where none are kept.</summary>
    public string? KeptStatesSize =>
        KeptStatesError is null && Checkpoint is { } checkpoint && StateSelection.Parse(KeptStates, StateBits, checkpoint.Layers) is { } states
            ? StateSelection.Describe(states, checkpoint, AnswerTokens ?? 0, Math.Max(1, ItemCount))
            : null;

    /// <summary>Every sentence about the form itself; tracked tokens are looked up apart.</summary>
    public IEnumerable<string> Errors =>
        new[] { ImagesError, CheckpointError, PromptError, NameError, TopKError, LayersError, AnswerTokensError, KeptStatesError }.OfType<string>();

    /// <summary>The run asked for.</summary>
    /// <exception cref="RefusedInputException">Layers the checkpoint does not have.</exception>
    /// <exception cref="InvalidOperationException">The form still has errors.</exception>
    public RequestedRun ToRequest()
    {
        if (Errors.Any())
        {
            throw new InvalidOperationException("The form still has errors.");
        }

        var checkpoint = Checkpoint!;
        return new RequestedRun(
            Name.Trim(),
            checkpoint.Folder,
            Prompt,
            new RunSettings(
                TopK!.Value,
                LayerSelection.Parse(Layers, checkpoint.Layers),
                AnswerTokens!.Value,
                Legacy,
                ApplyExifOrientation,
                TrackedIds.Count == 0 ? null : TrackedIds,
                KeptStates: StateSelection.Parse(KeptStates, StateBits, checkpoint.Layers)),
            Table?.Items ?? [.. _images.Select(image => new RequestedItem(image.Row.Id))]);
    }

    private string? TryApply(out string? prompt)
    {
        // Where every line of the table brings its own question, the common one is not used.
        prompt = null;
        if (Table is { Items.Count: > 0 } table && table.Items.All(item => item.Prompt is not null) && string.IsNullOrWhiteSpace(Prompt))
        {
            return null;
        }

        try
        {
            prompt = (Checkpoint?.Template ?? PromptTemplate.Llava15).Complete(Prompt);
            return null;
        }
        catch (RefusedInputException refused)
        {
            return refused.Message;
        }
    }

    private string SuggestName()
    {
        var images = Table is null && _images.Count == 1
            ? _images[0].Name
            : string.Create(CultureInfo.InvariantCulture, $"{ItemCount} {(Table is null ? "images" : "questions")}");
        var question = Table is not null || string.IsNullOrWhiteSpace(Prompt) ? null : Common.Words.Question(Prompt.Trim());
        var name = string.Join(", ", new[] { Checkpoint?.Name, ItemCount == 0 ? null : images, question }.OfType<string>());
        return name.Length <= MaxSuggestion ? name : string.Concat(name.AsSpan(0, MaxSuggestion - 1).TrimEnd(), "…");
    }
}
