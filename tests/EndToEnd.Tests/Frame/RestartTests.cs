using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Data.Sqlite;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>The process dies in the middle of an analysis; nothing is lost.</summary>
public sealed class RestartTests
{
    private const int Queued = 0, Running = 1, Done = 2;

    [Fact]
    public async Task Serve_KilledDuringAnAnalysis_FinishesAfterRestartAndTheDatabaseIsSound()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = DashboardProcess.NewDataFolder();
        try
        {
            long interrupted;
            await using (var first = await DashboardProcess.StartAsync(folder, cancellationToken))
            {
                interrupted = await WaitAsync(
                    folder,
                    $"SELECT Id FROM Analyses WHERE State = {Running} AND LayersDone BETWEEN 1 AND 8 AND Ordinal >= 2 LIMIT 1",
                    id => id > 0,
                    first,
                    cancellationToken);
                await first.KillAsync();
            }

            Assert.Equal("ok", Text(folder, "PRAGMA integrity_check"));
            Assert.Equal(Running, Number(folder, $"SELECT State FROM Analyses WHERE Id = {interrupted}"));
            var attempt = Number(folder, $"SELECT Attempt FROM Analyses WHERE Id = {interrupted}");

            await using var second = await DashboardProcess.StartAsync(folder, cancellationToken);
            await WaitAsync(folder, $"SELECT COUNT(*) FROM Analyses WHERE State IN ({Queued}, {Running})", left => left == 0, second, cancellationToken);
            Assert.Equal(Done, Number(folder, $"SELECT State FROM Analyses WHERE Id = {interrupted}"));
            Assert.True(Number(folder, $"SELECT Attempt FROM Analyses WHERE Id = {interrupted}") > attempt);
            Assert.Equal(12, Number(folder, $"SELECT COUNT(*) FROM Analyses WHERE State = {Done}"));
            await second.KillAsync();

            Assert.Equal("ok", Text(folder, "PRAGMA integrity_check"));

            // emb and twelve blocks, of one attempt, for every analysis.
            Assert.Equal(12 * 13, Number(folder, "SELECT COUNT(*) FROM Readings r JOIN Analyses a ON a.Id = r.AnalysisId AND a.Attempt = r.Attempt WHERE r.Segment = 0"));
            Assert.Equal(0, Number(folder, "SELECT COUNT(*) FROM Readings r JOIN Analyses a ON a.Id = r.AnalysisId AND a.Attempt <> r.Attempt"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<long> WaitAsync(string folder, string query, Func<long, bool> condition, DashboardProcess dashboard, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var value = File.Exists(Path.Combine(folder, "logitlens.db")) ? Number(folder, query) : 0;
            if (condition(value))
            {
                return value;
            }

            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMinutes(3))
            {
                throw new TimeoutException($"Still {value} for: {query}\n{dashboard.Output}");
            }

            await Task.Delay(10, cancellationToken);
        }
    }

    private static long Number(string folder, string query) => Convert.ToInt64(Scalar(folder, query) ?? 0L, System.Globalization.CultureInfo.InvariantCulture);

    private static string? Text(string folder, string query) => Scalar(folder, query) as string;

    private static object? Scalar(string folder, string query)
    {
        // Not read-only: after kill -9 the next opening has to recover the write-ahead log.
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "logitlens.db")};Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The queries are the test's own.
        command.CommandText = query;
#pragma warning restore CA2100
        try
        {
            return command.ExecuteScalar();
        }
        catch (SqliteException exception) when (exception.Message.Contains("no such table", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
