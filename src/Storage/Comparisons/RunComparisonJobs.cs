using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Comparisons;
using LogitLens.Storage.Statistics;

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

    private readonly Lock _lock = new();
    private readonly LinkedList<Work> _recent = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly RunComparisonStore _store;
    private readonly TimeProvider _clock;
    private bool _isDisposed;

    internal RunComparisonJobs(RunComparisonStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
    }

    /// <summary>Asks, and waits for the answer, but not for longer than <see cref="Patience"/>; null if one of the runs is unknown.</summary>
    /// <returns>A job that is Done if that was enough; otherwise ask again, or look with <see cref="Find"/>.</returns>
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

        var work = WorkFor(plan);
        if (!work.Ending.IsCompleted && patience != TimeSpan.Zero)
        {
            await Task.WhenAny(work.Ending, Task.Delay(patience, _clock, cancellationToken));
        }

        return work.Look();
    }

    /// <summary>A job as it stands now, or null if there is none of that id (any more).</summary>
    public RunComparisonJob? Find(Guid id)
    {
        lock (_lock)
        {
            return _recent.FirstOrDefault(work => work.Id == id)?.Look();
        }
    }

    /// <summary>Cancels a job that is Running; false if there is none.</summary>
    public bool Cancel(Guid id)
    {
        lock (_lock)
        {
            if (_recent.FirstOrDefault(work => work.Id == id) is not { Ending.IsCompleted: false } found)
            {
                return false;
            }

            found.Cancel();
            return true;
        }
    }

    /// <summary>Cancels what is Running.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (var work in _recent)
            {
                work.Cancel();
            }
        }
    }

    private Work WorkFor(RunPairs plan)
    {
        var key = plan.Key();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var work = _recent.FirstOrDefault(w => w.Key == key && w.IsOfUse);
            if (work is null)
            {
                work = new Work(key, plan.Pairs.Count);
                work.Start(_store, plan, _turn);
            }
            else
            {
                _recent.Remove(work);
            }

            _recent.AddFirst(work);

            // What is running stays, whoever else asks.
            for (var node = _recent.Last; _recent.Count > MostKept && node is not null;)
            {
                var before = node.Previous;
                if (node.Value.Ending.IsCompleted)
                {
                    _recent.Remove(node);
                }

                node = before;
            }

            return work;
        }
    }

    /// <summary>One computation.</summary>
#pragma warning disable CA1001 // The source of cancellation holds nothing but a flag (no timer, no wait handle), and a cancel may come at any time.
    private sealed class Work(string key, int total)
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _stop = new();
        private int _read;
        private RunComparison? _result;

        public string Key => key;

        public Guid Id { get; } = Guid.NewGuid();

        /// <summary>Ends when the result is there, or with why it is not.</summary>
        public Task Ending { get; private set; } = Task.CompletedTask;

        /// <summary>Whether somebody who asks the same is answered by it.</summary>
        public bool IsOfUse => Ending.IsCompletedSuccessfully || (!Ending.IsCompleted && !_stop.IsCancellationRequested);

        /// <summary>Begins; comparisons take turns.</summary>
        public void Start(RunComparisonStore store, RunPairs plan, SemaphoreSlim turn) => Ending = Task.Run(async () =>
        {
            await turn.WaitAsync(_stop.Token);
            try
            {
                _result = await store.ReadAsync(plan, (read, _) => Volatile.Write(ref _read, read), _stop.Token);
            }
            finally
            {
                turn.Release();
            }
        });

        public void Cancel() => _stop.Cancel();

        public RunComparisonJob Look() => new(
            Id,
            Ending switch
            {
                { IsCompletedSuccessfully: true } => StatisticsJobState.Done,
                { IsCanceled: true } => StatisticsJobState.Cancelled,
                { IsFaulted: true } => StatisticsJobState.Failed,
                _ => StatisticsJobState.Running,
            },
            Ending.IsCompletedSuccessfully ? total : Volatile.Read(ref _read),
            total,
            Ending.Exception?.InnerException?.Message,
            Ending.IsCompletedSuccessfully ? _result : null);
    }
}
