using System.Text;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Readings;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Dashboard.Tests.Importing;

/// <summary>Everything that imports, over a real database in a folder of its own.</summary>
internal sealed class ImportContext : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;

    private ImportContext(string? dataFolder)
    {
        var options = new LogitLensOptions { DataFolder = dataFolder ?? _folder.File("data") };
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddLogitLensOptions(options)
            .AddLogitLensStorage(new StorageOptions { DatabasePath = options.DatabasePath })
            .AddSingleton<PictureIntake>()
            .AddImports()
            .BuildServiceProvider();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ImportJobStore Jobs => Get<ImportJobStore>();

    public RunStore Runs => Get<RunStore>();

    public ReadingStore Readings => Get<ReadingStore>();

    public CheckpointStore Checkpoints => Get<CheckpointStore>();

    public string File(string name) => _folder.File(name);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>On a database that is there, unprepared.</summary>
    public static ImportContext At(string dataFolder) => new(dataFolder);

    public static async Task<ImportContext> CreateAsync(string? dataFolder = null)
    {
        var context = new ImportContext(dataFolder);
        await context.Get<Database>().PrepareAsync(Token);
        return context;
    }

    public async Task<FileImporter> OpenAsync(string? checkpoint = null, string name = "test")
    {
        var job = await Jobs.AddAsync(name, checkpoint, 0, Token);
        return await Get<ImportSessions>().OpenAsync(job, name, checkpoint, Token);
    }

    public async Task<ImportOutcome> ImportAsync(FileImporter importer, string name, string page)
    {
        await System.IO.File.WriteAllTextAsync(File(name), page, new UTF8Encoding(false), Token);
        return await importer.ImportAsync(name, File(name), Token);
    }

    /// <summary>The analysis a file has become.</summary>
    public async Task<AnalysisDetail> DetailAsync(ImportOutcome outcome)
    {
        Assert.True(outcome.State is ImportFileState.Imported or ImportFileState.AlreadyHere, outcome.Note);
        return Assert.IsType<AnalysisDetail>(await Runs.FindAnalysisAsync(Assert.NotNull(outcome.Analysis), Token));
    }

    /// <summary>Its layers as they are kept.</summary>
    public async Task<List<LayerArrays>> LayersAsync(AnalysisDetail detail) =>
        [.. (await Readings.ReadAsync(detail.Row.Id, 0, Token)).Select(packed => ReadingCodec.Unpack(packed))];

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}
