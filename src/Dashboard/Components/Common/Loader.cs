namespace LogitLens.Dashboard.Components.Common;

/// <summary>Loads what a page shows: off the circuit, each load cancelling the one before it, and says so only after 300 ms.</summary>
/// <typeparam name="T">What is loaded.</typeparam>
/// <remarks>Used from one component on its circuit.</remarks>
internal sealed class Loader<T>(TimeProvider time, Action render) : IDisposable
    where T : class
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private CancellationTokenSource? _cancellation;

    /// <summary>The newest thing loaded; kept while another load runs.</summary>
    public T? Value { get; private set; }

    /// <summary>Why the last load failed, in a sentence; null if it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether at least one load has come to its end.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Whether a load has been running for so long that the page should say so.</summary>
    public bool IsSlow { get; private set; }

    /// <summary>Loads; returns once this load ended or another took its place.</summary>
    /// <param name="what">Begins the sentence if it fails: <c>The runs could not be read</c>.</param>
    /// <param name="load">Runs on the thread pool: SQLite's calls are synchronous underneath.</param>
    public async Task LoadAsync(string what, Func<CancellationToken, Task<T?>> load)
    {
        var cancellation = new CancellationTokenSource();
        var previous = Interlocked.Exchange(ref _cancellation, cancellation);
        if (previous is not null)
        {
            await previous.CancelAsync();
            previous.Dispose();
        }

        var token = cancellation.Token;
        try
        {
            var loading = Task.Run(() => load(token), token);
            await Task.WhenAny(loading, Task.Delay(Patience, time, token));
            if (!loading.IsCompleted && !token.IsCancellationRequested)
            {
                IsSlow = true;
                render();
            }

            var value = await loading;
            if (token.IsCancellationRequested)
            {
                return;
            }

            Value = value;
            Failure = null;
        }
        catch (Exception exception) when (token.IsCancellationRequested && exception is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
        catch (Exception exception) when (Failures.Describe(exception, what) is not null)
        {
            if (token.IsCancellationRequested)
            {
                return;
            }

            Failure = Failures.Describe(exception, what);
        }

        IsLoaded = true;
        IsSlow = false;
    }

    public void Dispose()
    {
        var cancellation = Interlocked.Exchange(ref _cancellation, null);
        cancellation?.Cancel();
        cancellation?.Dispose();
    }
}
