namespace LogitLens.Storage.Jobs;

/// <summary>
/// Answers that may take long: computed in the background, one heavy one at a time, and kept for whoever asks the same. A key names what an answer is about, down to the
/// analyses it was computed from, so that an answer is used for as long as it is right.
/// </summary>
/// <typeparam name="TQuestion">What was asked.</typeparam>
/// <typeparam name="TResult">What is answered.</typeparam>
/// <param name="mostKept">Answers kept; what is running stays, whoever else asks.</param>
/// <param name="clock">Measures patience.</param>
internal sealed class AnswerBoard<TQuestion, TResult>(int mostKept, TimeProvider clock) : IDisposable
    where TResult : class
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Work> _recent = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isDisposed;

    /// <summary>Asks, and waits for the answer, but not for longer than <paramref name="patience"/>.</summary>
    /// <param name="key">What the answer is about.</param>
    /// <param name="question">What is asked; handed back with the answer.</param>
    /// <param name="total">Steps it takes.</param>
    /// <param name="isHeavy">Whether it waits its turn behind other heavy ones.</param>
    /// <param name="compute">Computes the answer; reports the steps done so far.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the waiting, not the computing.</param>
    public async Task<Answer<TQuestion, TResult>> AskAsync(
        string key, TQuestion question, int total, bool isHeavy, Func<Action<int, int>, CancellationToken, Task<TResult>> compute, TimeSpan patience, CancellationToken cancellationToken)
    {
        var work = WorkFor(key, question, total, isHeavy ? _turn : null, compute);
        if (!work.Ending.IsCompleted && patience != TimeSpan.Zero)
        {
            await Task.WhenAny(work.Ending, Task.Delay(patience, clock, cancellationToken));
        }

        return work.Look();
    }

    /// <summary>An answer as it stands now, or null if there is none of that id (any more).</summary>
    public Answer<TQuestion, TResult>? Find(Guid id)
    {
        lock (_lock)
        {
            return _recent.FirstOrDefault(work => work.Id == id)?.Look();
        }
    }

    /// <summary>Cancels what is being computed; false if it is not.</summary>
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

    /// <summary>Cancels all that is being computed.</summary>
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

    private Work WorkFor(string key, TQuestion question, int total, SemaphoreSlim? turn, Func<Action<int, int>, CancellationToken, Task<TResult>> compute)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var work = _recent.FirstOrDefault(w => w.Key == key && w.IsOfUse);
            if (work is null)
            {
                work = new Work(key, question, total);
                work.Start(turn, compute);
            }
            else
            {
                _recent.Remove(work);
            }

            _recent.AddFirst(work);
            for (var node = _recent.Last; _recent.Count > mostKept && node is not null;)
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
    private sealed class Work(string key, TQuestion question, int total)
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _stop = new();
        private int _read;
        private TResult? _result;

        public string Key => key;

        public Guid Id { get; } = Guid.NewGuid();

        /// <summary>Ends when the result is there, or with why it is not.</summary>
        public Task Ending { get; private set; } = Task.CompletedTask;

        /// <summary>Whether somebody who asks the same is answered by it.</summary>
        public bool IsOfUse => Ending.IsCompletedSuccessfully || (!Ending.IsCompleted && !_stop.IsCancellationRequested);

        public void Start(SemaphoreSlim? turn, Func<Action<int, int>, CancellationToken, Task<TResult>> compute) => Ending = Task.Run(async () =>
        {
            if (turn is not null)
            {
                await turn.WaitAsync(_stop.Token);
            }

            try
            {
                _result = await compute((read, _) => Volatile.Write(ref _read, read), _stop.Token);
            }
            finally
            {
                turn?.Release();
            }
        });

        public void Cancel() => _stop.Cancel();

        public Answer<TQuestion, TResult> Look() => new(
            Id,
            question,
            Ending switch
            {
                { IsCompletedSuccessfully: true } => JobState.Done,
                { IsCanceled: true } => JobState.Cancelled,
                { IsFaulted: true } => JobState.Failed,
                _ => JobState.Running,
            },
            Ending.IsCompletedSuccessfully ? total : Volatile.Read(ref _read),
            total,
            Ending.Exception?.InnerException,
            Ending.IsCompletedSuccessfully ? _result : null);
    }
}
