using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;
using LogitLens.Storage.Gallery;
using LogitLens.Storage.Labels;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Tests.Readings;
using LogitLens.Storage.Tokens;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LogitLens.Storage.Tests;

public sealed partial class QueryPlanTests
{
    private static readonly string[] LargeTables =
    [
        "Analyses", "Readings", "AnalysisLayouts", "ImageContents", "ImageThumbnails", "CheckpointTokens", "AnalysisAggregates", "RunTallies", "UnsummedAnalyses",
        "Prefixes", "PrefixReadings", "PrefixSummaries",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryOperation_OnLargeTables_UsesAnIndex()
    {
        // EF looks only once a second whether anybody listens, so the log comes before the first command.
        using var folder = new TestFolder();
        using var log = new CommandLog(folder.DatabasePath);
        await using var storage = await TestStorage.CreateAsync(folder.DatabasePath);
        var run = await storage.AddRunAsync(3);
        var done = await storage.FinishNextAsync();
        var image = (await storage.DetailAsync(done)).Image;
        var checkpoint = (await storage.DetailAsync(done)).Run.Checkpoint;

        await storage.Runs.ListAsync(0, 10, Token);
        await storage.Runs.FindAsync(run, Token);
        await storage.Runs.ListAnalysesAsync(run, null, 0, 10, Token);
        await storage.Runs.ListAnalysesAsync(run, AnalysisState.Done, 0, 10, Token);
        await storage.Runs.FindAnalysisAsync(done, Token);
        await storage.Runs.FindNeighboursAsync(done, Token);
        await storage.Search.FindRunsAsync("run", 0, 10, Token);
        await storage.Search.FindRunAsync(1, Token);
        await storage.Search.FindImagesAsync("pic ture", 0, 10, Token);
        await storage.Search.FindAnalysisAsync(done, Token);
        await storage.Search.FindImagesByHashAsync(image.Sha256[..8], 10, Token);
        await storage.Images.ListAsync(null, 0, 10, Token);
        await storage.Images.ListAsync("pic", 0, 10, Token);
        await storage.Images.FindAsync(image.Sha256, Token);
        await storage.Images.FindAsync([image.Id], Token);
        await storage.Images.ReadAsync(image.Sha256, Token);
        await storage.Images.ReadAsync(image.Id, Token);
        await storage.Images.ReadThumbnailAsync(image.Sha256, Token);
        await storage.Images.ListAnalysesAsync(image.Id, Token);
        await storage.Images.DeleteUnusedAsync([image.Id], Token);
        await storage.Checkpoints.ListAsync(Token);
        await storage.Checkpoints.FindAsync(checkpoint.Hash, Token);
        await storage.Checkpoints.ReadTokensAsync(checkpoint.Hash, Token);
        await storage.Checkpoints.FindHashAsync("x", Token);
        await storage.Readings.ReadAsync(done, 1, Token);
        await storage.Readings.ReadCurrentAsync(done, 0, ReadingPart.Summary, Token);
        await storage.Readings.ReadCurrentAsync(done, 0, ReadingPart.Rest, Token);
        await storage.Readings.ReadPackedAsync(done, Token);
        await foreach (var _ in storage.Readings.StreamLayersAsync(done, Token))
        {
        }

        await storage.Readings.ReadLayerAsync(done, ReadingSegment.Prompt, 1, Token);
        foreach (var scope in new[] { AnalysisFilter.Of(run), new AnalysisFilter(Analyses: [done]), new AnalysisFilter([run], ImageName: "pic") })
        {
            await storage.Statistics.ReadAsync(StatisticsQuery.Layers(scope), null, Token);
            await storage.Statistics.ReadAsync(StatisticsQuery.TokensAndMaps(scope), null, Token);
        }

        foreach (var filter in new[] { AnalysisFilter.Of(run), new AnalysisFilter(Analyses: [done]), new AnalysisFilter { State = AnalysisState.Done, Tags = ["a"] }, new AnalysisFilter { Images = [image.Id] } })
        {
            await storage.Gallery.ListAsync(new GalleryQuery(filter), 0, 10, Token);
            await storage.Gallery.ListIdsAsync(new GalleryQuery(filter), Token);
            await storage.Gallery.ListAnalysesAsync(filter, Token);
        }

        var labelled = new[] { LabelSubject.Of(image.Id), LabelSubject.Of(done), LabelSubject.Of(run) };
        await storage.Labels.TagAsync(labelled, "a", null, Token);
        await storage.Labels.FindAsync(labelled[0], Token);
        await storage.Labels.SetNoteAsync(labelled[1], "n", null, Token);
        await storage.Labels.ListTagsAsync([image.Id], Token);
        await storage.Labels.UntagAsync(labelled, "a", Token);
        await storage.Comparables.ListSamePictureAsync(done, 0, 10, Token);
        await storage.Comparables.ListOthersAsync(done, null, 0, 10, Token);
        await storage.RunComparisons.ReadAsync(run, run, null, Token);
        await storage.Queue.CountQueuedAsync(Token);
        var claimed = Assert.IsType<ClaimedAnalysis>(await storage.Queue.ClaimNextAsync(checkpoint.Id, Token));
        await storage.WriteAsync(claimed);
        await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, Token);
        claimed = await storage.ClaimAsync();
        await storage.Queue.FailAsync(claimed.Id, 1, "No.", Token);
        await storage.Queue.ReleaseAsync(claimed.Id, 1, Token);
        await storage.Queue.RequeueInterruptedAsync(Token);
        await storage.Runs.RetryAsync(run, Token);
        await storage.Runs.CancelAsync(run, Token);
        await storage.Runs.RetryAsync(claimed.Id, Token);
        await storage.Runs.CancelAsync(claimed.Id, Token);
        await storage.Runs.DeleteAsync(run, Token);
        var (questions, shared) = await Questions.FinishAsync(storage, 3);
        await storage.Readings.ReadAsync(shared[0].Id, 1, Token);
        await storage.Readings.ReadPackedAsync(shared[0].Id, Token);
        await storage.Readings.ReadLayerAsync(shared[0].Id, ReadingSegment.Prompt, 1, Token);
        await storage.Retention.FindRoomAsync(questions, Token);
        await storage.Retention.SetAsync(questions, new RunRetention(RetentionKind.Summaries), Token);
        await storage.Retention.LetGoAsync(null, null, Token);
        await storage.Runs.FindPastCostAsync(questions, Token);
        await storage.Runs.DeleteAsync(questions, Token);

        Assert.InRange(log.Commands.Count, 50, 700);
        var scans = new List<string>();
        await using var connection = new SqliteConnection(storage.ConnectionString);
        await connection.OpenAsync(Token);
        foreach (var command in log.Commands)
        {
            var large = AliasPattern().Matches(command.Text).Where(m => LargeTables.Contains(m.Groups[1].Value)).Select(m => m.Groups[2].Value).ToHashSet();
            foreach (var step in await ExplainAsync(connection, command))
            {
                if (ScanPattern().Match(step) is { Success: true } scan && (large.Contains(scan.Groups[1].Value) || LargeTables.Contains(scan.Groups[1].Value)))
                {
                    scans.Add($"{step}\n{command.Text}\n");
                }
            }
        }

        Assert.Empty(scans);
    }

    [Theory]
    [InlineData(TokenIndexStore.ScanSql, "SEARCH o USING PRIMARY KEY (RunNumber=? AND TokenId=?)")]
    [InlineData(TokenIndexStore.HitsSql, "SEARCH o USING PRIMARY KEY (RunNumber=? AND TokenId=? AND AnalysisId=?)")]
    [InlineData(TokenIndexStore.CountSql, "SEARCH t USING PRIMARY KEY (RunNumber=? AND TokenId=?)")]
    [InlineData(TokenIndexStore.TotalsOfSql, "SEARCH t USING PRIMARY KEY (RunNumber=? AND TokenId=?)")]
    [InlineData(TokenIndexStore.AllTotalsSql, "SEARCH t USING PRIMARY KEY (RunNumber=?)")]
    [InlineData(TokenIndexStore.LayersSql, "SEARCH TokenTotals USING PRIMARY KEY (RunNumber=? AND TokenId=?)")]
    [InlineData(TokenIndex.TotalsSql, "SEARCH t USING PRIMARY KEY (RunNumber=? AND TokenId=?)")]
    [InlineData(TokenIndex.DeleteSql, "SEARCH TokenOccurrences USING PRIMARY KEY (RunNumber=? AND TokenId<?)")]
    public async Task TokenQueries_GoByTheirKey(string sql, string step)
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var connection = new SqliteConnection(storage.ConnectionString);
        await connection.OpenAsync(Token);

        var parameters = ParameterPattern().Matches(sql).Select(m => m.Value).Distinct().Select(name => (name, name == "@ids" ? "[1]" : (object?)1L));
        var plan = await ExplainAsync(connection, new LoggedCommand(sql, [.. parameters]));

        Assert.Contains(step, plan);
        Assert.DoesNotContain(plan, line => line.StartsWith("SCAN", StringComparison.Ordinal) && !line.Contains("VIRTUAL TABLE", StringComparison.Ordinal) && !line.Contains("CONSTANT", StringComparison.Ordinal));
    }

    private static async Task<List<string>> ExplainAsync(SqliteConnection connection, LoggedCommand logged)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {logged.Text}";
        foreach (var (name, value) in logged.Parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await using var reader = await command.ExecuteReaderAsync(Token);
        var steps = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    }

    [GeneratedRegex("\"(\\w+)\" AS \"(\\w+)\"")]
    private static partial Regex AliasPattern();

    [GeneratedRegex("@\\w+")]
    private static partial Regex ParameterPattern();

    [GeneratedRegex("^SCAN (\\w+)")]
    private static partial Regex ScanPattern();

    private sealed record LoggedCommand(string Text, IReadOnlyList<(string Name, object? Value)> Parameters);

    /// <summary>The commands EF sends to one database file while this lives.</summary>
    private sealed class CommandLog : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly string _path;
        private readonly List<IDisposable> _subscriptions = [];

        public CommandLog(string path)
        {
            _path = path;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public List<LoggedCommand> Commands { get; } = [];

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                _subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData { Command: { Connection: { } connection } command }
                && connection.DataSource == _path)
            {
                Commands.Add(new LoggedCommand(command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]));
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose() => _subscriptions.ForEach(s => s.Dispose());
    }
}
