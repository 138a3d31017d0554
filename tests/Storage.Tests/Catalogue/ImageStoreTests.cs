namespace LogitLens.Storage.Tests.Catalogue;

public sealed class ImageStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddAsync_NewPicture_IsKeptWithItsFiles()
    {
        await using var storage = await TestStorage.CreateAsync();

        var row = await storage.Images.AddAsync(Sample.Image("garden.jpg", "abc"), Token);

        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", row.Sha256);
        Assert.Equal(("garden.jpg", "image/jpeg", 640, 480, 1, 3L, 0), (row.Name, row.MediaType, row.Width, row.Height, row.ExifOrientation, row.ByteLength, row.Analyses));
        Assert.Equal(storage.Clock.GetUtcNow(), row.AddedAt);
        var file = await storage.Images.ReadAsync(row.Sha256, Token);
        Assert.Equal("abc"u8.ToArray(), file?.Bytes);
        Assert.Equal(("image/jpeg", "garden.jpg"), (file?.MediaType, file?.Name));
        Assert.Equal("abc"u8.ToArray(), (await storage.Images.ReadAsync(row.Id, Token))?.Bytes);
        var thumbnail = await storage.Images.ReadThumbnailAsync(row.Sha256, Token);
        Assert.Equal([9, 8, 7], thumbnail?.Bytes);
        Assert.Equal("image/webp", thumbnail?.MediaType);
    }

    [Fact]
    public async Task AddAsync_SameBytesAgain_ReturnsTheFirst()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await storage.Images.AddAsync(Sample.Image("a.png", "same"), Token);

        var second = await storage.Images.AddAsync(Sample.Image("b.png", "same"), Token);

        Assert.Equal(first, second);
        Assert.Equal(1, await storage.CountAsync("ImageContents"));
    }

    [Fact]
    public async Task FindAndRead_Unknown_AreNull()
    {
        await using var storage = await TestStorage.CreateAsync();

        Assert.Null(await storage.Images.FindAsync("00", Token));
        Assert.Null(await storage.Images.ReadAsync("00", Token));
        Assert.Null(await storage.Images.ReadAsync(new ImageId(5), Token));
        Assert.Null(await storage.Images.ReadThumbnailAsync("00", Token));
    }

    [Theory]
    [InlineData("GARTEN", "Garten.jpg")]
    [InlineData("ü", "Müller.png")]
    [InlineData("МУЗЫКА", "музыка в снегу.png")]
    [InlineData("100%", "100% wool.png")]
    [InlineData("_", "under_score.png")]
    public async Task ListAsync_Search_FindsPartsInAnyCaseLiterally(string search, string expected)
    {
        await using var storage = await TestStorage.CreateAsync();
        foreach (var name in new[] { "Garten.jpg", "Mu\u0308ller.png", "музыка в снегу.png", "100% wool.png", "under_score.png", "other" })
        {
            await storage.Images.AddAsync(Sample.Image(name), Token);
        }

        var page = await storage.Images.ListAsync(search, 0, 10, Token);

        Assert.Equal(1, page.Total);
        Assert.Equal(expected.Normalize(), page.Items[0].Name.Normalize());
    }

    [Fact]
    public async Task ListAsync_Pages_NewestFirstWithCounts()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(3);
        var done = await storage.FinishNextAsync();
        await storage.FinishNextAsync();

        var page = await storage.Images.ListAsync(null, 1, 5, Token);

        Assert.Equal(3, page.Total);
        Assert.Equal(["picture-1.png", "picture-0.png"], page.Items.Select(i => i.Name));
        Assert.Equal((1, done), (page.Items[1].Analyses, page.Items[1].LatestDone));
        Assert.Null((await storage.Images.ListAsync(" ", 0, 1, Token)).Items[0].LatestDone);
        Assert.Empty((await storage.Images.ListAsync(null, 3, 5, Token)).Items);
    }

    [Fact]
    public async Task FindAsync_ManyIds_ComeInTheOrderAskedFor()
    {
        await using var storage = await TestStorage.CreateAsync();
        var a = await storage.Images.AddAsync(Sample.Image("a"), Token);
        var b = await storage.Images.AddAsync(Sample.Image("b"), Token);
        List<ImageId> ids = [b.Id, .. Enumerable.Range(1000, 2000).Select(i => new ImageId(i)), a.Id, b.Id];

        Assert.Equal([b, a, b], await storage.Images.FindAsync(ids, Token));
    }

    [Fact]
    public async Task ListAnalysesAsync_SeveralRuns_NewestFirst()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await storage.AddRunAsync();
        var second = await storage.AddRunAsync();
        var image = (await storage.Images.ListAsync(null, 0, 1, Token)).Items.Single();

        var analyses = await storage.Images.ListAnalysesAsync(image.Id, Token);

        Assert.Equal([second, first], analyses.Select(a => a.Run));
        Assert.All(analyses, a => Assert.Equal((image.Sha256, image.Name), (a.ImageSha256, a.ImageName)));
    }

    [Fact]
    public async Task DeleteUnusedAsync_SomeUsed_DeletesTheOthers()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync();
        var used = (await storage.Images.ListAsync(null, 0, 1, Token)).Items.Single();
        var unused = await storage.Images.AddAsync(Sample.Image("unused"), Token);

        Assert.Equal(1, await storage.Images.DeleteUnusedAsync([used.Id, unused.Id, new ImageId(77)], Token));

        Assert.NotNull(await storage.Images.FindAsync(used.Sha256, Token));
        Assert.Null(await storage.Images.FindAsync(unused.Sha256, Token));
        Assert.Equal(1, await storage.CountAsync("ImageThumbnails"));
    }
}
