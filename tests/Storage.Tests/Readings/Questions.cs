namespace LogitLens.Storage.Tests.Readings;

/// <summary>Several questions about one picture: layers that are alike up to the picture's end and differ behind it.</summary>
internal static class Questions
{
    public const int Layers = 3;

    /// <summary>Positions up to the picture's end.</summary>
    public const int Shared = 9;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Positions of one question's prompt: some have more of their own than others.</summary>
    public static int PositionsOf(int question) => Shared + 2 + (question % 3);

    public static AnalysisLayout Layout(int question) => new(
        640,
        480,
        new PixelBox(80, 0, 480, 480),
        [.. Enumerable.Range(0, PositionsOf(question)).Select(i => i is > 1 and < Shared
            ? new LayoutPosition(900, 1, 0, (i - 2) / 3, (i - 2) % 3, new PixelBox(80 + (i * 10), 0, 10, 480))
            : new LayoutPosition(i < Shared ? i : (question * 7) + i, 0, null, null, null, null))]);

    public static LayerArrays Arrays(int question, int layer, RunSettings settings)
    {
        var count = PositionsOf(question);
        var tracked = settings.TrackedTokens?.ToArray() ?? [];
        var alike = new Random(layer);
        var own = new Random((question * 100) + layer);
        return new LayerArrays(
            layer,
            0,
            count,
            settings.TopK,
            Fill(settings.TopK, random => random.Next(1024)),
            Fill(settings.TopK, random => -random.NextSingle() * 6),
            Fill(1, random => random.NextSingle() * 9),
            tracked,
            Fill(tracked.Length, random => -random.NextSingle() * 12),
            Fill(tracked.Length, random => 1 + random.Next(1024)));

        T[] Fill<T>(int width, Func<Random, T> next) => [.. Enumerable.Range(0, count * width).Select(i => next(i < Shared * width ? alike : own))];
    }

    public static byte[] Packed(int question, int layer, RunSettings settings) => ReadingCodec.Pack(Arrays(question, layer, settings), 1024);

    /// <summary>A run of so many questions about one picture.</summary>
    public static async Task<RunId> AddAsync(TestStorage storage, int questions, RunSettings? settings = null, string image = "picture.png")
    {
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint(layers: Layers - 1), Token);
        var picture = await storage.Images.AddAsync(Sample.Image(image), Token);
        var items = Enumerable.Range(0, questions).Select(i => new NewItem(picture.Id, $"USER: <image>\nQuestion {i}? ASSISTANT:")).ToList();
        return await storage.Runs.AddAsync(new NewRun($"questions about {image}", checkpoint.Id, settings ?? new RunSettings(TopK: 4), "{}", items), Token);
    }

    public static Task<IReadOnlyList<ClaimedAnalysis>> ClaimAsync(TestStorage storage) => storage.Queue.ClaimBatchAsync(null, 8, 16, Token);

    /// <summary>Their layouts, together or each alone.</summary>
    public static async Task BeginAsync(TestStorage storage, IReadOnlyList<ClaimedAnalysis> claimed, bool shared = true)
    {
        var started = claimed.Select((one, question) => new StartedAnalysis(one.Id, one.Attempt, Layout(question))).ToList();
        Assert.All(await storage.Queue.WriteLayoutsAsync(started, shared ? Shared : 0, Layers, Token), Assert.True);
    }

    public static async Task WriteLayerAsync(TestStorage storage, ClaimedAnalysis one, int question, int layer) =>
        Assert.True(await storage.Queue.WriteReadingAsync(one.Id, one.Attempt, ReadingSegment.Prompt, layer, Packed(question, layer, one.Settings), Token));

    /// <summary>Layer by layer, as the engine hands them over.</summary>
    public static async Task WriteAsync(TestStorage storage, IReadOnlyList<ClaimedAnalysis> claimed)
    {
        for (var layer = 0; layer < Layers; layer++)
        {
            for (var question = 0; question < claimed.Count; question++)
            {
                await WriteLayerAsync(storage, claimed[question], question, layer);
            }
        }
    }

    public static async Task CompleteAsync(TestStorage storage, IReadOnlyList<ClaimedAnalysis> claimed)
    {
        foreach (var one in claimed)
        {
            Assert.True(await storage.Queue.CompleteAsync(one.Id, one.Attempt, [5, 2], "a cat", Token));
        }
    }

    /// <summary>A run of questions from beginning to end.</summary>
    public static async Task<(RunId Run, IReadOnlyList<ClaimedAnalysis> Analyses)> FinishAsync(
        TestStorage storage, int questions, RunSettings? settings = null, bool shared = true, string image = "picture.png")
    {
        var run = await AddAsync(storage, questions, settings, image);
        var claimed = await ClaimAsync(storage);
        Assert.Equal(questions, claimed.Count);
        await BeginAsync(storage, claimed, shared);
        await WriteAsync(storage, claimed);
        await CompleteAsync(storage, claimed);
        return (run, claimed);
    }

    public static async Task<(long Prefixes, long Readings, long Summaries)> CountAsync(TestStorage storage) =>
        (await storage.CountAsync("Prefixes"), await storage.CountAsync("PrefixReadings"), await storage.CountAsync("PrefixSummaries"));
}
