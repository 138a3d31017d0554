using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Tests.Tokens;

public sealed class TokenIndexStoreTests
{
    // Half a unit of the index, and a half's error in the logarithm.
    private const double Tolerance = 0.5 / 60_000 + 1e-9;

    private static readonly TokenFilter Everything = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, null, 0, TokenPlaces.Any)]
    [InlineData(1, 2, 0, TokenPlaces.Any)]
    [InlineData(0, null, 0.5, TokenPlaces.Any)]
    [InlineData(2, null, 0.3, TokenPlaces.Patch)]
    [InlineData(0, 1, 0.2, TokenPlaces.Text)]
    public async Task FindOccurrencesAsync_AnyFilter_FindsWhatTheReadingsHold(int first, int? last, double least, TokenPlaces places)
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, done) = await TokenSample.AddRunAsync(storage, 5, 5);
        var filter = new TokenFilter([run], FirstLayer: first, LastLayer: last, LeastProbability: least, Places: places);
        var counted = await TokenSample.CountAsync(storage, done, StorageOptions.DefaultIndexThreshold);

        for (var id = 0; id < 16; id++)
        {
            var wanted = counted
                .Where(c => c.Token == id && c.Layer >= first && c.Layer <= (last ?? 99) && c.Best >= least && (places == TokenPlaces.Any || (places == TokenPlaces.Patch) == (c.Place == TokenPlace.Patch)))
                .ToList();

            var page = await storage.TokenIndex.FindOccurrencesAsync(
                new OccurrenceQuery([id], string.Empty, TokenMatch.Exact, filter with { CheckpointHash = "hash-of-demo" }, Take: 100), Token);

            Assert.Null(page.Refusal);
            Assert.Equal(wanted.Select(w => w.Analysis).Distinct().Count(), page.Total);
            foreach (var item in page.Items)
            {
                var here = wanted.Where(w => w.Analysis == item.Analysis.Id.Value).OrderBy(w => w.Layer).ThenBy(w => w.Place).ToList();
                Assert.Equal(here.Max(h => h.Best), item.Best, Tolerance);
                Assert.Equal(id, Assert.Single(item.Hits).Token);
                Assert.Equal(here.Select(h => (h.Layer, h.Place, (long)h.Positions, (int?)h.BestPosition)), item.Hits[0].Layers.Select(l => (l.Layer, l.Place, l.Positions, l.BestPosition)));
                Assert.All(here.Zip(item.Hits[0].Layers), pair => Assert.Equal(pair.First.Best, pair.Second.Best, Tolerance));
            }
        }
    }

    [Fact]
    public async Task FindTokensAsync_OverTwoRuns_SumsTheirReadings()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (_, first) = await TokenSample.AddRunAsync(storage, 3, 3);
        var (_, second) = await TokenSample.AddRunAsync(storage, 2, 2, k: 1, seed: 50);
        var counted = await TokenSample.CountAsync(storage, first.Concat(second), StorageOptions.DefaultIndexThreshold);

        var page = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, Everything, null, 100, Token);

        Assert.Equal(counted.Select(c => c.Token).Distinct().Count(), page.Total);
        Assert.Equal(page.Total, page.Items.Count);
        foreach (var token in page.Items)
        {
            var here = counted.Where(c => c.Token == token.Id).ToList();
            Assert.Equal(here.Select(h => h.Analysis).Distinct().Count(), token.Analyses);
            Assert.Equal(here.Sum(h => h.Positions), token.Positions);
            Assert.Equal(here.Max(h => h.Best), token.Best, Tolerance);
            Assert.Equal(
                here.GroupBy(h => (h.Layer, h.Place)).OrderBy(g => g.Key).Select(g => (g.Key.Layer, g.Key.Place, (long)g.Sum(h => h.Positions))),
                token.Layers.Select(l => (l.Layer, l.Place, l.Positions)));
        }

        Assert.Equal(page.Items.OrderByDescending(t => t.Analyses).ThenByDescending(t => t.Positions).ThenBy(t => t.Id).Select(t => t.Id), page.Items.Select(t => t.Id));
    }

    [Fact]
    public async Task FindTokensAsync_LayersAndPlaces_CountOnlyThose()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (_, done) = await TokenSample.AddRunAsync(storage, 4, 4);
        var counted = (await TokenSample.CountAsync(storage, done, StorageOptions.DefaultIndexThreshold)).Where(c => c.Layer is 1 or 2 && c.Place == TokenPlace.Patch).ToList();

        var page = await storage.TokenIndex.FindTokensAsync(
            string.Empty, TokenMatch.Contains, new TokenFilter(FirstLayer: 1, LastLayer: 2, Places: TokenPlaces.Patch), null, 100, Token);

        Assert.Equal(counted.GroupBy(c => c.Token).OrderBy(g => g.Key).Select(g => (g.Key, (long)g.Sum(c => c.Positions))), page.Items.OrderBy(t => t.Id).Select(t => (t.Id, t.Positions)));
    }

    [Theory]
    [InlineData(OccurrenceOrder.Best)]
    [InlineData(OccurrenceOrder.Newest)]
    public async Task FindOccurrencesAsync_PageByPage_GivesEachOnceInOrder(OccurrenceOrder order)
    {
        await using var storage = await TestStorage.CreateAsync();
        await TokenSample.AddRunAsync(storage, 7, 7);
        var query = new OccurrenceQuery(null, "t", TokenMatch.Contains, Everything, order, Take: 2);
        var whole = await storage.TokenIndex.FindOccurrencesAsync(query with { Take = 100 }, Token);

        var seen = new List<TokenOccurrence>();
        string? after = null;
        do
        {
            var page = await storage.TokenIndex.FindOccurrencesAsync(query with { After = after }, Token);
            Assert.Equal(7, page.Total);
            seen.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(whole.Items.Select(i => i.Analysis.Id), seen.Select(i => i.Analysis.Id));
        Assert.Equal(7, seen.Select(i => i.Analysis.Id).Distinct().Count());
        Assert.Equal(
            order == OccurrenceOrder.Best ? seen.OrderByDescending(i => i.Best).ThenByDescending(i => i.Analysis.Id.Value) : seen.OrderByDescending(i => i.Analysis.Id.Value),
            seen);
    }

    [Fact]
    public async Task FindTokensAsync_PageByPage_GivesEachOnce()
    {
        await using var storage = await TestStorage.CreateAsync();
        await TokenSample.AddRunAsync(storage, 2, 2);
        await TokenSample.AddRunAsync(storage, 2, 2, checkpoint: "other", seed: 9);
        var whole = await storage.TokenIndex.FindTokensAsync("t", TokenMatch.Prefix, Everything, null, 100, Token);

        var seen = new List<FoundToken>();
        string? after = null;
        do
        {
            var page = await storage.TokenIndex.FindTokensAsync("t", TokenMatch.Prefix, Everything, after, 3, Token);
            seen.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(whole.Items.Select(t => (t.CheckpointHash, t.Id)), seen.Select(t => (t.CheckpointHash, t.Id)));
        Assert.Equal(whole.Total, seen.Count);
    }

    [Fact]
    public async Task FindTokensAsync_TwoCheckpoints_LooksInEachOnesTable()
    {
        await using var storage = await TestStorage.CreateAsync();
        var shifted = TokenSample.Tokens().ConvertAll(row => row with { Text = $" t{(row.Id + 1) % TokenSample.Vocabulary}" });
        await TokenSample.AddRunAsync(storage, 3, 3);
        await TokenSample.AddRunAsync(storage, 3, 3, checkpoint: "other", tokens: shifted.ConvertAll(row => row with { Display = row.Text }));

        var page = await storage.TokenIndex.FindTokensAsync("t5", TokenMatch.Exact, Everything, null, 10, Token);

        Assert.Equal([("hash-of-demo", 5), ("hash-of-other", 4)], page.Items.Select(t => (t.CheckpointHash, t.Id)).OrderBy(t => t.CheckpointHash));
    }

    [Fact]
    public async Task DeleteAsync_OneOfTwoRuns_LeavesTheOthersCounts()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (kept, _) = await TokenSample.AddRunAsync(storage, 3, 3);
        var before = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, new TokenFilter([kept]), null, 100, Token);
        var (gone, _) = await TokenSample.AddRunAsync(storage, 3, 2, seed: 70);

        await storage.Runs.DeleteAsync(gone, Token);

        var after = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, Everything, null, 100, Token);
        Assert.Equal(before.Items.Select(t => (t.Id, t.Analyses, t.Positions)), after.Items.Select(t => (t.Id, t.Analyses, t.Positions)));
        await storage.Runs.DeleteAsync(kept, Token);
        Assert.All(["TokenOccurrences", "TokenTotals", "Summaries", "LayerSummaries", "Readings"], table => Assert.Equal(0, storage.CountAsync(table).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task FinishDeletionsAsync_InterruptedDeletion_IsOutOfSearchesAndThenGone()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, _) = await TokenSample.AddRunAsync(storage, 2, 2);
        await using (var context = await storage.Contexts.CreateDbContextAsync(Token))
        {
            await context.Runs.ExecuteUpdateAsync(r => r.SetProperty(x => x.Deleting, true), Token);
        }

        Assert.Equal(0, (await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, Everything, null, 10, Token)).Total);
        Assert.Equal(0, (await storage.TokenIndex.FindOccurrencesAsync(new OccurrenceQuery(null, "t", TokenMatch.Prefix, Everything), Token)).Total);
        Assert.Equal(1, await storage.Runs.FinishDeletionsAsync(Token));
        Assert.Null(await storage.Runs.FindAsync(run, Token));
        Assert.Equal(0, await storage.CountAsync("TokenOccurrences"));
    }

    [Fact]
    public async Task Index_AttemptsThatEndOtherwise_LeaveNothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (run, _) = await TokenSample.AddRunAsync(storage, 3, 0);
        foreach (var end in new Func<ClaimedAnalysis, Task<bool>>[]
        {
            claimed => storage.Queue.FailAsync(claimed.Id, claimed.Attempt, "No.", Token),
            claimed => storage.Queue.ReleaseAsync(claimed.Id, claimed.Attempt, Token),
            claimed => storage.Runs.CancelAsync(claimed.Id, Token),
        })
        {
            var claimed = await storage.ClaimAsync();
            await TokenSample.WriteAsync(storage, claimed, 1, 3);
            Assert.True(await end(claimed));
            Assert.False(await storage.Queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, Token));
        }

        Assert.All(["TokenOccurrences", "TokenTotals", "Summaries", "LayerSummaries", "Readings"], table => Assert.Equal(0, storage.CountAsync(table).GetAwaiter().GetResult()));
        Assert.Equal(2, await storage.Runs.RetryAsync(run, Token));
    }

    [Fact]
    public async Task FindOccurrencesAsync_TooMany_RefusesWithASentence()
    {
        await using var storage = await TestStorage.CreateAsync();
        await TokenSample.AddRunAsync(storage, 1, 1);
        await using (var context = await storage.Contexts.CreateDbContextAsync(Token))
        {
            await context.Database.ExecuteSqlAsync($"""UPDATE "TokenTotals" SET "Analyses" = 200000""", Token);
        }

        var page = await storage.TokenIndex.FindOccurrencesAsync(new OccurrenceQuery(null, "t", TokenMatch.Contains, Everything), Token);

        Assert.Empty(page.Items);
        Assert.Contains("250,000", page.Refusal, StringComparison.Ordinal);
        Assert.Contains("longer text", page.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddAsync_AnotherThreshold_IsRecordedWithTheRun()
    {
        await using var storage = await TestStorage.CreateAsync(indexThreshold: 1);
        var (run, done) = await TokenSample.AddRunAsync(storage, 1, 1);
        var counted = await TokenSample.CountAsync(storage, done, 1);

        var page = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, Everything, null, 100, Token);

        Assert.Equal(1, (await storage.Runs.FindAsync(run, Token))!.IndexThreshold);
        Assert.Equal(counted.Sum(c => c.Positions), page.Items.Sum(t => t.Positions));
        Assert.Equal(TokenSample.Layers * (TokenSample.Positions + 1), page.Items.Sum(t => t.Positions));
    }

    [Theory]
    [InlineData("x-y")]
    [InlineData("1")]
    [InlineData("1-2-3")]
    public async Task FindOccurrencesAsync_AnAfterOfNoPage_IsRefused(string after)
    {
        await using var storage = await TestStorage.CreateAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => storage.TokenIndex.FindOccurrencesAsync(new OccurrenceQuery(null, "t", TokenMatch.Exact, Everything, After: after), Token));
    }
}
