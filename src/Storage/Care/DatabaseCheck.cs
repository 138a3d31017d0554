using LogitLens.Storage.Care.Checks;
using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;

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

    /// <summary>The same of any database file of ours, this version's or an older one's.</summary>
    internal static Task<CheckReport> CheckFileAsync(
        string connectionString, DatabaseFile file, TimeProvider clock, IProgress<CareProgress>? progress, CancellationToken cancellationToken) => Task.Run(
        () =>
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
                TokenIndexCheck.Run(check);
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
}
