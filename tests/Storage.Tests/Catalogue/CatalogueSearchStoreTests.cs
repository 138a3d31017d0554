using LogitLens.Storage.Labels;

namespace LogitLens.Storage.Tests.Catalogue;

public sealed class CatalogueSearchStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ÉTÉ", "l'été")]
    [InlineData("ete\u0301", null)]
    [InlineData("e\u0301te\u0301", "l'été")]
    [InlineData("прогон", "Прогон на демо")]
    [InlineData("demo describe", "Describe")]
    [InlineData("describe other", null)]
    [InlineData("_", null)]
    [InlineData("  ", null)]
    public async Task FindRunsAsync_Words_FindsThoseWhoseNameAndCheckpointHoldEach(string text, string? name)
    {
        await using var storage = await TestStorage.CreateAsync();
        await AddRunAsync(storage, "l'été");
        await AddRunAsync(storage, "Прогон на демо");
        await AddRunAsync(storage, "Describe");

        var found = await storage.Search.FindRunsAsync(text, 0, 10, Token);

        Assert.Equal(name is null ? [] : [name], found.Items.Select(run => run.Name));
        Assert.Equal(found.Items.Count, found.Total);
    }

    [Fact]
    public async Task FindRunsAsync_MoreThanAPage_GivesThePageNewestFirstAndTheTotal()
    {
        await using var storage = await TestStorage.CreateAsync();
        foreach (var name in (string[])["a 1", "b", "a 2", "a 3"])
        {
            await AddRunAsync(storage, name);
        }

        var found = await storage.Search.FindRunsAsync("a ", 1, 1, Token);

        Assert.Equal(["b"], (await storage.Search.FindRunsAsync("b", 0, 1, Token)).Items.Select(run => run.Name));
        Assert.Equal(["a 3", "a 2", "a 1"], (await storage.Search.FindRunsAsync("A", 0, 10, Token)).Items.Where(run => run.Name[0] == 'a').Select(run => run.Name));
        Assert.Equal((1, 3), (found.Items.Count, found.Total));
    }

    [Theory]
    [InlineData("cat", "cat in snow.png", "Кот.png")]
    [InlineData("snow cat", "cat in snow.png")]
    [InlineData("CATS", "Кот.png")]
    [InlineData("кот cats", "Кот.png")]
    [InlineData("dog")]
    [InlineData(" ")]
    public async Task FindImagesAsync_Words_FindsThoseWhoseNameOrTagsHoldEach(string text, params string[] names)
    {
        await using var storage = await TestStorage.CreateAsync();
        var tagged = await storage.Images.AddAsync(Sample.Image("Кот.png"), Token);
        await storage.Images.AddAsync(Sample.Image("cat in snow.png"), Token);
        await storage.Images.AddAsync(Sample.Image("empty.png"), Token);
        await storage.Labels.TagAsync([LabelSubject.Of(tagged.Id)], "good cats", null, Token);

        var found = await storage.Search.FindImagesAsync(text, 0, 10, Token);

        Assert.Equal(names, found.Items.Select(image => image.Name));
        Assert.Equal(names.Length, found.Total);
    }

    [Fact]
    public async Task FindRunsAsync_ATag_FindsTheRunThatBearsIt()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await AddRunAsync(storage, "first");
        await AddRunAsync(storage, "second");
        await storage.Labels.TagAsync([LabelSubject.Of(run)], "paper", null, Token);

        Assert.Equal(["first"], (await storage.Search.FindRunsAsync("PAPER demo", 0, 10, Token)).Items.Select(r => r.Name));
    }

    [Fact]
    public async Task FindRunAsync_Number_IsTheOneThatRowsShow()
    {
        await using var storage = await TestStorage.CreateAsync();
        await AddRunAsync(storage, "first");
        var second = await AddRunAsync(storage, "second");

        var shown = Assert.IsType<RunRow>(await storage.Runs.FindAsync(second, Token));

        Assert.Equal(2, shown.Number);
        Assert.Equal("second", (await storage.Search.FindRunAsync(2, Token))?.Name);
        Assert.Null(await storage.Search.FindRunAsync(3, Token));
    }

    [Fact]
    public async Task FindAnalysisAsync_Number_FindsItOrNull()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();
        var analysis = (await storage.Runs.ListAnalysesAsync(run, null, 0, 1, Token)).Items[0];

        Assert.Equal(analysis, await storage.Search.FindAnalysisAsync(analysis.Id, Token));
        Assert.Null(await storage.Search.FindAnalysisAsync(new AnalysisId(99), Token));
    }

    [Fact]
    public async Task FindImagesByHashAsync_Beginning_FindsThoseOnly()
    {
        await using var storage = await TestStorage.CreateAsync();
        var image = await storage.Images.AddAsync(Sample.Image("a.png"), Token);
        await storage.Images.AddAsync(Sample.Image("b.png"), Token);

        var found = await storage.Search.FindImagesByHashAsync(image.Sha256[..8].ToUpperInvariant(), 10, Token);

        Assert.Equal(["a.png"], found.Select(i => i.Name));
        Assert.Equal(["a.png"], (await storage.Search.FindImagesByHashAsync(image.Sha256, 10, Token)).Select(i => i.Name));
    }

    private static async Task<RunId> AddRunAsync(TestStorage storage, string name)
    {
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint("demo"), Token);
        var image = await storage.Images.AddAsync(Sample.Image(), Token);
        return await storage.Runs.AddAsync(new NewRun(name, checkpoint.Id, new RunSettings(), "{}", [new NewItem(image.Id, "p")]), Token);
    }
}
