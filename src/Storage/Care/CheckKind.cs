namespace LogitLens.Storage.Care;

/// <summary>What a finding is about.</summary>
public enum CheckKind
{
    /// <summary>The file itself: its pages or a reference between tables.</summary>
    File,

    /// <summary>A picture whose bytes no longer give the SHA-256 it is known by, or which has none.</summary>
    Image,

    /// <summary>An analysis that lacks something it needs, or holds something that belongs to nothing.</summary>
    Analysis,

    /// <summary>A reading whose bytes changed since they were written, or which cannot be read.</summary>
    Reading,

    /// <summary>Token index or aggregates that do not say what the readings say.</summary>
    Index,
}
