using LogitLens.Inference;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Hidden states to keep as people write them, and the room they take.</summary>
/// <remarks>The New run page and the command line share it.</remarks>
public static class StateSelection
{
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
        var all = analyses > 1 ? $", {Components.Common.Words.Size(one * analyses)} for {Components.Common.Words.Count(analyses)} analyses" : string.Empty;
        return $"Hidden states of {Components.Common.Words.Count(states.Layers.Count, "layer", "layers")} take about {Components.Common.Words.Size(one)} an analysis{all}; more where pictures are seen in tiles.";
    }
}
