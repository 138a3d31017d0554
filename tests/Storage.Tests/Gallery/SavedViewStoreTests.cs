namespace LogitLens.Storage.Tests.Gallery;

public sealed class SavedViewStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ListAsync_TwoOwners_EachSeesTheirsAndWhatIsShared()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.Views.AddAsync("beta", "text=cat", "ada", "Ada", isShared: false, Token);
        await storage.Views.AddAsync("alpha", "text=dog", "bob", null, isShared: true, Token);
        await storage.Views.AddAsync("gamma", "text=sun", "bob", null, isShared: false, Token);

        Assert.Equal([("alpha", false), ("beta", true)], (await storage.Views.ListAsync("ada", Token)).Select(view => (view.Name, view.IsMine)));
        Assert.Equal(["alpha"], (await storage.Views.ListAsync(null, Token)).Select(view => view.Name));
    }

    [Fact]
    public async Task ChangeAsync_AndDeleteAsync_KeepTheQuery()
    {
        await using var storage = await TestStorage.CreateAsync();
        var id = await storage.Views.AddAsync("beta", "text=cat", "ada", null, isShared: false, Token);

        Assert.True(await storage.Views.ChangeAsync(id, " gamma ", isShared: true, Token));

        var view = Assert.Single(await storage.Views.ListAsync(null, Token));
        Assert.Equal(("gamma", "text=cat"), (view.Name, view.Query));
        Assert.True(await storage.Views.DeleteAsync(id, Token));
        Assert.False(await storage.Views.DeleteAsync(id, Token));
        Assert.False(await storage.Views.ChangeAsync(id, "x", isShared: true, Token));
    }

    [Fact]
    public async Task AddAsync_NameThatCannotBe_Refuses()
    {
        await using var storage = await TestStorage.CreateAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => storage.Views.AddAsync(" ", "q", "ada", null, isShared: false, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => storage.Views.AddAsync(new string('x', SavedViewStore.LongestName + 1), "q", "ada", null, isShared: false, Token));
    }
}
