using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>One of the analyses that go through the model together.</summary>
/// <param name="claimed">The claimed row.</param>
/// <param name="stop">Cancelled when nobody wants it any more.</param>
internal sealed class RunnerItem(ClaimedAnalysis claimed, CancellationToken stop)
{
    /// <summary>The claimed row.</summary>
    public ClaimedAnalysis Claimed => claimed;

    /// <summary>Cancelled when nobody wants it any more.</summary>
    public CancellationToken Stop => stop;

    /// <summary>What came of it; null if it failed, was stopped, or its row was taken away meanwhile (cancelled, deleted).</summary>
    public AnalysisResult? Result { get; set; }

    /// <summary>Why it failed; null if it did not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Its row was taken away: nothing more is written.</summary>
    public bool IsTakenAway { get; set; }

    /// <summary>Readings committed so far.</summary>
    public int Blobs { get; set; }

    /// <summary>Whether its results are still wanted.</summary>
    public bool IsWanted => Failure is null && !IsTakenAway && !Stop.IsCancellationRequested;
}
