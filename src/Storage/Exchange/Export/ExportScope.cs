using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>Which finished analyses are exported: those of some runs, or some single ones.</summary>
public sealed record ExportScope(IReadOnlyList<RunId> Runs, IReadOnlyList<AnalysisId> Analyses)
{
    /// <summary>All of one run.</summary>
    public static ExportScope Of(RunId run) => new([run], []);

    /// <summary>One analysis.</summary>
    public static ExportScope Of(AnalysisId analysis) => new([], [analysis]);
}
