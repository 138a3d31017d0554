namespace LogitLens.Storage.Labels;

/// <summary>What tags and notes are on.</summary>
public enum LabelKind : byte
{
    /// <summary>An image.</summary>
    Image = 0,

    /// <summary>An analysis.</summary>
    Analysis = 1,

    /// <summary>A run.</summary>
    Run = 2,
}
