using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>One finished analysis with all its readings, whole, as exporters take it.</summary>
/// <param name="Detail">What is known besides the readings; the layout is there.</param>
/// <param name="Prompt">The layers of the prompt's positions, ascending.</param>
/// <param name="Answer">The layers of the answer tokens that were fed back, ascending; empty if none were read.</param>
/// <param name="Tokens">The checkpoint's tokens.</param>
public sealed record ExportedAnalysis(AnalysisDetail Detail, IReadOnlyList<LayerArrays> Prompt, IReadOnlyList<LayerArrays> Answer, TokenNames Tokens)
{
    /// <summary>Where the positions lie.</summary>
    public AnalysisLayout Layout => Detail.Layout ?? throw new InvalidOperationException($"Analysis {Detail.Row.Id} has no layout.");

    /// <summary>The run's id as texts name it; made once, for it stands in every row of a table.</summary>
    internal string RunIdText { get; } = Detail.Row.Run.ToString();

    /// <summary>Whether entropies were kept; imported pages have none.</summary>
    public bool HasEntropy => Prompt.All(layer => layer.EntropyBits is not null);
}
