namespace LogitLens.Storage.Care;

/// <summary>What a check looked at and what it found.</summary>
/// <param name="Findings">Empty when all is well; of one kind at most <see cref="MostOfAKind"/>, the last of which says how many more there are.</param>
/// <param name="Readings">Packed blobs whose bytes were compared with their checksums and unpacked.</param>
public sealed record CheckReport(IReadOnlyList<CheckFinding> Findings, DateTimeOffset CheckedAt, TimeSpan Took, int Images, int Analyses, int Readings)
{
    /// <summary>A damaged disk can spoil thousands of readings; the first ones tell the story.</summary>
    public const int MostOfAKind = 50;

    /// <summary>Whether all is well.</summary>
    public bool IsWhole => Findings.Count == 0;
}
