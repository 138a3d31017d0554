using System.Text.Json;
using LogitLens.Storage.Jobs;
using LogitLens.Storage.Statistics;

namespace LogitLens.Storage;

/// <summary>
/// Answers statistics at once where they take less than a second, and goes on in the background where they take longer. Answers are kept for as long as the
/// analyses they are about are the same and nothing newer took their place; whoever asks the same while it is being computed gets the same job.
/// </summary>
public sealed class StatisticsJobs : IDisposable
{
    /// <summary>How long an asker waits before it is told that this goes on in the background.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A tally of tokens over thousands of analyses is some forty megabytes.
    private const int MostKept = 12;

    private readonly StatisticsStore _store;
    private readonly AnswerBoard<StatisticsQuery, StatisticsResult> _board;

    internal StatisticsJobs(StatisticsStore store, TimeProvider clock)
    {
        _store = store;
        _board = new AnswerBoard<StatisticsQuery, StatisticsResult>(MostKept, clock);
    }

    /// <summary>Asks, and waits for the answer, but not for longer than <see cref="Patience"/>.</summary>
    /// <returns>A job that is Done if that was enough; otherwise look again with <see cref="Find"/>.</returns>
    /// <exception cref="ArgumentException">Options that cannot be; the message says why.</exception>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<StatisticsJob> AskAsync(StatisticsQuery query, CancellationToken cancellationToken) => AskAsync(query, Patience, cancellationToken);

    /// <summary>The same with another patience.</summary>
    /// <exception cref="ArgumentException">Options that cannot be; the message says why.</exception>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<StatisticsJob> AskAsync(StatisticsQuery query, TimeSpan patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var targets = await _store.FindAsync(query, cancellationToken);
        var answer = await _board.AskAsync(
            $"{query.Part} {JsonSerializer.Serialize(query.Options.IsDefault ? StatisticsOptions.Default : query.Options)} {targets.Key()}",
            query,
            targets.Runs.Sum(r => r.Done),
            isHeavy: !query.Options.IsDefault || (query.Part == StatisticsPart.TokensAndMaps && targets.Runs.Any(r => r.Analyses is not null)),
            (onProgress, token) => _store.ReadAsync(query, targets, onProgress, token),
            patience,
            cancellationToken);
        return answer.Failure is ArgumentException refused ? throw refused : Job(answer);
    }

    /// <summary>A job as it stands now, or null if there is none of that id (any more).</summary>
    public StatisticsJob? Find(Guid id) => _board.Find(id) is { } answer ? Job(answer) : null;

    /// <summary>Cancels a job that is Running; false if there is none.</summary>
    public bool Cancel(Guid id) => _board.Cancel(id);

    /// <summary>Cancels what is Running.</summary>
    public void Dispose() => _board.Dispose();

    private static StatisticsJob Job(Answer<StatisticsQuery, StatisticsResult> answer) =>
        new(answer.Id, answer.Question, answer.State, answer.Read, answer.Total, answer.Failure?.Message, answer.Result);
}
