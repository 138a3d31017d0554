using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Sqlite;

/// <summary>
/// Runs a read: off the caller's thread (SQLite's calls are synchronous underneath, and the caller may be a circuit), in a context of its own, and in one
/// snapshot, so that a page and its total fit together. Readers never wait for the writer.
/// </summary>
internal sealed class DatabaseReader(IDbContextFactory<StorageContext> contexts, DatabaseFile file)
{
    public Task<T> ReadAsync<T>(Func<StorageContext, CancellationToken, Task<T>> read, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            try
            {
                await using var context = await contexts.CreateDbContextAsync(cancellationToken);
                await context.Database.OpenConnectionAsync(cancellationToken);

                // EF's own BeginTransaction would be immediate and take the write lock; a deferred one only pins the snapshot.
                var connection = (SqliteConnection)context.Database.GetDbConnection();
                await using var snapshot = connection.BeginTransaction(deferred: true);
                await context.Database.UseTransactionAsync(snapshot, cancellationToken);
                return await read(context, cancellationToken);
            }
            catch (Exception exception) when (SqliteFailure.Explain(exception, file) is { } sentence)
            {
                throw new StorageException(sentence, exception);
            }
        },
        cancellationToken);
}
