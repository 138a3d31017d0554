using System.Diagnostics;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests;

public sealed class LensEngineEnduranceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Residency.Resident)]
    [InlineData(Residency.Streamed)]
    public void Analyze_TwoHundredTimes_KeepsTensorsAndMemoryFlat(Residency residency)
    {
        using var checkpoint = Checkpoint.Open(SharedFolder.Require("goldens/experiments/checkpoint"));
        using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, residency, Token);
        var inputs = Pictures(3).Select(picture => Prepare(engine, picture, "What is there?")).ToList();
        inputs.Add(engine.Prepare(inputs[0], "Is there a cat?", 4));
        for (var i = 0; i < 10; i++)
        {
            Analyze(engine, inputs);
        }

        var tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var memory = Resident();
        for (var i = 0; i < 50; i++)
        {
            // Four analyses each time.
            Analyze(engine, inputs);
        }

        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        // Other tests run beside this one; a leak of one residual stream an analysis would be more.
        var grown = Resident() - memory;
        Assert.True(grown < 96L << 20, $"Resident memory grew by {grown >> 20} MiB.");
    }

    [Theory]
    [InlineData(Residency.Resident)]
    [InlineData(Residency.Streamed)]
    public void Analyze_CancelledInsideABlock_EndsBeforeTheNext(Residency residency)
    {
        using var checkpoint = Checkpoint.Open(SharedFolder.Require("demo/checkpoint"));
        using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, residency, Token);
        var inputs = Pictures(4).Select(picture => Prepare(engine, picture, "What is there?")).ToList();
        using var source = new CancellationTokenSource();
        var after = 0;

        // The reading of layer 5 is handed over between two blocks; whoever cancels there waits for nothing more than what has begun.
        Assert.Throws<OperationCanceledException>(() => engine.Analyze(
            inputs,
            new LensSettings(),
            0,
            new BatchObserver((_, reading) =>
            {
                if (reading.Layer == 5)
                {
                    source.Cancel();
                }

                after += reading.Layer > 5 ? 1 : 0;
            }),
            source.Token));
        Assert.Equal(0, after);
    }

    [Fact]
    public void Analyze_FileCutShortWhileStreaming_IsRefusedAndTheOthersGoOnAfterItIsRestored()
    {
        using var folder = new CheckpointFolderCopy(SharedFolder.Require("goldens/experiments/checkpoint"));
        using var checkpoint = Checkpoint.Open(folder.Path);
        using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, Residency.Streamed, Token);
        var inputs = Pictures(1).Select(picture => Prepare(engine, picture, "What is there?")).ToList();
        Analyze(engine, inputs);
        var weights = System.IO.Path.Combine(folder.Path, "model.safetensors");
        var whole = File.ReadAllBytes(weights);

        // Several times, since what is being read ahead at the moment of a refusal fails too, or does not.
        for (var round = 0; round < 5; round++)
        {
            using (var file = new FileStream(weights, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.SetLength(whole.Length / 4);
            }

            var refusal = Assert.Throws<RefusedInputException>(() => Analyze(engine, inputs));
            Assert.Contains("cut short", refusal.Message, StringComparison.Ordinal);
            using (var file = new FileStream(weights, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.Write(whole);
            }

            Analyze(engine, inputs);
        }
    }

    private static long Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static void Analyze(LensEngine engine, IReadOnlyList<PreparedInput> inputs) =>
        engine.Analyze(inputs, new LensSettings(TrackedTokens: [7]), 4, new BatchObserver((_, _) => { }), Token);

    private static PreparedInput Prepare(LensEngine engine, byte[] picture, string question) =>
        engine.Prepare(picture, question, PictureOrientation.AsStored, PictureLimits.Default, 4);

    private static IEnumerable<byte[]> Pictures(int count) => Directory.GetFiles(SharedFolder.Require("demo/pictures"))
        .Where(path => !path.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(count).Select(File.ReadAllBytes);

    private sealed class CheckpointFolderCopy : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logitlens-test-");

        public CheckpointFolderCopy(string source)
        {
            foreach (var file in Directory.GetFiles(source))
            {
                File.Copy(file, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file)));
            }
        }

        public string Path => _folder.FullName;

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
