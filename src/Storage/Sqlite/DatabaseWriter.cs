using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace LogitLens.Storage.Sqlite;

/// <summary>
/// The one writer of this process: writes queue here, in the order they came, instead of meeting SQLITE_BUSY. Each runs off the caller's thread in one
/// immediate transaction, committed if the operation returns and rolled back if it throws. A second process waits for SQLite's own lock instead.
/// </summary>
internal sealed class DatabaseWriter(IDbContextFactory<StorageContext> contexts, DatabaseFile file) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public async Task<T> WriteAsync<T>(Func<StorageContext, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => WriteInTransactionAsync(write, cancellationToken), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes the writer's turn for something that is no transaction of ours (VACUUM); it connects itself.</summary>
    public async Task<T> AloneAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (Exception exception) when (exception is not StorageException && SqliteFailure.Explain(exception, file) is { } sentence)
        {
            throw new StorageException(sentence, exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<T> WriteInTransactionAsync<T>(Func<StorageContext, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            await using var context = await ConnectAsync(cancellationToken);
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            var result = await write(context, cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        catch (Exception exception) when (SqliteFailure.Explain(exception, file) is { } sentence)
        {
            throw new StorageException(sentence, exception);
        }
    }

    /// <summary>SQLite opens a file that may not be written to be read only, and a pooled connection stays so when the file may be written again: those are replaced.</summary>
    private async Task<StorageContext> ConnectAsync(CancellationToken cancellationToken)
    {
        var context = await OpenAsync(cancellationToken);
        var connection = (SqliteConnection)context.Database.GetDbConnection();
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 0)
        {
            return context;
        }

        // In this order: clearing takes only connections that lie in the pool.
        await context.DisposeAsync();
        SqliteConnection.ClearPool(connection);
        return await OpenAsync(cancellationToken);
    }

    private async Task<StorageContext> OpenAsync(CancellationToken cancellationToken)
    {
        var context = await contexts.CreateDbContextAsync(cancellationToken);
        try
        {
            await context.Database.OpenConnectionAsync(cancellationToken);
            return context;
        }
        catch
        {
            await context.DisposeAsync();
            throw;
        }
    }
}
