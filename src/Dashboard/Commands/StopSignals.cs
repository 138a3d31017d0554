using System.Runtime.InteropServices;

namespace LogitLens.Dashboard.Commands;

/// <summary>Ctrl+C and SIGTERM for work that ends in order: the first asks it to stop, the second ends the program at once.</summary>
internal static class StopSignals
{
    /// <summary>Does the work with a token that the signals cancel.</summary>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await work(stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }
}
