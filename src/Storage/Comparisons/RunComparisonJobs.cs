using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Comparisons;
using LogitLens.Storage.Jobs;

namespace LogitLens.Storage;

/// <summary>
/// Answers comparisons of runs at once where they take less than a second, and goes on in the background where they take longer. Answers are kept for as long as the analyses they are about
/// are the same and nothing newer took their place; whoever asks the same while it is being computed gets the same job.
/// </summary>
public sealed class RunComparisonJobs : IDisposable
{
    /// <summary>How long an asker waits before it is told that this goes on in the background.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Of 10,000 images at 33 layers it is four megabytes.
    private const int MostKept = 24;

    private readonly RunComparisonStore _store;
    private readonly AnswerBoard<(RunId First, RunId Second), RunComparison> _board;

    internal RunComparisonJobs(RunComparisonStore store, TimeProvider clock)
    {
        _store = store;
        _board = new AnswerBoard<(RunId First, RunId Second), RunComparison>(MostKept, clock);
    }

    /// <summary>Asks, and waits for the answer, but not for longer than <see cref="Patience"/>; null if one of the runs is unknown.</summary>
    /// <returns>A job that is Done if that was enough; otherwise ask again.</returns>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<RunComparisonJob?> AskAsync(RunId first, RunId second, CancellationToken cancellationToken) => AskAsync(first, second, Patience, cancellationToken);

    /// <summary>The same with another patience.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<RunComparisonJob?> AskAsync(RunId first, RunId second, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await _store.FindAsync(first, second, cancellationToken) is not { } plan)
        {
            return null;
        }

        var answer = await _board.AskAsync(
            plan.Key(), (first, second), plan.Pairs.Count, isHeavy: true, (onProgress, token) => _store.ReadAsync(plan, onProgress, token), patience, cancellationToken);
        return new RunComparisonJob(answer.Id, answer.State, answer.Read, answer.Total, answer.Failure?.Message, answer.Result);
    }

    /// <summary>Cancels a job that is Running; false if there is none.</summary>
    public bool Cancel(Guid id) => _board.Cancel(id);

    /// <summary>Cancels what is Running.</summary>
    public void Dispose() => _board.Dispose();
}
