using LogitLens.Storage.Labels;

namespace LogitLens.Storage.Tests.Labels;

public sealed class LabelStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TagAsync_SomeBearItAlready_ReturnsOnlyTheOthers()
    {
        await using var storage = await TestStorage.CreateAsync();
        var images = await AddImagesAsync(storage, 3);
        await storage.Labels.TagAsync([images[1]], "Good", "Ada", Token);

        var added = await storage.Labels.TagAsync([.. images, images[0]], " good ", "Bob", Token);

        Assert.Equal([images[0], images[2]], added);
        var kept = Assert.Single((await storage.Labels.FindAsync(images[1], Token)).Tags);
        Assert.Equal(("Good", "Ada"), (kept.Name, kept.AddedBy));
        Assert.Equal(new TagCount("Good", 3, 0, 0), Assert.Single(await storage.Labels.ListTagsAsync(Token)));
    }

    [Fact]
    public async Task UntagAsync_LastBearer_ForgetsTheTag()
    {
        await using var storage = await TestStorage.CreateAsync();
        var images = await AddImagesAsync(storage, 2);
        await storage.Labels.TagAsync([images[0]], "good", null, Token);

        var removed = await storage.Labels.UntagAsync(images, "GOOD", Token);

        Assert.Equal([images[0]], removed);
        Assert.Empty(await storage.Labels.ListTagsAsync(Token));
        Assert.Equal(0, await storage.CountAsync("Tags"));
    }

    [Fact]
    public async Task TagAsync_ImageAnalysisAndRun_EachBearsIts()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();
        var analysis = await storage.FinishNextAsync();
        var image = (await storage.DetailAsync(analysis)).Image.Id;

        await storage.Labels.TagAsync([LabelSubject.Of(run), LabelSubject.Of(analysis), LabelSubject.Of(image)], "figure 3", null, Token);

        Assert.Equal(new TagCount("figure 3", 1, 1, 1), Assert.Single(await storage.Labels.ListTagsAsync(Token)));
        Assert.All(
            [LabelSubject.Of(run), LabelSubject.Of(analysis), LabelSubject.Of(image)],
            subject => Assert.Single(storage.Labels.FindAsync(subject, Token).GetAwaiter().GetResult().Tags));
    }

    [Fact]
    public async Task SetNoteAsync_TwiceAndEmpty_ReplacesAndTakesAway()
    {
        await using var storage = await TestStorage.CreateAsync();
        var image = (await AddImagesAsync(storage, 1))[0];

        Assert.True(await storage.Labels.SetNoteAsync(image, "blurred", null, Token));
        Assert.True(await storage.Labels.SetNoteAsync(image, " very blurred\n", "Ada", Token));
        var note = (await storage.Labels.FindAsync(image, Token)).Note;
        Assert.True(await storage.Labels.SetNoteAsync(image, "  ", null, Token));

        Assert.Equal(new SubjectNote("very blurred", storage.Clock.GetUtcNow(), "Ada"), note);
        Assert.Null((await storage.Labels.FindAsync(image, Token)).Note);
    }

    [Fact]
    public async Task DeleteAsync_RunWithLabels_TakesThemAlong()
    {
        await using var storage = await TestStorage.CreateAsync();
        var run = await storage.AddRunAsync();
        var analysis = await storage.FinishNextAsync();
        var image = (await storage.DetailAsync(analysis)).Image.Id;
        LabelSubject[] all = [LabelSubject.Of(run), LabelSubject.Of(analysis), LabelSubject.Of(image)];
        await storage.Labels.TagAsync(all, "a", null, Token);
        foreach (var subject in all)
        {
            await storage.Labels.SetNoteAsync(subject, "n", null, Token);
        }

        await storage.Runs.DeleteAsync(run, Token);

        Assert.Equal(0, await storage.CountAsync("TagLinks"));
        Assert.Equal(0, await storage.CountAsync("Notes"));
        Assert.Empty(await storage.Labels.ListTagsAsync(Token));
        Assert.Empty(await storage.Labels.TagAsync(all, "a", null, Token));
        Assert.False(await storage.Labels.SetNoteAsync(all[0], "n", null, Token));
        Assert.Same(SubjectLabels.None, await storage.Labels.FindAsync(all[1], Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a,b")]
    [InlineData("a\nb")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890")]
    public async Task TagAsync_NoTag_RefusesWithASentence(string tag)
    {
        await using var storage = await TestStorage.CreateAsync();
        var images = await AddImagesAsync(storage, 1);

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => storage.Labels.TagAsync(images, tag, null, Token));

        Assert.StartsWith(LabelText.RefuseTag(tag)!, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await storage.Labels.ListTagsAsync(Token));
    }

    [Fact]
    public async Task SetNoteAsync_TooLong_RefusesAndKeepsTheOld()
    {
        await using var storage = await TestStorage.CreateAsync();
        var image = (await AddImagesAsync(storage, 1))[0];
        await storage.Labels.SetNoteAsync(image, "old", null, Token);

        await Assert.ThrowsAsync<ArgumentException>(() => storage.Labels.SetNoteAsync(image, new string('x', LabelText.LongestNote + 1), null, Token));

        Assert.Equal("old", (await storage.Labels.FindAsync(image, Token)).Note?.Text);
    }

    [Fact]
    public async Task ListTagsAsync_OfImages_CountsThem()
    {
        await using var storage = await TestStorage.CreateAsync();
        var images = new List<ImageId>();
        for (var i = 0; i < 3; i++)
        {
            images.Add((await storage.Images.AddAsync(Sample.Image($"{i}.png"), Token)).Id);
        }

        await storage.Labels.TagAsync([.. images.Select(LabelSubject.Of)], "b", null, Token);
        await storage.Labels.TagAsync([LabelSubject.Of(images[0])], "A", null, Token);

        Assert.Equal([("A", 1), ("b", 2)], await storage.Labels.ListTagsAsync([images[0], images[1]], Token));
    }

    private static async Task<List<LabelSubject>> AddImagesAsync(TestStorage storage, int count)
    {
        var images = new List<LabelSubject>();
        for (var i = 0; i < count; i++)
        {
            images.Add(LabelSubject.Of((await storage.Images.AddAsync(Sample.Image($"{i}.png"), Token)).Id));
        }

        return images;
    }
}
