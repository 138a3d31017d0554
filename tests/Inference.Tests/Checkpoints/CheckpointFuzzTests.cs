using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tests.Checkpoints;

/// <summary>Damages a small checkpoint at random, always the same way, and opens it.</summary>
public sealed class CheckpointFuzzTests
{
    private const int Rounds = 1000;

    // Parsing takes a few times a file's length (about 16 KiB here); what a header claims must take nothing.
    private const long MostAllocated = 4 << 20;

    [Theory]
    [InlineData("model-00001-of-00003.safetensors", 1)]
    [InlineData("model-00003-of-00003.safetensors", 2)]
    [InlineData(CheckpointFolder.Index, 3)]
    [InlineData("config.json", 4)]
    public void Open_DamagedFile_OpensOrIsRefused(string name, int seed)
    {
        using var folder = new CheckpointFolder();
        var original = File.ReadAllBytes(folder.CompleteInShards().At(name));
#pragma warning disable CA5394 // The same damage on every machine is the point.
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var damaged = (byte[])original.Clone();
            if (round % 5 == 0)
            {
                damaged = damaged[..random.Next(damaged.Length)];
            }

            for (var flips = round % 4; flips > 0 && damaged.Length > 0; flips--)
            {
                // Mostly in the length and the header; the numbers after them may be anything.
                var at = random.Next(Math.Min(damaged.Length, round % 3 == 0 ? 64 : 2048));
                damaged[at] = (round & 8) == 0 ? (byte)random.Next(256) : (byte)"0123456789\"{}[]:,-. eE\\u"[random.Next(24)];
            }
#pragma warning restore CA5394

            folder.Write(name, damaged);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Checkpoint.Open(folder.Path).Dispose();
            }
            catch (RefusedInputException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
        }

        Assert.InRange(refused, Rounds / 2, Rounds);
    }
}
