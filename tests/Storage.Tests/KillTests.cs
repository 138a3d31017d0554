using System.Diagnostics;
using System.Globalization;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests;

public sealed class KillTests
{
    private const int Layers = 5;

    // A layer takes a millisecond or two, the transaction that marks Done tens of them.
    private const int MostMilliseconds = 40;

    // The program of a round starts anew, and eight builds may share the machine.
    [Fact(Timeout = 900_000)]
    public async Task Kill_TwentyTimesDuringWrites_LosesNoDoneAndTheRestIsDoneAgain()
    {
        var token = TestContext.Current.CancellationToken;
        await using var storage = await TestStorage.CreateAsync();
        var run = await AddLongRunAsync(storage);
        var random = new Random(20261124);
        var reportedDone = new HashSet<long>();

        for (var kill = 0; kill < 20; kill++)
        {
            // At any point of an analysis: the number of lines read says how far it has certainly come, the kill lands somewhere after.
            using (var writer = KilledWriter.Start(storage.Path))
            {
                reportedDone.UnionWith(await KillAsync(writer, random.Next(5, 25), random.Next(MostMilliseconds)));
            }

            // Pages, references, completeness, checksums; index rows and totals counted again from the readings.
            Assert.Empty((await storage.Check.CheckAsync(null, token)).Findings);
            var done = (await storage.Runs.ListAnalysesAsync(run, AnalysisState.Done, 0, 2_000, token)).Items;
            Assert.Subset(done.Select(d => d.Id.Value).ToHashSet(), reportedDone);
            foreach (var row in done)
            {
                var readings = await storage.Readings.ReadAsync(row.Id, 0, token);
                Assert.Equal(Enumerable.Range(0, Layers + 1), readings.Select(r => ReadingCodec.Unpack(r).Layer));
            }

            var tokens = await storage.TokenIndex.FindTokensAsync(string.Empty, TokenMatch.Contains, new TokenFilter(), null, 1, token);
            Assert.Equal(done.Count, done.Count == 0 ? 0 : tokens.Items[0].Analyses);
        }

        var interrupted = (await storage.Runs.ListAnalysesAsync(run, AnalysisState.Running, 0, 10, token)).Items;
        Assert.InRange(interrupted.Count, 0, 1);
        Assert.Equal(interrupted.Count, await storage.Queue.RequeueInterruptedAsync(token));
        Assert.Equal(0, (await storage.Runs.ListAnalysesAsync(run, AnalysisState.Running, 0, 10, token)).Total);

        var next = await storage.ClaimAsync();
        await storage.WriteAsync(next);
        Assert.True(await storage.Queue.CompleteAsync(next.Id, next.Attempt, [], null, token));
        Assert.Equal(interrupted.Select(i => (i.Id, i.Attempt + 1)).Take(1), interrupted.Select(_ => (next.Id, next.Attempt)).Take(1));
        Assert.NotEmpty(reportedDone);
    }

    [Fact(Timeout = 900_000)]
    public async Task Kill_WhileQuestionsShareAPrefix_LosesNoDoneAndOrphansNothing()
    {
        var token = TestContext.Current.CancellationToken;
        await using var storage = await TestStorage.CreateAsync();
        var run = await AddLongRunAsync(storage);
        var random = new Random(20261125);
        var reportedDone = new HashSet<long>();
        var interrupted = 0;

        for (var kill = 0; kill < 10; kill++)
        {
            // A group of four has 29 lines.
            using (var writer = KilledWriter.StartQuestions(storage.Path))
            {
                reportedDone.UnionWith(await KillAsync(writer, random.Next(20, 60), random.Next(MostMilliseconds)));
            }

            Assert.Empty((await storage.Check.CheckAsync(null, token)).Findings);
            var done = (await storage.Runs.ListAnalysesAsync(run, AnalysisState.Done, 0, 2_000, token)).Items;
            Assert.Subset(done.Select(d => d.Id.Value).ToHashSet(), reportedDone);
            foreach (var row in done)
            {
                var readings = (await storage.Readings.ReadAsync(row.Id, 0, token)).Select(packed => ReadingCodec.Unpack(packed)).ToList();
                Assert.Equal(Enumerable.Range(0, Layers + 1), readings.Select(r => r.Layer));
                Assert.All(readings, r => Assert.Equal(Sample.Packed(r.Layer, r.Positions, 10), ReadingCodec.Pack(r, 1024)));
            }

            // What is not Done gives its part back; a prefix stays only with somebody Done.
            interrupted += await storage.Queue.RequeueInterruptedAsync(token);
            Assert.Equal(done.Count, await storage.CountAsync("Summaries"));
            Assert.Equal(done.Count * (Layers + 1), await storage.CountAsync("Readings"));
            Assert.Equal(await storage.CountAsync("Prefixes") * (Layers + 1), await storage.CountAsync("PrefixReadings"));
            Assert.Equal(await storage.CountAsync("Prefixes"), await storage.CountAsync("PrefixSummaries"));
            Assert.Empty((await storage.Check.CheckAsync(null, token)).Findings);
        }

        Assert.NotEmpty(reportedDone);
        Assert.NotEqual(0, interrupted);
    }

    private static async Task<RunId> AddLongRunAsync(TestStorage storage)
    {
        var token = TestContext.Current.CancellationToken;
        var checkpoint = await storage.Checkpoints.AddAsync(Sample.Checkpoint(layers: Layers), token);
        var image = await storage.Images.AddAsync(Sample.Image(), token);
        return await storage.Runs.AddAsync(new NewRun("long", checkpoint.Id, new RunSettings(), "{}", [.. Enumerable.Repeat(new NewItem(image.Id, Sample.Prompt), 2_000)]), token);
    }

    /// <summary>Lets a writer write so many lines and some milliseconds more, and kills it; returns the analyses it had reported Done.</summary>
    private static async Task<HashSet<long>> KillAsync(Process writer, int lines, int milliseconds)
    {
        var token = TestContext.Current.CancellationToken;
        var done = new HashSet<long>();
        try
        {
            for (; lines > 0; lines--)
            {
                var line = Assert.IsType<string>(await writer.StandardOutput.ReadLineAsync(token));
                if (line.EndsWith("done", StringComparison.Ordinal))
                {
                    done.Add(long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture));
                }
            }

            await Task.Delay(milliseconds, token);
            return done;
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync(CancellationToken.None);
        }
    }
}
