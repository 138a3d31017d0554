using System.Runtime.InteropServices;
using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using Spectre.Console;

namespace LogitLens.Dashboard.Commands;

/// <summary>One call of a command that cares for a database: its storage, a bar on a terminal, sentences for what fails, Ctrl+C.</summary>
internal sealed class CareCall(string folder, TextWriter output, TextWriter error)
{
    /// <summary>The folder of the database.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>The database.</summary>
    public string DatabasePath => Path.Combine(Folder, LogitLensOptions.DatabaseName);

    /// <summary>Does it and gives the exit code.</summary>
    /// <param name="mustExist">Whether there has to be a database.</param>
    /// <param name="alone">Whether nobody else may use the data folder meanwhile.</param>
    public async Task<int> RunAsync(
        bool mustExist, bool alone, Func<IServiceProvider, IProgress<CareProgress>, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        if (mustExist && !File.Exists(DatabasePath))
        {
            await error.WriteLineAsync($"There is no database at {DatabasePath}: give the folder it lies in with --data.");
            return ExitCode.BadOption;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            // Before the database, so that it is let go of after it.
            using var folderLock = new DataFolderLock();
            if (alone)
            {
                folderLock.Take(Folder, "choose another with --data");
            }

            var services = new ServiceCollection();
            services.AddSingleton(TimeProvider.System);
            services.AddLogging();
            services.AddLogitLensStorage(new StorageOptions { DatabasePath = DatabasePath });
            await using var provider = services.BuildServiceProvider();
            return await ShowAsync(progress => work(provider, progress, stop.Token));
        }
        catch (Exception exception) when (exception is StorageException or StartFailureException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync("Interrupted; nothing was changed.");
            return ExitCode.Interrupted;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    private async Task<int> ShowAsync(Func<IProgress<CareProgress>, Task<int>> work)
    {
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
        {
            return await work(new Bar(null));
        }

        return await AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new Bar(context.AddTask("starting"))));
    }

    /// <summary>Called on the thread that works: <see cref="Progress{T}"/> would report late and out of order.</summary>
    private sealed class Bar(ProgressTask? task) : IProgress<CareProgress>
    {
        public void Report(CareProgress value)
        {
            if (task is not null)
            {
                task.Description = value.Stage;
                task.IsIndeterminate = value.Fraction is null;
                task.Value = 100 * (value.Fraction ?? 0);
            }
        }
    }
}
