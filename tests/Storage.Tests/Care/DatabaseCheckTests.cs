using LogitLens.Storage.Care;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests.Care;

public sealed class DatabaseCheckTests
{
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
    [InlineData("UPDATE TokenOccurrences SET Best = Best - 1 WHERE TokenId = (SELECT MIN(TokenId) FROM TokenOccurrences)", "has other rows than its readings give")]
    [InlineData("DELETE FROM TokenOccurrences WHERE TokenId = (SELECT MIN(TokenId) FROM TokenOccurrences)", "has other rows than its readings give")]
    [InlineData("DELETE FROM TokenTotals WHERE TokenId = (SELECT MAX(TokenId) FROM TokenTotals)", "totals do not sum up")]
    [InlineData("UPDATE TokenTotals SET Analyses = Analyses + 1", "totals do not sum up")]
    public async Task RepairAsync_TokenIndexThatIsNotRight_MakesItAnew(string sql, string sentence)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(3);
        await storage.FinishNextAsync();
        await storage.FinishNextAsync();
        await ExecuteAsync(storage, sql);
        var finding = Assert.Single((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Equal(CheckKind.Index, finding.Kind);
        Assert.Contains(sentence, finding.Sentence, StringComparison.Ordinal);

        Assert.Contains("was made anew", Assert.Single(await storage.Repair.RepairAsync(Token)), StringComparison.Ordinal);

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
    }

    [Theory]
    [InlineData("DELETE FROM AnalysisAggregates", "are missing")]
    [InlineData("UPDATE AnalysisAggregates SET Packed = CAST(substr(Packed, 1, 20) || x'07' || substr(Packed, 22) AS BLOB)", "are not those of its readings")]
    public async Task CheckAsync_StatisticsThatAreNotRight_AreNamed(string sql, string sentence)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(1);
        await storage.FinishNextAsync();
        await ExecuteAsync(storage, sql);

        Assert.Contains((await storage.Check.CheckAsync(null, Token)).Findings, f => f.Kind == CheckKind.Index && f.Sentence.Contains(sentence, StringComparison.Ordinal));
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
        var finding = Assert.Single((await storage.Check.CheckAsync(null, Token)).Findings);
        Assert.Contains(sentence, finding.Sentence, StringComparison.Ordinal);
        Assert.True(finding.CanBeRepaired);

        Assert.NotEmpty(await storage.Repair.RepairAsync(Token));

        Assert.Empty((await storage.Check.CheckAsync(null, Token)).Findings);
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

    private sealed class Stages(List<string> into) : IProgress<CareProgress>
    {
        public void Report(CareProgress value) => into.Add(value.Stage);
    }
}
