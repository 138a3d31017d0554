using System.Globalization;
using System.Text;
using LogitLens.Dashboard.Components.Runs;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Layers as people write them: <c>all</c>, or a list such as <c>emb,1-12,20</c>.</summary>
/// <remarks>The New run page and the command line share it. In numbers <c>emb</c> is 0 and the output of block n is n.</remarks>
public static class LayerSelection
{
    private static readonly IStringLocalizer L = Texts.Of<RunTexts>();

    private const string All = "all";
    private const string Embedding = "emb";

    /// <summary>Reads a selection.</summary>
    /// <param name="text"><c>all</c> or nothing for every layer; otherwise <c>emb</c>, numbers 1…L and ranges such as <c>1-12</c> or <c>emb-4</c>, separated by commas.</param>
    /// <param name="layerCount">L of the checkpoint.</param>
    /// <returns>The layers, ascending and each once, 0 = <c>emb</c>; null for all of them.</returns>
    /// <exception cref="RefusedInputException">Something in the text is no layer of this checkpoint.</exception>
    public static IReadOnlyList<int>? Parse(string text, int layerCount)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(layerCount);

        var trimmed = text.Trim();
        if (trimmed.Length == 0 || trimmed.Equals(All, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var chosen = new bool[layerCount + 1];
        foreach (var part in trimmed.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 0)
            {
                throw new RefusedInputException(
                    L["The layers \"{0}\" have an empty place between two commas: write all, or a list such as emb,1-{1}.", Shorten(trimmed), Number(layerCount)]);
            }

            // The first dash after the first character: "-3" is refused as a layer, not read as a range without a beginning.
            var dash = part.IndexOfAny(['-', '–'], 1);
            var first = ParseOne(dash < 0 ? part : part[..dash], part, layerCount);
            var last = dash < 0 ? first : ParseOne(part[(dash + 1)..], part, layerCount);
            if (last < first)
            {
                throw new RefusedInputException(
                    L["The layers \"{0}\" run backwards: write {1}-{2}.", Shorten(part), Name(last), Name(first)]);
            }

            for (var layer = first; layer <= last; layer++)
            {
                chosen[layer] = true;
            }
        }

        var layers = new List<int>();
        for (var layer = 0; layer <= layerCount; layer++)
        {
            if (chosen[layer])
            {
                layers.Add(layer);
            }
        }

        return layers.Count == chosen.Length ? null : layers;
    }

    /// <summary>Writes a selection so that <see cref="Parse"/> reads it again.</summary>
    /// <param name="layers">Layers ascending, 0 = <c>emb</c>; null for all.</param>
    /// <returns><c>all</c>, or a list such as <c>emb,1-12,20</c>.</returns>
    public static string Format(IReadOnlyList<int>? layers)
    {
        if (layers is null)
        {
            return All;
        }

        var text = new StringBuilder();
        var start = 0;
        while (start < layers.Count)
        {
            var end = start;

            // emb stands alone: "emb,1-12" says what it is, "emb-12" has to be worked out.
            while (layers[start] != 0 && end + 1 < layers.Count && layers[end + 1] == layers[end] + 1)
            {
                end++;
            }

            if (text.Length > 0)
            {
                text.Append(',');
            }

            text.Append(Name(layers[start]));
            if (end > start)
            {
                text.Append('-').Append(Name(layers[end]));
            }

            start = end + 1;
        }

        return text.ToString();
    }

    /// <summary>A layer's name: <c>emb</c> for 0, else its number.</summary>
    public static string Name(int layer) => layer == 0 ? Embedding : Number(layer);

    private static int ParseOne(string text, string part, int layerCount)
    {
        var trimmed = text.Trim();
        if (trimmed.Equals(Embedding, StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        if (!int.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
        {
            throw new RefusedInputException(
                L["\"{0}\" is no layer: write all, or a list such as emb,1-{1}, with emb for the input embeddings.", Shorten(part), Number(layerCount)]);
        }

        if (layer == 0)
        {
            throw new RefusedInputException(L["There is no layer 0: the input embeddings are called emb, and the blocks count from 1 to {0}.", Number(layerCount)]);
        }

        if (layer > layerCount)
        {
            throw new RefusedInputException(
                L["There is no layer {0}: this checkpoint has layers emb and 1 to {1}; choose among those.", Number(layer), Number(layerCount)]);
        }

        return layer;
    }

    private static string Number(int layer) => layer.ToString(CultureInfo.InvariantCulture);

    private static string Shorten(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 39), "…");
}
