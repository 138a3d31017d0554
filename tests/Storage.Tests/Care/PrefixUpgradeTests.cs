using LogitLens.Storage.Tests.Readings;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LogitLens.Storage.Tests.Care;

/// <summary>Databases from before prefixes, and what the tables need that EF does not know of.</summary>
public sealed class PrefixUpgradeTests : IDisposable
{
    private const string Before = "20261125174526_Gallery";

    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PrepareAsync_DatabaseFromBefore_KeepsWhatIsThereAndSharesWhatComes()
    {
        IReadOnlyList<ClaimedAnalysis> old;
        await using (var template = await TestStorage.CreateAsync())
        {
            (_, old) = await Questions.FinishAsync(template, 3, shared: false, image: "old.png");
            await WriteEarlierAsync(template, _folder.DatabasePath);
        }

        await using var storage = await TestStorage.CreateAsync(_folder.DatabasePath);

        await AssertSameAsync();
        Assert.Equal((0, 0, 0), await Questions.CountAsync(storage));
        Assert.Equal(0, (await storage.DetailAsync(old[0].Id)).SharedPositions);
        await Questions.FinishAsync(storage, 3);
        Assert.Equal((1, Questions.Layers, 1), await Questions.CountAsync(storage));
        await AssertSameAsync();
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Empty(await storage.Database.CheckAsync(Token));

        async Task AssertSameAsync()
        {
            for (var question = 0; question < old.Count; question++)
            {
                Assert.Equal(
                    Enumerable.Range(0, Questions.Layers).Select(layer => Questions.Packed(question, layer, old[question].Settings)),
                    await storage.Readings.ReadAsync(old[question].Id, 0, Token));
            }
        }
    }

    [Fact]
    public async Task CheckAsync_OfABackupFromBefore_FindsNothing()
    {
        var path = Path.Combine(_folder.Path, "before.db");
        await using (var template = await TestStorage.CreateAsync())
        {
            await Questions.FinishAsync(template, 3, shared: false);
            await WriteEarlierAsync(template, path);
        }

        await using var earlier = TestStorage.At(path);

        Assert.Empty((await earlier.Check.CheckAsync(null, Token)).Findings);
        Assert.NotEmpty((await earlier.Sizes.ReadAsync(Token)).Parts);
    }

    /// <summary>A later migration that makes the table of analyses anew would lose them without a word.</summary>
    [Fact]
    public async Task Migrations_Together_LeaveTriggersAndTheReference()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var connection = new SqliteConnection(storage.ConnectionString);
        await connection.OpenAsync(Token);

        Assert.Equal(
            ["TR_Analyses_PrefixDeleted", "TR_Analyses_PrefixLeft"],
            await ReadAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'Analyses' ORDER BY name"));
        Assert.Equal(["Prefixes | RESTRICT"], await ReadAsync(connection, "SELECT \"table\" || ' | ' || on_delete FROM pragma_foreign_key_list('Analyses') WHERE \"from\" = 'PrefixId'"));
        Assert.Contains(
            await ReadAsync(connection, "EXPLAIN QUERY PLAN SELECT 1 FROM Analyses WHERE PrefixId = 3", column: 3), step => step.Contains("IX_Analyses_PrefixId", StringComparison.Ordinal));
    }

    /// <summary>The same rows as in a database of today, in the tables of the version before.</summary>
    private static async Task WriteEarlierAsync(TestStorage template, string path)
    {
        await using var context = await template.Contexts.CreateDbContextAsync(Token);
        var script = context.GetService<IMigrator>().GenerateScript(Migration.InitialDatabase, Before, MigrationsSqlGenerationOptions.NoTransactions);
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.CreateFunction("logitlens_checksum", (byte[] packed) => ReadingChecksum.Of(packed), isDeterministic: true);
        await connection.OpenAsync(Token);
        await ExecuteAsync(connection, $"PRAGMA foreign_keys = OFF; {script}\nPRAGMA application_id = {Database.ApplicationId};");
        await ExecuteAsync(connection, $"ATTACH '{template.Path}' AS today");
        foreach (var table in await ReadAsync(connection, "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '!_!_%' ESCAPE '!'"))
        {
            var columns = string.Join(", ", (await ReadAsync(connection, $"SELECT name FROM pragma_table_info('{table}', 'main')")).Select(column => $"\"{column}\""));
            await ExecuteAsync(connection, $"INSERT INTO main.\"{table}\" ({columns}) SELECT {columns} FROM today.\"{table}\"");
        }
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<List<string>> ReadAsync(SqliteConnection connection, string sql, int column = 0)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Token);
        var values = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            values.Add(reader.GetString(column));
        }

        return values;
    }
}
