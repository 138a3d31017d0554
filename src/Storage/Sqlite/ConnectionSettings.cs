using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LogitLens.Storage.Sqlite;

/// <summary>What SQLite keeps per connection, not in the file, and a connection string cannot say.</summary>
/// <remarks>
/// <c>synchronous = NORMAL</c> is safe with a write-ahead log: each commit is handed to the operating system before it is reported, so it survives the end
/// of this process, <c>kill -9</c> included. Only the log's checkpoints wait for the disk; losing power may therefore take the last commits
/// with it, whole transactions at a time, but cannot tear one or corrupt the file. An analysis lost that way is Queued or Running at the next start and is
/// computed again.
/// </remarks>
internal sealed class ConnectionSettings : DbConnectionInterceptor
{
    /// <summary>
    /// <c>journal_size_limit</c> gives the space back that one large import made the log grow to. <c>cache_size</c> (16 MiB) and <c>wal_autocheckpoint</c>
    /// (32 MiB of log): an analysis' rows of the token index lie in a thousand pages, of which the next one changes many again (docs/adr/0005).
    /// </summary>
    public static readonly string Sql =
        $"PRAGMA busy_timeout = {(int)DatabaseFile.BusyTimeout.TotalMilliseconds}; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8192; PRAGMA journal_size_limit = 67108864;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return Task.CompletedTask;
    }

    public static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.ExecuteNonQuery();
    }
}
