using LogitLens.Storage.Care;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogitLens.Storage;

/// <summary>Registration.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>Adds the stores, all singletons (each operation opens its own context), and the context factory. Needs <c>TimeProvider</c>.</summary>
    public static IServiceCollection AddLogitLensStorage(this IServiceCollection services, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        var file = new DatabaseFile(options.DatabasePath);

        services.AddSingleton(options);
        services.AddSingleton(file);
        services.AddPooledDbContextFactory<StorageContext>(builder => StorageContext.Configure(builder, file));
        services.AddSingleton<DatabaseReader>();
        services.AddSingleton<DatabaseWriter>();
        services.AddSingleton<TokenTableCache>();

        // The public types' constructors take internal ones, so the container cannot find them by itself.
        services.AddSingleton(s => new DigestBacklog(
            Reader(s), Writer(s), s.GetRequiredService<TokenTableCache>(), Clock(s), s.GetService<ILogger<DigestBacklog>>() ?? NullLogger<DigestBacklog>.Instance));
        services.AddSingleton(s => new UpgradeCopy(s.GetRequiredService<DatabaseFile>(), s.GetService<ILogger<UpgradeCopy>>() ?? NullLogger<UpgradeCopy>.Instance));
        services.AddSingleton(s => new Database(
            s.GetRequiredService<DatabaseFile>(), s.GetRequiredService<IDbContextFactory<StorageContext>>(), s.GetRequiredService<DigestBacklog>(), s.GetRequiredService<UpgradeCopy>()));
        services.AddSingleton(s => new DatabaseBackup(s.GetRequiredService<DatabaseFile>(), Clock(s)));
        services.AddSingleton(s => new DataSizeStore(s.GetRequiredService<DatabaseFile>()));
        services.AddSingleton(s => new DatabaseCheck(s.GetRequiredService<DatabaseFile>(), Clock(s)));
        services.AddSingleton(s => new DatabaseCompaction(s.GetRequiredService<DatabaseFile>(), Writer(s), Clock(s)));
        services.AddSingleton(s => new DatabaseRepair(Writer(s), s.GetRequiredService<DatabaseCheck>()));
        services.AddSingleton(s => new RetentionStore(Reader(s), Writer(s), Clock(s)));
        services.AddSingleton(s => new DatabaseRestore(s.GetRequiredService<DatabaseFile>(), s.GetRequiredService<IDbContextFactory<StorageContext>>(), Clock(s)));
        services.AddSingleton(s => new ImageStore(Reader(s), Writer(s), Clock(s)));
        services.AddSingleton(s => new CheckpointStore(Reader(s), Writer(s), Clock(s)));
        services.AddSingleton(s => new RunStore(Reader(s), Writer(s), Clock(s), options.IndexThreshold));
        services.AddSingleton(s => new CatalogueSearchStore(Reader(s)));
        services.AddSingleton(s => new AnalysisQueue(Reader(s), Writer(s), Clock(s), s.GetRequiredService<TokenTableCache>()));
        services.AddSingleton(s => new ReadingStore(Reader(s)));
        services.AddSingleton(s => new HiddenStateStore(Reader(s), Writer(s)));
        services.AddSingleton(s => new TokenIndexStore(Reader(s), s.GetRequiredService<TokenTableCache>()));
        services.AddSingleton(s => new LitPatchStore(s.GetRequiredService<RunStore>(), s.GetRequiredService<ReadingStore>()));
        services.AddSingleton(s => new ComparableStore(Reader(s)));
        services.AddSingleton(s => new RunComparisonStore(Reader(s), s.GetRequiredService<TokenTableCache>()));
        services.AddSingleton(s => new RunComparisonJobs(s.GetRequiredService<RunComparisonStore>(), Clock(s)));
        services.AddSingleton(s => new GalleryStore(Reader(s), s.GetRequiredService<TokenTableCache>()));
        services.AddSingleton(s => new LabelStore(Reader(s), Writer(s), Clock(s)));
        services.AddSingleton(s => new SavedViewStore(Reader(s), Writer(s), Clock(s)));
        services.AddSingleton(s => new StatisticsStore(Reader(s), s.GetRequiredService<TokenTableCache>()));
        services.AddSingleton(s => new StatisticsJobs(s.GetRequiredService<StatisticsStore>(), Clock(s)));
        services.AddSingleton(s => new ExportReader(s.GetRequiredService<RunStore>(), s.GetRequiredService<CheckpointStore>(), s.GetRequiredService<ReadingStore>()));
        services.AddSingleton(s => new ImportStore(Reader(s), Writer(s), Clock(s), s.GetRequiredService<TokenTableCache>(), options.IndexThreshold));
        services.AddSingleton(s => new ArchiveWriter(
            s.GetRequiredService<RunStore>(),
            s.GetRequiredService<CheckpointStore>(),
            s.GetRequiredService<ImageStore>(),
            s.GetRequiredService<ReadingStore>(),
            s.GetRequiredService<HiddenStateStore>(),
            s.GetRequiredService<LabelStore>()));
        services.AddSingleton(s => new ForeignFileStore(Reader(s), Writer(s), Clock(s), options.IndexThreshold));
        services.AddSingleton(s => new ImportJobStore(Reader(s), Writer(s), Clock(s)));
        return services;

        static DatabaseReader Reader(IServiceProvider s) => s.GetRequiredService<DatabaseReader>();
        static DatabaseWriter Writer(IServiceProvider s) => s.GetRequiredService<DatabaseWriter>();
        static TimeProvider Clock(IServiceProvider s) => s.GetRequiredService<TimeProvider>();
    }
}
