using LogitLens.Storage.Care;
using LogitLens.Storage.Statistics.Aggregates;
using LogitLens.Storage.Statistics.Rollups;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Tests.Care;

public sealed class DatabaseCheckTests
{
    private static readonly string[] IndexTables = ["TokenOccurrences", "TokenTotals"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CheckAsync_AWholeDatabase_LooksAtEverythingAndFindsNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(4);
        await storage.FinishNextAsync();
        await storage.FinishNextAsync();
        await storage.WriteAsync(await storage.ClaimAsync());
        var stages = new List<string>();

        var report = await storage.Check.CheckAsync(new Stages(stages), Token);

        Assert.Empty(report.Findings);

        // Three layers each of three analyses, and one summary of each of the two that are Done.
        Assert.Equal((4, 4, 11), (report.Images, report.Analyses, report.Readings));
        Assert.Equal(["checking the file", "checking images", "checking readings", "checking the token index and statistics"], stages.Distinct());
    }

    [Theory]
    [InlineData("UPDATE Readings SET Packed = CAST(substr(Packed, 1, 40) || x'07' || substr(Packed, 42) AS BLOB) WHERE Layer = 1", CheckKind.Reading, "Layer 1 of the Prompt segment", "checksum")]
    [InlineData("UPDATE Summaries SET Packed = CAST(substr(Packed, 1, 40) || x'07' || substr(Packed, 42) AS BLOB)", CheckKind.Reading, "The summary of the Prompt segment", "checksum")]
    [InlineData("UPDATE Readings SET Packed = x'00', Checksum = NULL WHERE Layer = 1", CheckKind.Reading, "cannot be read", "backup")]
    [InlineData("DELETE FROM Readings WHERE Layer = 1", CheckKind.Analysis, "lacks the layers 1", "backup")]
    [InlineData("DELETE FROM Summaries", CheckKind.Analysis, "summaries of other layers", "backup")]
    [InlineData("DELETE FROM AnalysisLayouts", CheckKind.Analysis, "without its layout", "backup")]
    [InlineData("UPDATE AnalysisLayouts SET Packed = CAST(substr(Packed, 1, 9) || x'07' || substr(Packed, 11) AS BLOB)", CheckKind.Analysis, "layout", "backup")]
    [InlineData("UPDATE ImageContents SET Bytes = CAST('x' || substr(Bytes, 2) AS BLOB)", CheckKind.Image, "no longer those with the SHA-256", "add the picture again")]
    [InlineData("DELETE FROM ImageContents", CheckKind.Image, "has lost its file", "backup")]
    [InlineData("DELETE FROM ImageThumbnails", CheckKind.Image, "has lost its thumbnail", "backup")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM Images", CheckKind.File, "refers to a row of Images that is not there", "backup")]
    public async Task CheckAsync_WhatWasSpoilt_IsNamedWithItsRemedy(string sql, CheckKind kind, string sentence, string remedy)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(1);
        await storage.FinishNextAsync();
        await ExecuteAsync(storage, sql);

        var report = await storage.Check.CheckAsync(null, Token);

        var finding = report.Findings.FirstOrDefault(f => f.Kind == kind && f.Sentence.Contains(sentence, StringComparison.OrdinalIgnoreCase));
        Assert.True(finding is not null, string.Join("\n", report.Findings));
        Assert.Contains(remedy, finding.ToString(), StringComparison.Ordinal);
        Assert.False(finding.CanBeRepaired);
    }

    [Theory]
    [InlineData("UPDATE TokenOccurrences SET Best = Best - 1 WHERE TokenId = (SELECT MIN(TokenId) FROM TokenOccurrences)", "has other rows than its readings give", "index")]
    [InlineData("DELETE FROM TokenOccurrences WHERE TokenId = (SELECT MIN(TokenId) FROM TokenOccurrences)", "has other rows than its readings give", "index")]
    [InlineData("UPDATE TokenOccurrences SET Layers = x'00' WHERE TokenId = (SELECT MIN(TokenId) FROM TokenOccurrences)", "has other rows than its readings give", "index")]
    [InlineData("DELETE FROM TokenTotals WHERE TokenId = (SELECT MAX(TokenId) FROM TokenTotals)", "totals do not sum up", "totals")]
    [InlineData("INSERT INTO TokenTotals SELECT RunNumber, 999999, Analyses, PatchAnalyses, PatchPositions, PatchBest, TextAnalyses, TextPositions, TextBest, Layers FROM TokenTotals LIMIT 1", "totals do not sum up", "totals")]
    [InlineData("UPDATE TokenTotals SET Analyses = Analyses + 1", "totals do not sum up", "totals")]
    [InlineData("UPDATE TokenTotals SET Layers = x'00'", "totals do not sum up", "totals")]
    public async Task RepairAsync_TokenIndexThatIsNotRight_MakesItAnew(string sql, string sentence, string what)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(3);
        await storage.FinishNextAsync();
        await storage.FinishNextAsync();
        var before = await DumpAsync(storage, IndexTables);
        await ExecuteAsync(storage, sql);
        var finding = Assert.Single((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal((CheckKind.Index, true), (finding.Kind, finding.CanBeRepaired));
        Assert.Contains(sentence, finding.Sentence, StringComparison.Ordinal);

        Assert.StartsWith($"The token {what} of the run", Assert.Single(await storage.Repair.RepairAsync(Token)), StringComparison.Ordinal);

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal(before, await DumpAsync(storage, IndexTables));
    }

    [Fact]
    public async Task RepairAsync_TotalsOfARunWhoseRestsWereLetGo_AreSummedFromItsRows()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(2);
        await storage.FinishNextAsync();
        await storage.FinishNextAsync();
        await storage.Retention.SetAsync(run, new RunRetention(RetentionKind.Summaries), Token);
        Assert.Equal(2, (await storage.Retention.LetGoAsync(null, null, Token)).Analyses);
        var before = await DumpAsync(storage, IndexTables);
        await ExecuteAsync(storage, "UPDATE TokenTotals SET PatchPositions = 0");

        Assert.NotEmpty(await storage.Repair.RepairAsync(Token));

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal(before, await DumpAsync(storage, IndexTables));
    }

    [Theory]
    [InlineData("DELETE FROM AnalysisAggregates WHERE AnalysisId = 2", "are missing")]
    [InlineData("UPDATE AnalysisAggregates SET Packed = CAST(substr(Packed, 1, 20) || x'07' || substr(Packed, 22) AS BLOB) WHERE AnalysisId = 2", "are not those of its readings")]
    [InlineData("UPDATE AnalysisAggregates SET FillerPatches = FillerPatches + 1 WHERE AnalysisId = 66", "are not those of its readings")]
    [InlineData("DELETE FROM RunAggregates", "are not the sum of its analyses'")]
    [InlineData("UPDATE RunAggregates SET Analyses = 63", "are not the sum of its analyses'")]
    [InlineData("UPDATE RunAggregates SET Packed = (SELECT Packed FROM AnalysisAggregates LIMIT 1)", "are not the sum of its analyses'")]
    [InlineData("UPDATE RunAggregates SET Packed = x'00'", "are not the sum of its analyses'")]
    [InlineData("DELETE FROM RunTallies WHERE Layer = 1", "are not the sum of its analyses'")]
    [InlineData("UPDATE RunTallies SET Packed = (SELECT Packed FROM RunTallies WHERE Layer = 2) WHERE Layer = 0", "are not the sum of its analyses'")]
    [InlineData("INSERT INTO RunTallies SELECT RunNumber, 9, Packed FROM RunTallies WHERE Layer = 0", "are not the sum of its analyses'")]
    [InlineData("DELETE FROM UnsummedAnalyses WHERE AnalysisId = 66", "are not the sum of its analyses'")]
    [InlineData("INSERT INTO UnsummedAnalyses (AnalysisId, RunNumber) SELECT 3, RunNumber FROM RunAggregates", "are not the sum of its analyses'")]
    [InlineData("INSERT INTO UnsummedAnalyses (AnalysisId, RunNumber) SELECT 67, RunNumber FROM RunAggregates", "are not the sum of its analyses'")]
    public async Task RepairAsync_StatisticsThatAreNotRight_MakesThemAnew(string sql, string sentence)
    {
        // 64 analyses are in the run's sums, two are not yet, and one is not Done.
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync(67);
        for (var i = 0; i < 66; i++)
        {
            await storage.FinishNextAsync();
        }

        Assert.Equal((1, 3, 2), (await storage.CountAsync("RunAggregates"), await storage.CountAsync("RunTallies"), await storage.CountAsync("UnsummedAnalyses")));
        var aggregates = await DumpAsync(storage, ["AnalysisAggregates"]);
        var before = await StatisticsAsync(storage, run);
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        await ExecuteAsync(storage, sql);
        var finding = Assert.Single((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal((CheckKind.Index, true), (finding.Kind, finding.CanBeRepaired));
        Assert.Contains(sentence, finding.Sentence, StringComparison.Ordinal);

        Assert.Equal("The statistics of the run \"run on demo\" were made anew.", Assert.Single(await storage.Repair.RepairAsync(Token)));

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal(aggregates, await DumpAsync(storage, ["AnalysisAggregates"]));
        Assert.Equal(before, await StatisticsAsync(storage, run));

        // What comes afterwards is added to the sums made anew.
        await storage.FinishNextAsync();
        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task RepairAsync_SumsOfARunWithAReadingThatIsLost_AreLeft()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(64);
        for (var i = 0; i < 64; i++)
        {
            await storage.FinishNextAsync();
        }

        await ExecuteAsync(storage, "UPDATE Readings SET Packed = x'00' WHERE AnalysisId = 5 AND Layer = 1; DELETE FROM AnalysisAggregates WHERE AnalysisId = 6");
        var sums = await DumpAsync(storage, ["RunAggregates", "RunTallies", "UnsummedAnalyses"]);

        await storage.Repair.RepairAsync(Token);

        Assert.Equal(sums, await DumpAsync(storage, ["RunAggregates", "RunTallies", "UnsummedAnalyses"]));
        Assert.Equal(64, await storage.CountAsync("AnalysisAggregates"));
        Assert.Equal(CheckKind.Reading, Assert.Single((await storage.Check.CheckAsync(null, Token)).Findings).Kind);
    }

    [Theory]
    [InlineData("UPDATE Analyses SET State = 3, Error = 'x'", "is Failed and yet has readings")]
    [InlineData("INSERT INTO Readings SELECT AnalysisId, 0, Segment, Layer, Packed, Checksum FROM Readings WHERE Layer = 0", "attempt 0, which is over")]
    public async Task RepairAsync_WhatBelongsToNothing_DeletesIt(string sql, string sentence)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(1);
        await storage.FinishNextAsync();
        await ExecuteAsync(storage, sql);
        var findings = (await storage.Check.CheckAsync(null, Token)).Findings;
        Assert.Contains(findings, f => f.Kind == CheckKind.Analysis && f.Sentence.Contains(sentence, StringComparison.Ordinal));
        Assert.All(findings, f => Assert.True(f.CanBeRepaired));

        Assert.NotEmpty(await storage.Repair.RepairAsync(Token));

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task RepairAsync_AnAnalysisThatIsDoneNoMore_LeavesSearchAndStatistics()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(2);
        await storage.FinishNextAsync();
        var before = await DumpAsync(storage, [.. IndexTables, "AnalysisAggregates"]);
        await storage.FinishNextAsync();
        await ExecuteAsync(storage, "UPDATE Analyses SET State = 3, Error = 'x' WHERE Id = 2");
        var sentences = string.Join("\n", (await storage.Check.CheckAsync(null, Token)).Findings.Select(f => f.Sentence));
        Assert.Contains("it has rows of analyses that are not Done", sentences, StringComparison.Ordinal);
        Assert.Contains("has statistics of analyses that are not Done (1)", sentences, StringComparison.Ordinal);

        await storage.Repair.RepairAsync(Token);

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal(before, await DumpAsync(storage, [.. IndexTables, "AnalysisAggregates"]));
    }

    [Fact]
    public async Task RepairAsync_AWholeDatabase_DoesNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(2);
        var id = await storage.FinishNextAsync();
        await storage.WriteAsync(await storage.ClaimAsync());

        Assert.Empty(await storage.Repair.RepairAsync(Token));

        Assert.Equal(3, (await storage.Readings.ReadAsync(id, 0, Token)).Count);
    }

    [Fact]
    public async Task CheckAsync_HundredsOfSpoiltReadings_ListsTheFirstAndCountsTheRest()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(60);
        for (var i = 0; i < 60; i++)
        {
            await storage.FinishNextAsync();
        }

        await ExecuteAsync(storage, "UPDATE Readings SET Packed = x'00'");

        var readings = (await storage.Check.CheckAsync(null, Token)).Findings.Where(f => f.Kind == CheckKind.Reading).ToList();

        Assert.Equal(CheckReport.MostOfAKind, readings.Count);
        Assert.Contains($"{(60 * 3) - 49} more findings", readings[^1].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_Cancelled_Ends()
    {
        await using var storage = await TestStorage.CreateAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.Check.CheckAsync(null, cancelled.Token));
    }

    private static async Task ExecuteAsync(TestStorage storage, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={storage.Path};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>Everything in some tables.</summary>
    private static async Task<List<string>> DumpAsync(TestStorage storage, IReadOnlyList<string> tables)
    {
        var rows = new List<string>();
        await using var connection = new SqliteConnection($"Data Source={storage.Path};Pooling=False");
        await connection.OpenAsync(Token);
        foreach (var table in tables)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} ORDER BY 1, 2";
            await using var reader = await command.ExecuteReaderAsync(Token);
            while (await reader.ReadAsync(Token))
            {
                rows.Add($"{table}: {string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) is byte[] blob ? Convert.ToHexString(blob) : reader.GetValue(i)))}");
            }
        }

        return rows;
    }

    /// <summary>A run's sums with what is not summed yet, as statistics read them.</summary>
    private static async Task<string> StatisticsAsync(TestStorage storage, RunId run)
    {
        await using var context = await storage.Contexts.CreateDbContextAsync(Token);
        var number = await context.Runs.Where(r => r.Id == run.Value).Select(r => r.Number).SingleAsync(Token);
        var sum = new Aggregate();
        var analyses = await SumReader.AddRunAsync(context, number, sum, Token);
        return $"{analyses}: {Convert.ToHexString(AggregateCodec.Pack(sum))}";
    }

    private sealed class Stages(List<string> into) : IProgress<CareProgress>
    {
        public void Report(CareProgress value) => into.Add(value.Stage);
    }
}
