using LogitLens.Storage.Care;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Storage.Tests;

/// <summary>The stores as an application gets them, on a database in a folder of its own or at a given path.</summary>
internal sealed class TestStorage : IAsyncDisposable
{
    private readonly TestFolder? _folder;
    private readonly ServiceProvider _services;

    private TestStorage(string? path, double indexThreshold = StorageOptions.DefaultIndexThreshold)
    {
        _folder = path is null ? new TestFolder() : null;
        Path = path ?? _folder!.DatabasePath;
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddLogitLensStorage(new StorageOptions { DatabasePath = Path, IndexThreshold = indexThreshold })
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public string Path { get; }

    public TestClock Clock { get; } = new();

    public Database Database => Get<Database>();

    public ImageStore Images => Get<ImageStore>();

    public CheckpointStore Checkpoints => Get<CheckpointStore>();

    public RunStore Runs => Get<RunStore>();

    public CatalogueSearchStore Search => Get<CatalogueSearchStore>();

    public AnalysisQueue Queue => Get<AnalysisQueue>();

    public ReadingStore Readings => Get<ReadingStore>();

    public TokenIndexStore TokenIndex => Get<TokenIndexStore>();

    public LitPatchStore LitPatches => Get<LitPatchStore>();

    public ImportStore Imports => Get<ImportStore>();

    public HiddenStateStore States => Get<HiddenStateStore>();

    public ExportReader ExportReader => Get<ExportReader>();

    public ArchiveWriter ArchiveWriter => Get<ArchiveWriter>();

    public DatabaseBackup Backup => Get<DatabaseBackup>();

    public DatabaseRestore Restore => Get<DatabaseRestore>();

    public DatabaseCompaction Compaction => Get<DatabaseCompaction>();

    public DataSizeStore Sizes => Get<DataSizeStore>();

    public RetentionStore Retention => Get<RetentionStore>();

    public DatabaseRepair Repair => Get<DatabaseRepair>();

    public DatabaseCheck Check => Get<DatabaseCheck>();

    public GalleryStore Gallery => Get<GalleryStore>();

    public LabelStore Labels => Get<LabelStore>();

    public SavedViewStore Views => Get<SavedViewStore>();

    public StatisticsStore Statistics => Get<StatisticsStore>();

    public StatisticsJobs StatisticsJobs => Get<StatisticsJobs>();

    public ComparableStore Comparables => Get<ComparableStore>();

    public RunComparisonStore RunComparisons => Get<RunComparisonStore>();

    public RunComparisonJobs RunComparisonJobs => Get<RunComparisonJobs>();

    public IDbContextFactory<StorageContext> Contexts => Get<IDbContextFactory<StorageContext>>();

    public string ConnectionString => Get<DatabaseFile>().ConnectionString;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TestStorage At(string path) => new(path);

    public static async Task<TestStorage> CreateAsync(string? path = null, double indexThreshold = StorageOptions.DefaultIndexThreshold)
    {
        var storage = new TestStorage(path, indexThreshold);
        await storage.Database.PrepareAsync(Token);
        return storage;
    }

    /// <summary>A run of fresh images on the checkpoint of the given name.</summary>
    public async Task<RunId> AddRunAsync(int items = 1, string checkpoint = "demo", int layers = 2, RunSettings? settings = null, string images = "picture")
    {
        var model = await Checkpoints.AddAsync(Sample.Checkpoint(checkpoint, layers), Token);
        var added = new List<NewItem>();
        for (var i = 0; i < items; i++)
        {
            added.Add(new NewItem((await Images.AddAsync(Sample.Image($"{images}-{i}.png"), Token)).Id, Sample.Prompt));
        }

        return await Runs.AddAsync(new NewRun($"run on {checkpoint}", model.Id, settings ?? new RunSettings(), "{}", added), Token);
    }

    public async Task<ClaimedAnalysis> ClaimAsync() => Assert.IsType<ClaimedAnalysis>(await Queue.ClaimNextAsync(null, Token));

    /// <summary>Writes the layout and all layers of an attempt, without completing it.</summary>
    public async Task WriteAsync(ClaimedAnalysis claimed)
    {
        var layers = claimed.Settings.Layers ?? [.. Enumerable.Range(0, claimed.Checkpoint.Layers + 1)];
        Assert.True(await Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, Sample.Layout(), layers.Count, Token));
        foreach (var layer in layers)
        {
            Assert.True(await Queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer, Sample.Packed(layer), Token));
        }
    }

    public async Task<AnalysisId> FinishNextAsync()
    {
        var claimed = await ClaimAsync();
        await WriteAsync(claimed);
        Assert.True(await Queue.CompleteAsync(claimed.Id, claimed.Attempt, [5, 2], "a cat", Token));
        return claimed.Id;
    }

    public async Task<AnalysisDetail> DetailAsync(AnalysisId id) => Assert.IsType<AnalysisDetail>(await Runs.FindAnalysisAsync(id, Token));

    public async Task<long> CountAsync(string table)
    {
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM \"{table}\"";
        return Assert.IsType<long>(await command.ExecuteScalarAsync(Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder?.Dispose();
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
