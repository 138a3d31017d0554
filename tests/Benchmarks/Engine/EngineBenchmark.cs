using System.Diagnostics;
using System.Globalization;
using LogitLens.Inference;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Benchmarks.Engine;

/// <summary>The engine's speed beside the machine's: time per stage, the floor that the measured GEMM rate sets, and the ratio.</summary>
internal static class EngineBenchmark
{
    internal static int Run(string shapeName, int images, int answerTokens, int topK, string folder)
    {
        var demo = Path.Combine(AppContext.BaseDirectory, "demo", "checkpoint");
        var checkpointFolder = demo;
        if (RandomCheckpoint.Shapes.FirstOrDefault(shape => shape.Name == shapeName) is { } shape)
        {
            checkpointFolder = Path.Combine(folder, shapeName);
            RandomCheckpoint.Ensure(shape, demo, checkpointFolder);
        }

        using var checkpoint = Checkpoint.Open(checkpointFolder);
        var watch = Stopwatch.StartNew();
        using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, CancellationToken.None);
        Line("load", watch.Elapsed.TotalSeconds, $"{checkpoint.Weights.StoredBytes / 1e9 / watch.Elapsed.TotalSeconds:0.00} GB/s of stored weights");

        var pictures = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "demo", "pictures")).Where(path => !path.EndsWith(".json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var all = new LensSettings(topK);
        var lastOnly = new LensSettings(topK, [engine.Config.Text.Layers]);

        var prepare = new List<double>();
        var tower = new List<double>();
        var layers = new List<double>();
        var answer = new List<double>();
        var withoutLens = new List<double>();
        var positions = 0;
        for (var i = 0; i <= images; i++)
        {
            var picture = pictures[i % pictures.Count];
            watch.Restart();
            var input = engine.Prepare(picture, PromptTemplate.DefaultQuestion, PictureOrientation.AsStored, PictureLimits.Default, answerTokens);
            var prepared = watch.Elapsed.TotalSeconds;
            positions = input.Positions.Count;

            var (towerTime, layersTime, answerTime) = Analyze(engine, input, all, answerTokens);
            var (_, decoderTime, _) = Analyze(engine, input, lastOnly, 0);
            if (i == 0)
            {
                continue;
            }

            prepare.Add(prepared);
            tower.Add(towerTime);
            layers.Add(layersTime);
            answer.Add(answerTime);
            withoutLens.Add(decoderTime);
        }

        var work = Work.Of(engine.Config, positions, engine.Config.Text.Layers + 1);
        var floor = new Dictionary<string, double>();
        double flops = 0;
        foreach (var gemm in work)
        {
            var rate = MeasureGemm(gemm);
            flops += gemm.Flops;
            floor[gemm.Stage] = floor.GetValueOrDefault(gemm.Stage) + (gemm.Flops / rate);
            Line($"GEMM {gemm.Stage} {gemm.M}×{gemm.K}×{gemm.N}", null, $"{rate / 1e9:0.0} GFLOP/s");
        }

        var lensTime = Median(layers) - Median(withoutLens);
        Line("decode and preprocess", Median(prepare), "median");
        Line("tower and projector", Median(tower), Ratio(Median(tower), floor["tower"]));
        Line("decoder (lens at L only)", Median(withoutLens), Ratio(Median(withoutLens), floor["decoder"]));
        Line($"lens at the other {engine.Config.Text.Layers} layers", lensTime, Ratio(lensTime, floor["lens"]));
        Line($"answer, {answerTokens} tokens", Median(answer), "median");
        var total = Median(prepare) + Median(tower) + Median(layers);
        Line("picture, no answer", total, Ratio(total, floor.Values.Sum()));
        Line("floor", floor.Values.Sum(), $"{flops / 1e12:0.000} TFLOP at the rates above");
        Line("peak resident memory", null, PeakMemory());
        return 0;
    }

    private static (double Tower, double Layers, double Answer) Analyze(LensEngine engine, PreparedInput input, LensSettings settings, int answerTokens)
    {
        var watch = Stopwatch.StartNew();
        double visionDone = 0, promptDone = 0;
        engine.Analyze(
            input,
            settings,
            answerTokens,
            reading => promptDone = reading.FirstPosition == 0 ? watch.Elapsed.TotalSeconds : promptDone,
            progress => visionDone = progress.Stage == AnalysisStage.Vision ? watch.Elapsed.TotalSeconds : visionDone,
            CancellationToken.None);
        return (visionDone, promptDone - visionDone, watch.Elapsed.TotalSeconds - promptDone);
    }

    /// <summary>The rate of one product of this shape with fresh operands in rotation, best of several, in FLOP/s.</summary>
    private static double MeasureGemm(Gemm gemm)
    {
        using var scope = torch.NewDisposeScope();
        var left = torch.randn(gemm.M, gemm.K);
        var right = torch.randn(gemm.N, gemm.K);
        var single = gemm.Flops / gemm.Count;
        var best = double.MaxValue;
        var repeats = Math.Clamp((int)(2e9 / single), 1, 200);
        for (var round = 0; round < 5; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < repeats; i++)
            {
                using var product = torch.nn.functional.linear(left, right);
            }

            best = Math.Min(best, watch.Elapsed.TotalSeconds / repeats);
        }

        return single / best;
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Ratio(double time, double floor) => string.Create(CultureInfo.InvariantCulture, $"{time / floor:0.00}× its floor of {floor:0.000} s");

    private static string PeakMemory()
    {
        const string Key = "VmHWM:";
        var line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is null ? "not known on this system" : line[Key.Length..].Trim();
    }

    private static void Line(string what, double? seconds, string note) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-44} {(seconds is { } s ? s.ToString("0.0000 s", CultureInfo.InvariantCulture) : string.Empty),12}  {note}"));
}
