using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Tests;

public sealed class DatabaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Model_AgainstTheSnapshot_HasNoPendingChanges()
    {
        await using var storage = TestStorage.At("/nowhere/unused.db");
        await using var context = await storage.Contexts.CreateDbContextAsync(Token);

        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task PrepareAsync_MissingFolder_CreatesAWholeDatabase()
    {
        using var folder = new TestFolder();
        var path = Path.Combine(folder.Path, "data", "deeper", "logitlens.db");

        await using var storage = await TestStorage.CreateAsync(path);

        Assert.True(File.Exists(path));
        Assert.Empty(await storage.Database.CheckAsync(Token));
        Assert.Empty((await storage.Runs.ListAsync(0, 10, Token)).Items);
        await using var context = await storage.Contexts.CreateDbContextAsync(Token);
        Assert.Empty(await context.Database.GetPendingMigrationsAsync(Token));
    }

    [Fact]
    public async Task PrepareAsync_ExistingDatabase_KeepsItsRows()
    {
        using var folder = new TestFolder();
        await using (var first = await TestStorage.CreateAsync(folder.DatabasePath))
        {
            await first.AddRunAsync();
            await first.FinishNextAsync();
        }

        await using var second = await TestStorage.CreateAsync(folder.DatabasePath);
        await second.Database.PrepareAsync(Token);

        Assert.Equal(1, (await second.Runs.ListAsync(0, 10, Token)).Items.Single().Counts.Done);
    }

    [Fact]
    public async Task PrepareAsync_EmptyFile_BecomesADatabase()
    {
        using var folder = new TestFolder();
        await File.WriteAllBytesAsync(folder.DatabasePath, [], Token);

        await using var storage = await TestStorage.CreateAsync(folder.DatabasePath);

        Assert.Empty(await storage.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task PrepareAsync_StoppedBeforeItsFirstMigration_Goes()
    {
        using var folder = new TestFolder();
        await ExecuteAsync(folder.DatabasePath, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); DROP TABLE t;");

        await using var storage = await TestStorage.CreateAsync(folder.DatabasePath);

        Assert.Empty(await storage.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task PrepareAsync_TwiceAtOnce_MigratesOnce()
    {
        using var folder = new TestFolder();
        await using var one = TestStorage.At(folder.DatabasePath);
        await using var two = TestStorage.At(folder.DatabasePath);

        await Task.WhenAll(one.Database.PrepareAsync(Token), two.Database.PrepareAsync(Token));

        Assert.Empty(await one.Database.CheckAsync(Token));
    }

    [Fact]
    public async Task Connections_Opened_UseWalForeignKeysAndNormalSync()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var context = await storage.Contexts.CreateDbContextAsync(Token);
        await context.Database.OpenConnectionAsync(Token);

        Assert.Equal("wal", await ReadAsync(context, "PRAGMA journal_mode"));
        Assert.Equal("1", await ReadAsync(context, "PRAGMA foreign_keys"));
        Assert.Equal("1", await ReadAsync(context, "PRAGMA synchronous"));
        Assert.Equal("15000", await ReadAsync(context, "PRAGMA busy_timeout"));
    }

    [Fact]
    public async Task PrepareAsync_NewerDatabase_RefusesAndLosesNothing()
    {
        using var folder = new TestFolder();
        await using (var storage = await TestStorage.CreateAsync(folder.DatabasePath))
        {
            await storage.AddRunAsync();
        }

        await ExecuteAsync(folder.DatabasePath, "INSERT INTO __EFMigrationsHistory VALUES ('99990101000000_FromTheFuture', '99.0')");

        await AssertRefusedAsync(folder.DatabasePath, "newer LogitLens (99990101000000_FromTheFuture)", "update LogitLens");
    }

    [Fact]
    public async Task PrepareAsync_NotADatabase_RefusesAndLosesNothing()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.DatabasePath, "my thesis, chapter one", Token);

        await AssertRefusedAsync(folder.DatabasePath, "is not a SQLite database", "move it away");
        Assert.Equal([folder.DatabasePath], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task PrepareAsync_AnotherProgramsDatabase_RefusesAndLosesNothing()
    {
        using var folder = new TestFolder();
        await ExecuteAsync(folder.DatabasePath, "CREATE TABLE bookmarks (url TEXT)");

        await AssertRefusedAsync(folder.DatabasePath, "another program", "choose another data folder");
    }

    [Fact]
    public async Task PrepareAsync_HeaderOnly_RefusesAndLosesNothing()
    {
        using var folder = new TestFolder();
        await File.WriteAllBytesAsync(folder.DatabasePath, [.. "SQLite format 3\0"u8, .. new byte[4080]], Token);

        await AssertRefusedAsync(folder.DatabasePath, folder.DatabasePath, "move it away");
    }

    [Fact]
    public async Task PrepareAsync_PathIsAFolder_Refuses()
    {
        using var folder = new TestFolder();
        await using var storage = TestStorage.At(folder.Path);

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Database.PrepareAsync(Token));

        Assert.Contains("is a folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrepareAsync_FolderThatCannotBeMade_Refuses()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "file"), "in the way", Token);
        await using var storage = TestStorage.At(Path.Combine(folder.Path, "file", "data", "logitlens.db"));

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Database.PrepareAsync(Token));

        Assert.Contains("cannot be created", refused.Message, StringComparison.Ordinal);
        Assert.Contains("choose a folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrepareAsync_ReadOnlyFolder_RefusesAndLosesNothing()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Folder permissions do not hold for Windows and root.");
            return;
        }

        using var folder = new TestFolder();
        await using (await TestStorage.CreateAsync(folder.DatabasePath))
        {
        }

        try
        {
            File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            await AssertRefusedAsync(folder.DatabasePath, "cannot be", "choose another data folder");
        }
        finally
        {
            File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task PrepareAsync_FolderNobodyMayWrite_Refuses()
    {
        // Not even root makes files there.
        Assert.SkipUnless(Directory.Exists("/sys/kernel"), "There is no /sys here.");
        await using var storage = TestStorage.At("/sys/kernel/logitlens.db");

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Database.PrepareAsync(Token));

        Assert.Contains("/sys/kernel/logitlens.db cannot be", refused.Message, StringComparison.Ordinal);
        Assert.Contains("choose another data folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ReadOnlyConnection_SaysWhatToDo()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using (var connection = new SqliteConnection(storage.ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA query_only = ON";
            await command.ExecuteNonQueryAsync(Token);
        }

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Images.AddAsync(Sample.Image(), Token));

        Assert.Contains($"{storage.Path} cannot be written", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_FileGone_SaysSoAndMakesNoNewOne()
    {
        using var folder = new TestFolder();
        await using var storage = TestStorage.At(folder.DatabasePath);

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Runs.ListAsync(0, 10, Token));

        Assert.Contains("cannot be opened", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task Read_DamagedFile_SaysSo()
    {
        using var folder = new TestFolder();
        await using (var storage = await TestStorage.CreateAsync(folder.DatabasePath))
        {
            await storage.AddRunAsync(5);
        }

        await using (var stream = File.OpenWrite(folder.DatabasePath))
        {
            stream.Seek(4096, SeekOrigin.Begin);
            await stream.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)stream.Length - 4096).ToArray(), Token);
        }

        await using var damaged = TestStorage.At(folder.DatabasePath);

        var refused = await Assert.ThrowsAsync<StorageException>(() => damaged.Runs.ListAsync(0, 10, Token));

        Assert.Contains("is damaged", refused.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(string path, params string[] parts)
    {
        var before = await File.ReadAllBytesAsync(path, Token);
        await using (var storage = TestStorage.At(path))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Database.PrepareAsync(Token));
            Assert.All(parts, part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
            Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(path, Token));
    }

    private static async Task ExecuteAsync(string path, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<string?> ReadAsync(DbContext context, string sql)
    {
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(await command.ExecuteScalarAsync(Token), System.Globalization.CultureInfo.InvariantCulture);
    }
}
