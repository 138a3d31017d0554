namespace LogitLens.Dashboard.Components.Gallery;

/// <summary>Work on many things in steps, each a short transaction: it shows how far it is, and can be stopped between two steps.</summary>
/// <remarks>Used from one component on its circuit.</remarks>
public sealed class BulkWork(Action render) : IDisposable
{
    /// <summary>Things in one step: tens of milliseconds of the writer's time.</summary>
    public const int Step = 500;

    private CancellationTokenSource? _stopping;

    /// <summary>What is being done, in a sentence.</summary>
    public string What { get; private set; } = string.Empty;

    /// <summary>Things done with.</summary>
    public int Done { get; private set; }

    /// <summary>Things there are.</summary>
    public int Total { get; private set; }

    /// <summary>Whether there is work.</summary>
    public bool IsRunning => _stopping is not null;

    /// <summary>Works through the things; false if it was stopped before the end. What has been done stays done.</summary>
    /// <param name="what">In a sentence, for people.</param>
    /// <param name="things">What it is done to.</param>
    /// <param name="step">Things in one step.</param>
    /// <param name="work">One step, off the circuit.</param>
    public async Task<bool> RunAsync<T>(string what, IReadOnlyList<T> things, int step, Func<IReadOnlyList<T>, CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(things);
        ArgumentNullException.ThrowIfNull(work);
        if (IsRunning)
        {
            return false;
        }

        using var stopping = _stopping = new CancellationTokenSource();
        (What, Done, Total) = (what, 0, things.Count);
        try
        {
            foreach (var chunk in things.Chunk(step))
            {
                render();
                if (stopping.IsCancellationRequested)
                {
                    return false;
                }

                // A step that has begun ends: half of it would be nobody's wish.
                await Task.Run(() => work(chunk, CancellationToken.None), CancellationToken.None);
                Done += chunk.Length;
            }

            return true;
        }
        finally
        {
            _stopping = null;
        }
    }

    /// <summary>Stops it between two steps.</summary>
    public void Stop() => _stopping?.Cancel();

    /// <inheritdoc/>
    public void Dispose() => Stop();
}
