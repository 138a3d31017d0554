using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Queues the demo pictures in a database that was just made, once: a demo run that was deleted stays deleted.</summary>
/// <remarks>A file beside the database stands for "not planted yet", so that a start that was killed in between is made up for.</remarks>
internal sealed partial class DemoSeed(RunCoordinator coordinator, RunStore runs, AnalysisMonitor monitor, IOptions<LogitLensOptions> options, ILogger<DemoSeed> logger)
{
    /// <summary>What the demo's run is called.</summary>
    public const string RunName = "Demo: describe the image";

    private static readonly string Pictures = Path.Combine(AppContext.BaseDirectory, "Demo", "pictures");

    // The order of the first look: the plainest first.
    private static readonly string[] Order =
    [
        "garden.jpg", "beach.jpg", "arctic.png", "harbour.jpg", "launch.webp", "concert.jpg",
        "market.jpg", "farm.jpg", "savanna.jpg", "balloons.webp", "music-in-the-snow.png", "empty-field.jpg",
    ];

    private string Marker => Path.Combine(Path.GetFullPath(options.Value.DataFolder), "demo-wanted");

    /// <summary>To be called before the database is made.</summary>
    /// <exception cref="StartFailureException">The data folder cannot be written.</exception>
    public void NoteWhetherNew()
    {
        if (!options.Value.SeedDemo || File.Exists(options.Value.DatabasePath))
        {
            return;
        }

        try
        {
            File.WriteAllText(Marker, "The demo pictures are queued at the next start of LogitLens.\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartFailureException(
                $"The data folder {options.Value.DataFolder} cannot be written ({exception.Message.TrimEnd('.')}): free space or choose another with --data.", exception);
        }
    }

    /// <summary>Queues the demo if it is wanted. A failure is logged: LogitLens works without it.</summary>
    public async Task PlantAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!options.Value.SeedDemo || !File.Exists(Marker))
            {
                return;
            }

            if ((await runs.ListAsync(0, 1, cancellationToken)).Total == 0)
            {
                monitor.ReportPreparingDemo(true);
                var items = new List<RequestedItem>();
                foreach (var name in Order)
                {
                    var image = await coordinator.AddImageAsync(name, await File.ReadAllBytesAsync(Path.Combine(Pictures, name), cancellationToken), cancellationToken);
                    items.Add(new RequestedItem(image.Id));
                }

                await coordinator.StartAsync(
                    new RequestedRun(RunName, CheckpointRegistry.DemoFolder, PromptTemplate.DefaultQuestion, new RunSettings(), items), cancellationToken);
            }

            File.Delete(Marker);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotPlanted(exception is RefusedInputException or StorageException or IOException or UnauthorizedAccessException ? null : exception, exception.Message);
        }
        finally
        {
            monitor.ReportPreparingDemo(false);
        }
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "The demo was not queued: {Reason}")]
    private partial void LogNotPlanted(Exception? exception, string reason);
}
