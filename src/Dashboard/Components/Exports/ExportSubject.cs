using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Exports;

/// <summary>What an export dialog is about.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Scope">What is exported, where there is no choice.</param>
/// <param name="Count">Finished analyses in it.</param>
/// <param name="CheckpointHash">The checkpoint, if all is of one: its tokens can be searched.</param>
/// <param name="Layers">Layers that were read, if they are the same everywhere; null where that is not known.</param>
/// <param name="Choices">Runs to choose among; null where there is no choice.</param>
public sealed record ExportSubject(
    string Name, ExportScope Scope, int Count, string? CheckpointHash = null, IReadOnlyList<int>? Layers = null, IReadOnlyList<ExportChoice>? Choices = null)
{
    private static readonly IStringLocalizer L = Texts.Of<ExportTexts>();

    /// <summary>A run.</summary>
    public static ExportSubject Of(RunRow run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new ExportSubject($"\"{run.Name}\"", ExportScope.Of(run.Id), run.Counts.Done, run.Checkpoint.Hash, LayersOf(run));
    }

    /// <summary>An analysis.</summary>
    public static ExportSubject Of(AnalysisDetail analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return new ExportSubject(analysis.Image.Name, ExportScope.Of(analysis.Row.Id), 1, analysis.Run.Checkpoint.Hash, LayersOf(analysis.Run));
    }

    private static IReadOnlyList<int> LayersOf(RunRow run) => run.Settings.Layers ?? [.. Enumerable.Range(0, run.Checkpoint.Layers + 1)];
}
