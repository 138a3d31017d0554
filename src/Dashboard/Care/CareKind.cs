namespace LogitLens.Dashboard.Care;

/// <summary>What can be done for the data.</summary>
internal enum CareKind
{
    /// <summary>A copy is taken.</summary>
    Backup,

    /// <summary>Everything is looked at.</summary>
    Check,

    /// <summary>The room of what was deleted goes back to the disk.</summary>
    Compact,

    /// <summary>Readings that are due by their run's retention go.</summary>
    LetGo,
}
