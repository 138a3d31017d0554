namespace LogitLens.Storage.Tests.Catalogue;

public sealed class CheckpointStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddAsync_KnownHash_GetsTheNewFolder()
    {
        await using var storage = await TestStorage.CreateAsync();
        var first = await storage.Checkpoints.AddAsync(Sample.Checkpoint(), Token);

        var second = await storage.Checkpoints.AddAsync(Sample.Checkpoint() with { Folder = "/moved" }, Token);

        Assert.Equal(first with { Folder = "/moved" }, second);
        Assert.Equal(second, await storage.Checkpoints.FindAsync(first.Hash, Token));
        Assert.Equal(1, await storage.CountAsync("CheckpointTokens"));
    }

    [Fact]
    public async Task ListAsync_Several_ByNameWithTheirRuns()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddRunAsync(checkpoint: "zebra");
        await storage.AddRunAsync(checkpoint: "Ape");
        await storage.AddRunAsync(checkpoint: "zebra");

        Assert.Equal([("Ape", 1), ("zebra", 2)], (await storage.Checkpoints.ListAsync(Token)).Select(c => (c.Name, c.Runs)));
    }

    [Fact]
    public async Task ReadTokensAsync_WholeVocabulary_GivesBackEveryTokenInOrder()
    {
        await using var storage = await TestStorage.CreateAsync();
        string[] odd = ["", " ", "\n", "\0", "␣", "日本", "🐈‍⬛", "\"<b>", new string('x', 300)];
        var tokens = Enumerable.Range(0, 32_064).Select(i => new TokenRow(i, $"▁{i}{odd[i % odd.Length]}", odd[i % odd.Length], $"␣{i}", (byte)(i % 4))).ToList();
        await storage.Checkpoints.AddAsync(Sample.Checkpoint() with { Tokens = [.. tokens.AsEnumerable().Reverse()] }, Token);

        Assert.Equal(tokens, await storage.Checkpoints.ReadTokensAsync("hash-of-demo", Token));
        Assert.Empty(await storage.Checkpoints.ReadTokensAsync("unknown", Token));
    }

    [Fact]
    public async Task FindHashAsync_Remembered_IsFoundByTheWholeFingerprint()
    {
        await using var storage = await TestStorage.CreateAsync();

        await storage.Checkpoints.RememberHashAsync("folder|config.json|12|2026", "one", Token);
        await storage.Checkpoints.RememberHashAsync("folder|config.json|12|2026", "two", Token);

        Assert.Equal("two", await storage.Checkpoints.FindHashAsync("folder|config.json|12|2026", Token));
        Assert.Null(await storage.Checkpoints.FindHashAsync("folder|config.json|13|2026", Token));
    }
}
