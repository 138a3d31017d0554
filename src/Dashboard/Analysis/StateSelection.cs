using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Runs;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Hidden states to keep as people write them, and the room they take.</summary>
/// <remarks>The New run page and the command line share it.</remarks>
public static class StateSelection
{
    private static readonly IStringLocalizer L = Texts.Of<RunTexts>();

    // What a question adds to the patches: template and words.
    private const int UsualPrompt = 24;

    /// <summary>Reads a selection: nothing for none, otherwise layers as <see cref="LayerSelection"/> has them.</summary>
    /// <exception cref="RefusedInputException">Something in the text is no layer of this checkpoint.</exception>
    public static KeptStates? Parse(string? text, int bits, int layerCount) => string.IsNullOrWhiteSpace(text)
        ? null
        : new KeptStates(LayerSelection.Parse(text, layerCount) ?? [.. Enumerable.Range(0, layerCount + 1)], bits);

    /// <summary>About how many bytes one analysis' hidden states take.</summary>
    public static long BytesFor(KeptStates states, AvailableCheckpoint checkpoint, int answerTokens)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(checkpoint);
        return states.BytesFor(checkpoint.Patches + UsualPrompt + Math.Max(0, answerTokens - 1), checkpoint.Width);
    }

    /// <summary>The room they take, in a sentence.</summary>
    public static string Describe(KeptStates states, AvailableCheckpoint checkpoint, int answerTokens, int analyses)
    {
        var one = BytesFor(states, checkpoint, answerTokens);
        var (layers, size) = (states.Layers.Count, Words.Size(one));
        return analyses > 1
            ? L.Count("Hidden states of {0} layer take about {1} an analysis, {2} for {3} analyses; more where pictures are seen in tiles.|Hidden states of {0} layers take about {1} an analysis, {2} for {3} analyses; more where pictures are seen in tiles.", layers, size, Words.Size(one * analyses), Words.Count(analyses))
            : L.Count("Hidden states of {0} layer take about {1} an analysis; more where pictures are seen in tiles.|Hidden states of {0} layers take about {1} an analysis; more where pictures are seen in tiles.", layers, size);
    }
}
