using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Labels;

/// <summary>One thing that bears tags and a note.</summary>
public readonly record struct LabelSubject
{
    private LabelSubject(LabelKind kind, long number, Guid run) => (Kind, Number, RunValue) = (kind, number, run);

    /// <summary>What it is.</summary>
    public LabelKind Kind { get; }

    internal long Number { get; }

    internal Guid RunValue { get; }

    /// <summary>An image.</summary>
    public static LabelSubject Of(ImageId image) => new(LabelKind.Image, image.Value, default);

    /// <summary>An analysis.</summary>
    public static LabelSubject Of(AnalysisId analysis) => new(LabelKind.Analysis, analysis.Value, default);

    /// <summary>A run.</summary>
    public static LabelSubject Of(RunId run) => new(LabelKind.Run, 0, run.Value);
}
