using LogitLens.Storage.Care.Checks;
using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care;

/// <summary>Looks for damage and for what does not fit together. It sees one moment, and nobody waits for it.</summary>
public sealed class DatabaseCheck
{
    private readonly DatabaseFile _file;
    private readonly TimeProvider _clock;

    internal DatabaseCheck(DatabaseFile file, TimeProvider clock)
    {
        _file = file;
        _clock = clock;
    }

    /// <summary>Everything: the file's pages, references, images' SHA-256, readings' checksums, completeness of Done analyses.</summary>
    /// <exception cref="StorageException">The database cannot be opened or read at all.</exception>
    public Task<CheckReport> CheckAsync(IProgress<CareProgress>? progress, CancellationToken cancellationToken) =>
        CheckFileAsync(_file.UnpooledConnectionString, _file, _clock, progress, cancellationToken);

    /// <summary>Runs whose token index or statistics are not right and can be made anew.</summary>
    internal async Task<BrokenRuns> FindBrokenRunsAsync(CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(_file.UnpooledConnectionString);
        await connection.OpenAsync(cancellationToken);
        ConnectionSettings.Apply(connection);
        await using var snapshot = connection.BeginTransaction(deferred: true);
        using var check = new CheckContext(connection, null, cancellationToken);
        return await CheckIndexAsync(check, connection, snapshot);
    }

    /// <summary>The same of any database file of ours, this version's or an older one's.</summary>
    internal static Task<CheckReport> CheckFileAsync(
        string connectionString, DatabaseFile file, TimeProvider clock, IProgress<CareProgress>? progress, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            var began = clock.GetTimestamp();
            var time = clock.GetUtcNow();
            try
            {
                using var connection = new SqliteConnection(connectionString);
                connection.Open();
                ConnectionSettings.Apply(connection);
                using var snapshot = connection.BeginTransaction(deferred: true);
                using var interrupt = cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
                using var check = new CheckContext(connection, progress, cancellationToken);
                FileCheck.Run(check);
                ImageCheck.Run(check);
                ReadingCheck.Run(check);
                await CheckIndexAsync(check, connection, snapshot);
                return new CheckReport(check.Findings, time, clock.GetElapsedTime(began), check.Images, check.Analyses, check.Readings);
            }
            catch (SqliteException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception exception) when (SqliteFailure.Explain(exception, file) is { } sentence)
            {
                throw new StorageException(sentence, exception);
            }
        },
        cancellationToken);

    private static async Task<BrokenRuns> CheckIndexAsync(CheckContext check, SqliteConnection connection, SqliteTransaction snapshot)
    {
        await using var context = new StorageContext(new DbContextOptionsBuilder<StorageContext>()
            .UseSqlite(connection)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .Options);
        await context.Database.UseTransactionAsync(snapshot, check.CancellationToken);

        // An older version's database is checked in its own form; its index is made when it is upgraded.
        var isCurrent = check.Number("SELECT COUNT(*) FROM __EFMigrationsHistory WHERE MigrationId = $last", ("$last", context.Database.GetMigrations().Last())) > 0;
        return isCurrent ? await IndexCheck.RunAsync(check, context) : new BrokenRuns();
    }
}
