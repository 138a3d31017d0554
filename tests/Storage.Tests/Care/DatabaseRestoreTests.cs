using LogitLens.Storage.Care;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests.Care;

public sealed class DatabaseRestoreTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string BackupPath => Path.Combine(_folder.Path, "backup.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RestoreAsync_OverADatabase_IsTheBackupAndKeepsTheReplaced()
    {
        var data = Path.Combine(_folder.Path, "data", "logitlens.db");
        AnalysisId id;
        IReadOnlyList<byte[]> readings;
        await using (var storage = await TestStorage.CreateAsync(data))
        {
            await storage.AddRunAsync(2);
            id = await storage.FinishNextAsync();
            readings = await storage.Readings.ReadAsync(id, 0, Token);
            await storage.Backup.WriteAsync(BackupPath, null, Token);
            await storage.FinishNextAsync();
        }

        RestoredDatabase restored;
        await using (var storage = TestStorage.At(data))
        {
            restored = await storage.Restore.RestoreAsync(BackupPath, false, null, Token);
        }

        Assert.False(restored.NeedsUpgrade);
        Assert.Equal(Path.Combine(_folder.Path, "data", "logitlens-replaced-20261124-080000.db"), restored.Replaced);
        Assert.Equal([restored.Replaced, data], Directory.GetFiles(Path.GetDirectoryName(data)!).Order(StringComparer.Ordinal));
        await using var now = await TestStorage.CreateAsync(data);
        Assert.Equal(1, (await now.Runs.ListAsync(0, 1, Token)).Items.Single().Counts.Done);
        Assert.Equal(readings, await now.Readings.ReadAsync(id, 0, Token));
        await using var before = await TestStorage.CreateAsync(restored.Replaced);
        Assert.Equal(2, (await before.Runs.ListAsync(0, 1, Token)).Items.Single().Counts.Done);
    }

    [Fact]
    public async Task RestoreAsync_OverADatabaseLeftByAKilledProcess_KeepsItsLastCommitsInTheReplaced()
    {
        await MakeBackupAsync();
        var data = Path.Combine(_folder.Path, "data", "logitlens.db");
        Directory.CreateDirectory(Path.GetDirectoryName(data)!);
        await using (var storage = await TestStorage.CreateAsync())
        {
            // What kill -9 leaves: a file and a log that was not folded into it.
            await storage.AddRunAsync(7);
            File.Copy(storage.Path, data);
            File.Copy(storage.Path + "-wal", data + "-wal");
        }

        Assert.True(new FileInfo(data + "-wal").Length > 0);
        await using var target = TestStorage.At(data);

        var restored = await target.Restore.RestoreAsync(BackupPath, false, null, Token);

        Assert.False(File.Exists(data + "-wal"));
        await using var before = await TestStorage.CreateAsync(restored.Replaced);
        Assert.Equal(7, (await before.Runs.ListAsync(0, 1, Token)).Items.Single().Counts.Total);
    }

    [Fact]
    public async Task RestoreAsync_OverADamagedDatabase_PutsTheBackupInPlace()
    {
        await MakeBackupAsync();
        var data = Path.Combine(_folder.Path, "data", "logitlens.db");
        Directory.CreateDirectory(Path.GetDirectoryName(data)!);
        await File.WriteAllTextAsync(data, "no database at all", Token);
        await File.WriteAllTextAsync(data + "-wal", "nor its log", Token);
        await using var storage = TestStorage.At(data);

        var restored = await storage.Restore.RestoreAsync(BackupPath, false, null, Token);

        Assert.Equal("no database at all", await File.ReadAllTextAsync(restored.Replaced!, Token));
        Assert.Equal("nor its log", await File.ReadAllTextAsync(restored.Replaced + "-wal", Token));
        await storage.Database.PrepareAsync(Token);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task RestoreAsync_WithoutADatabase_MakesOne()
    {
        await MakeBackupAsync();
        await using var storage = TestStorage.At(Path.Combine(_folder.Path, "new", "logitlens.db"));

        var restored = await storage.Restore.RestoreAsync(BackupPath, false, null, Token);

        Assert.Null(restored.Replaced);
        await storage.Database.PrepareAsync(Token);
        Assert.Equal(1, (await storage.Runs.ListAsync(0, 1, Token)).Items.Single().Counts.Done);
    }

    [Fact]
    public async Task RestoreAsync_BackupWhoseBytesChanged_RefusesByItsChecksum()
    {
        await MakeBackupAsync();
        await ChangeAsync(BackupPath, (int)new FileInfo(BackupPath).Length - 100);

        await AssertRefusedAsync("no longer the file that was backed up");
    }

    [Fact]
    public async Task RestoreAsync_BackupWithBrokenPages_Refuses()
    {
        await MakeBackupAsync();
        File.Delete(DatabaseBackup.ChecksumPath(BackupPath));
        await ChangeAsync(BackupPath, 4096 + 3, 40);

        await AssertRefusedAsync("is damaged");
    }

    [Fact]
    public async Task RestoreAsync_BackupOfANewerVersion_Refuses()
    {
        await MakeBackupAsync();
        File.Delete(DatabaseBackup.ChecksumPath(BackupPath));
        await using (var connection = new SqliteConnection($"Data Source={BackupPath};Pooling=False"))
        {
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO __EFMigrationsHistory VALUES ('99990101000000_FromTheFuture', '99.0')";
            await command.ExecuteNonQueryAsync(Token);
        }

        await AssertRefusedAsync("newer LogitLens (99990101000000_FromTheFuture)");
    }

    [Theory]
    [InlineData("my thesis, chapter one", "is not a SQLite database")]
    [InlineData("", "is not a SQLite database")]
    [InlineData(null, "There is no file")]
    public async Task RestoreAsync_SomethingElse_Refuses(string? content, string expected)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(BackupPath, content, Token);
        }

        await AssertRefusedAsync(expected);
    }

    [Fact]
    public async Task RestoreAsync_AnotherProgramsDatabase_Refuses()
    {
        await using (var connection = new SqliteConnection($"Data Source={BackupPath};Pooling=False"))
        {
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE bookmarks (url TEXT)";
            await command.ExecuteNonQueryAsync(Token);
        }

        await AssertRefusedAsync("another program");
    }

    [Fact]
    public async Task RestoreAsync_ToAFullDisk_SaysSoAndKeepsTheDatabase()
    {
        using var disk = SmallDisk.Mount(8 << 20);
        var data = Path.Combine(disk.Path, "logitlens.db");
        await using (var storage = await TestStorage.CreateAsync(data))
        {
            await storage.AddRunAsync(3);
        }

        await MakeBackupAsync();
        disk.Fill(leave: 64 << 10);
        await using (var storage = TestStorage.At(data))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Restore.RestoreAsync(BackupPath, false, null, Token));
            Assert.Contains("free space", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["filler", "logitlens.db"], Directory.GetFiles(disk.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        disk.Free();
        await using var after = await TestStorage.CreateAsync(data);
        Assert.Equal(3, (await after.Runs.ListAsync(0, 1, Token)).Items.Single().Counts.Total);
    }

    [Fact]
    public async Task RestoreAsync_ToAReadOnlyDisk_SaysSo()
    {
        using var disk = SmallDisk.Mount(8 << 20);
        await MakeBackupAsync();
        disk.MakeReadOnly();
        await using var storage = TestStorage.At(Path.Combine(disk.Path, "logitlens.db"));

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Restore.RestoreAsync(BackupPath, false, null, Token));

        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    private async Task MakeBackupAsync()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(1, images: "backed-up");
        await storage.FinishNextAsync();
        await storage.Backup.WriteAsync(BackupPath, null, Token);
    }

    private async Task AssertRefusedAsync(string expected)
    {
        await using var storage = await TestStorage.CreateAsync(Path.Combine(_folder.Path, "data", "logitlens.db"));
        await storage.AddRunAsync(3);
        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Restore.RestoreAsync(BackupPath, false, null, Token));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(BackupPath, refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await storage.Runs.ListAsync(0, 1, Token)).Items.Single().Counts.Total);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "data"), "*.unfinished"));
    }

    private static async Task ChangeAsync(string path, int offset, int length = 1)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Seek(offset, SeekOrigin.Begin);
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, Token);
        stream.Seek(offset, SeekOrigin.Begin);
        await stream.WriteAsync(Array.ConvertAll(bytes, b => (byte)~b), Token);
    }
}
