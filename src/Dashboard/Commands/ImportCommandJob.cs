using System.Globalization;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Importing;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Exchange.Import;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Commands;

/// <summary>One call of <c>import</c>: the files it finds go in one after another, each in one transaction, as one import that the dashboard lists too.</summary>
internal sealed class ImportCommandJob(IReadOnlyList<string> paths, string? checkpoint, string data, string? name, TextWriter output, TextWriter error)
{
    private readonly AnalyzeDisplay _display = new(output, error);
    private int _imported;
    private int _alreadyHere;

    /// <summary>Does it and gives the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var files = ImportPaths.Find(paths);
            await using var services = Services();
            await services.GetRequiredService<Database>().PrepareAsync(cancellationToken);
            return await RunAsync(services, files, cancellationToken);
        }
        catch (OptionsValidationException exception)
        {
            await error.WriteLineAsync(string.Join(Environment.NewLine, exception.Failures));
            return ExitCode.BadOption;
        }
        catch (RefusedInputException refused)
        {
            await error.WriteLineAsync(refused.Message);
            return ExitCode.BadOption;
        }
        catch (StorageException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Interrupted; what was imported is kept.");
            return ExitCode.Interrupted;
        }
    }

    private ServiceProvider Services()
    {
        var options = new LogitLensOptions { DataFolder = data };
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddLogitLensOptions(options);
        services.AddLogitLensStorage(new StorageOptions { DatabasePath = options.DatabasePath });
        services.AddSingleton<PictureIntake>();
        services.AddImports();
        return services.BuildServiceProvider();
    }

    private async Task<int> RunAsync(ServiceProvider services, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var sessions = services.GetRequiredService<ImportSessions>();
        await sessions.RequireCheckpointAsync(checkpoint, cancellationToken);
        var jobs = services.GetRequiredService<ImportJobStore>();
        var title = ImportCoordinator.NameOf(name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(paths[0]))));
        var job = await jobs.AddAsync(title, checkpoint, files.Count, cancellationToken);
        try
        {
            var importer = await sessions.OpenAsync(job, title, checkpoint, cancellationToken);
            await _display.ShowAsync(files.Count, () => ImportAsync(services, job, importer, files, cancellationToken));
        }
        catch (Exception exception)
        {
            await CloseAsync(jobs, job, exception is OperationCanceledException ? "It was interrupted; what was imported is kept." : "It ended before all files were read; what was imported is kept.");
            throw;
        }

        await jobs.CloseAsync(job, null, CancellationToken.None);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{_imported} imported, {_alreadyHere} here already, {_display.Failures} failed."));
        return _display.Failures == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task ImportAsync(ServiceProvider services, ImportJobId job, FileImporter importer, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var jobs = services.GetRequiredService<ImportJobStore>();
        var clock = services.GetRequiredService<TimeProvider>();
        foreach (var path in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var began = clock.GetTimestamp();
            var file = Path.GetFileName(path);
            _display.Step(file, "importing", 0);
            var outcome = await importer.ImportAsync(file, path, cancellationToken);
            await jobs.AddFinishedFileAsync(job, PictureIntake.CleanName(file), outcome.State, outcome.Note, outcome.Analysis, CancellationToken.None);
            switch (outcome.State)
            {
                case ImportFileState.Failed:
                    _display.Failed(file, outcome.NoteWithout(file) ?? "It could not be imported.");
                    break;
                case ImportFileState.AlreadyHere:
                    _alreadyHere++;
                    _display.Done($"{file} (here already)", clock.GetElapsedTime(began));
                    break;
                default:
                    _imported++;
                    _display.Done(outcome.Note is { } note ? $"{file} ({note.TrimEnd('.')})" : file, clock.GetElapsedTime(began));
                    break;
            }
        }
    }

    private static async Task CloseAsync(ImportJobStore jobs, ImportJobId job, string sentence)
    {
        try
        {
            await jobs.CloseAsync(job, sentence, CancellationToken.None);
        }
        catch (StorageException)
        {
            // Why it cannot be told is being told already.
        }
    }
}
