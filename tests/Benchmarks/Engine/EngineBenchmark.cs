using System.Diagnostics;
using System.Globalization;
using LogitLens.Inference;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Benchmarks.Engine;

/// <summary>The engine's speed beside the machine's: time per picture and stage, the floor that the measured GEMM rates set, and the ratio.</summary>
internal static class EngineBenchmark
{
    private static readonly string[] Questions =
    [
        "Describe the image.", "Is there a cat?", "What is on the left?", "What is on the right?", "Is there a violin?", "Is there a dog?", "What is there?", "Is there a penguin?",
    ];

    internal static async Task<int> RunAsync(EngineOptions options)
    {
        TorchRuntime.Start();
        var demo = Path.Combine(AppContext.BaseDirectory, "demo", "checkpoint");
        var shape = RandomCheckpoint.Shapes.FirstOrDefault(shape => shape.Name == options.Shape);
        var folder = shape is null ? demo : Path.Combine(options.Folder, shape.Name);
        if (shape is not null)
        {
            RandomCheckpoint.Ensure(shape, demo, folder);
        }

        try
        {
            var batch = options.Batch ?? options.Shape switch { "demo" => 8, "1b" => 4, _ => 2 };
            var images = options.Images ?? Math.Max(batch, options.Shape == "demo" ? 16 : 0);
            var questions = options.Questions ?? (options.Shape == "7b" ? 0 : Questions.Length);
            string[] residencies = options.Residency is { } one ? [one] : options.Shape switch { "demo" => ["resident"], "1b" => ["streamed", "resident"], _ => ["streamed"] };
            using var checkpoint = Checkpoint.Open(folder);
            Console.WriteLine($"Shape {options.Shape}: {images} pictures, {batch} at a time; {torch.get_num_threads()} threads; {checkpoint.Weights.StoredBytes / 1e9:0.00} GB stored.");
            Floor? floor = null;
            foreach (var residency in residencies)
            {
                var measured = await MeasureAsync(checkpoint, Enum.Parse<Residency>(residency, ignoreCase: true), images, batch, questions, options.Answer, options.TopK);
                floor ??= MeasureFloor(checkpoint.Config, measured.Positions, batch);
                Print(options.Shape, residency, measured, floor);
                if (options.Answer > 1)
                {
                    PrintAnswer(checkpoint, folder, measured, residency, options.Answer, batch);
                }
                else if (residency == "streamed")
                {
                    Line("read and convert", null, $"{Rates.ReadAndConvert(checkpoint) / 1e9:0.0} GB/s of stored blocks; the file alone reads at {Rates.Read(Path.Combine(folder, "model.safetensors")) / 1e9:0.0} GB/s");
                }
            }

            return 0;
        }
        finally
        {
            if (shape is not null && !options.Keep)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<Measured> MeasureAsync(Checkpoint checkpoint, Residency residency, int images, int batch, int questions, int answerTokens, int topK)
    {
        PeakMemory.Reset();
        var watch = Stopwatch.StartNew();
        using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, residency, CancellationToken.None);
        var load = watch.Elapsed.TotalSeconds;
        await using var database = await DatabaseWrite.CreateAsync(engine);
        var pictures = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "demo", "pictures")).Where(path => !path.EndsWith(".json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var settings = new LensSettings(topK);

        // One picture, and for small shapes as many batches as the runtime needs to optimise its own code.
        watch.Restart();
        for (var count = 1; count == 1 || watch.Elapsed.TotalSeconds < 3; count = batch)
        {
            Analyze(engine, PrepareAll(engine, [.. Enumerable.Range(0, count).Select(i => pictures[i % pictures.Count])]), settings, Math.Min(2, answerTokens));
        }

        double decode = 0, preprocess = 0, write = 0;
        var stages = new List<Stages>();
        var positions = 0;
        for (var start = 0; start < images; start += batch)
        {
            byte[][] some = [.. Enumerable.Range(start, Math.Min(batch, images - start)).Select(i => pictures[i % pictures.Count])];

            // As the product does: side by side. Decoding is timed once more by itself, and taken off.
            watch.Restart();
            Parallel.ForEach(some, picture => PictureDecoder.Decode(picture, PictureOrientation.AsStored, PictureLimits.Default));
            var decoded = watch.Elapsed.TotalSeconds;
            watch.Restart();
            var inputs = PrepareAll(engine, some);
            decode += decoded;
            preprocess += Math.Max(0, watch.Elapsed.TotalSeconds - decoded);

            positions = inputs[0].Positions.Count;
            var (times, readings) = Analyze(engine, inputs, settings, answerTokens);
            stages.Add(times);
            for (var i = 0; i < inputs.Length; i++)
            {
                watch.Restart();
                await database.WriteAsync(inputs[i], pictures[(start + i) % pictures.Count], readings[i], engine.Config.Text.VocabularySize, topK);
                write += watch.Elapsed.TotalSeconds;
            }
        }

        double? ratio = null;
        (DatabaseWrite.Stored One, DatabaseWrite.Stored Several)? stored = null;
        if (questions > 1)
        {
            var first = Prepare(engine, pictures[0]);
            var one = Best(() => Analyze(engine, [Prepare(engine, pictures[0])], settings, 0));
            var several = Best(() => Analyze(engine, Ask(), settings, 0));
            ratio = several / one;
            var asked = Ask();
            var (_, alone) = Analyze(engine, [first], settings, 0);
            var (_, together) = Analyze(engine, asked, settings, 0);
            stored = (
                await database.WriteAsync(first, pictures[0], alone[0], engine.Config.Text.VocabularySize, topK),
                await database.WriteAsync(asked, pictures[0], together, engine.Config.Text.VocabularySize, topK));

            List<PreparedInput> Ask() => [.. Enumerable.Range(0, questions).Select(i => i == 0 ? Prepare(engine, pictures[0]) : engine.Prepare(first, Questions[i % Questions.Length], 0))];
        }

        var sum = stages.Aggregate((a, b) => new Stages(a.Tower + b.Tower, a.Decoder + b.Decoder, a.Lens + b.Lens, a.Answer + b.Answer));
        return new Measured(
            load, decode / images, preprocess / images, new Stages(sum.Tower / images, sum.Decoder / images, sum.Lens / images, sum.Answer / images), write / images,
            positions, questions, ratio, stored, PeakMemory.Read());
    }

    private static double Best(Action action)
    {
        var best = double.MaxValue;
        var watch = Stopwatch.StartNew();
        do
        {
            var began = watch.Elapsed.TotalSeconds;
            action();
            best = Math.Min(best, watch.Elapsed.TotalSeconds - began);
        }
        while (watch.Elapsed.TotalSeconds < 2);

        return best;
    }

    private static PreparedInput Prepare(LensEngine engine, byte[] picture) =>
        engine.Prepare(picture, PromptTemplate.DefaultQuestion, PictureOrientation.AsStored, PictureLimits.Default, 0);

    private static PreparedInput[] PrepareAll(LensEngine engine, byte[][] pictures)
    {
        var inputs = new PreparedInput[pictures.Length];
        Parallel.For(0, pictures.Length, i => inputs[i] = Prepare(engine, pictures[i]));
        return inputs;
    }

    private static (Stages Times, List<LayerReading>[] Readings) Analyze(LensEngine engine, IReadOnlyList<PreparedInput> inputs, LensSettings settings, int answerTokens)
    {
        var readings = inputs.Select(_ => new List<LayerReading>()).ToArray();
        double vision = 0, prompt = 0;
        var watch = Stopwatch.StartNew();
        engine.Analyze(
            inputs,
            settings,
            answerTokens,
            new BatchObserver((i, reading) =>
            {
                if (reading.FirstPosition == 0)
                {
                    readings[i].Add(reading);
                }
            })
            {
                OnProgress = progress =>
                {
                    switch (progress.Stage)
                    {
                        case AnalysisStage.Vision:
                            vision = watch.Elapsed.TotalSeconds;
                            break;
                        case AnalysisStage.Layers:
                            prompt = watch.Elapsed.TotalSeconds;
                            break;
                    }
                },
            },
            CancellationToken.None);
        var lens = engine.LensTime.TotalSeconds;
        return (new Stages(vision, prompt - vision - lens, lens, watch.Elapsed.TotalSeconds - prompt), readings);
    }

    private static Floor MeasureFloor(CheckpointConfig config, int positions, int batch)
    {
        var times = new Dictionary<string, (double Fastest, double Multiplication)>();
        double flops = 0;
        foreach (var gemm in Work.Of(config, positions, config.Text.Layers + 1, batch))
        {
            var (multiplication, convolution) = Rates.Gemm(gemm, batch);
            flops += gemm.Flops;
            var (fastest, plain) = times.GetValueOrDefault(gemm.Stage);
            times[gemm.Stage] = (fastest + (gemm.Flops / Math.Max(multiplication, convolution)), plain + (gemm.Flops / multiplication));
            Line($"GEMM {gemm.Stage} {gemm.M}×{gemm.K}×{gemm.N}", null, $"matrix product {multiplication / 1e9,5:0} GFLOP/s, convolution {convolution / 1e9,5:0} GFLOP/s");
        }

        // Per picture: rows of a batch are shared out.
        return new Floor(times.ToDictionary(pair => pair.Key, pair => (pair.Value.Fastest / batch, pair.Value.Multiplication / batch)), flops / batch);
    }

    private static void Print(string shape, string residency, Measured measured, Floor floor)
    {
        var (tower, decoder, lens, answer) = measured.Stages;
        Console.WriteLine();
        Console.WriteLine($"{residency}, per picture: time, and against the floor at the fastest rate / at the matrix product's");
        Line("load", measured.Load, string.Empty);
        Line("decode", measured.Decode, string.Empty);
        Line("preprocess", measured.Preprocess, string.Empty);
        Line("tower and projector", tower, floor.Ratio(tower, "tower"));
        Line("decoder", decoder, floor.Ratio(decoder, "decoder"));
        Line("lens", lens, floor.Ratio(lens, "lens"));
        var total = measured.Decode + measured.Preprocess + tower + decoder + lens;
        var (fastest, plain) = floor.Sum("tower", "decoder", "lens");
        var goal = shape == "demo" ? 1.3 : 1.1;
        Line("picture, no answer", total, floor.Ratio(total, "tower", "decoder", "lens"));
        Line("", null, $"goal {goal:0.00}×: {Verdict(total / fastest, goal)} at the fastest rate, {Verdict(total / plain, goal)} at the matrix product's");
        Line("answer", answer, string.Empty);
        Line("write (meanwhile, in the product)", measured.Write, string.Empty);
        Line("floor", floor.Sum("tower", "decoder", "lens").Fastest, $"{floor.Flops / 1e12:0.000} TFLOP");
        if (measured.QuestionsRatio is { } ratio)
        {
            Line($"{measured.Questions} questions on one picture", null, $"{ratio:0.00}× the time of one; goal 1.35×: {Verdict(ratio, 1.35)}");
        }

        if (measured.Stored is var (one, several))
        {
            Line($"readings stored of {measured.Questions} questions", null, $"{several.Readings:N0} bytes, {(double)several.Readings / one.Readings:0.00}× those of one ({one.Readings:N0})");
            Line($"file of {measured.Questions} questions", null, $"{several.File:N0} bytes with index and statistics, {(double)several.File / one.File:0.00}× that of one ({one.File:N0})");
            Line($"write of {measured.Questions} questions", several.Seconds, $"{several.Seconds / one.Seconds:0.00}× that of one");
        }

        Line("peak resident memory", null, measured.Peak);
    }

    private static string Verdict(double ratio, double goal) => ratio <= goal ? "PASS" : "MISS";

    private static void PrintAnswer(Checkpoint checkpoint, string folder, Measured measured, string residency, int answerTokens, int batch)
    {
        var text = checkpoint.Config.Text;
        var blocks = checkpoint.Weights.Keys.Where(key => key.StartsWith("language_model.model.layers.", StringComparison.Ordinal)).ToList();
        var stored = blocks.Sum(key => checkpoint.Weights.TensorOf(key).End - checkpoint.Weights.TensorOf(key).Begin);
        var wide = 4L * (blocks.Sum(key => checkpoint.Weights.TensorOf(key).Elements) + ((long)text.VocabularySize * text.HiddenSize));

        // The first token comes of the prompt; each later one needs all weights once, whatever the batch.
        var steps = answerTokens - 1;
        var rate = residency == "streamed" ? Rates.ReadAndConvert(checkpoint) : Rates.MemoryBandwidth();
        var floor = steps * (residency == "streamed" ? stored : wide) / rate / batch;
        var what = residency == "streamed"
            ? $"{stored / 1e9:0.00} GB a token at {rate / 1e9:0.0} GB/s read and converted; the file alone reads at {Rates.Read(Path.Combine(folder, "model.safetensors")) / 1e9:0.0} GB/s"
            : $"{wide / 1e9:0.00} GB a token at {rate / 1e9:0.0} GB/s of memory";
        Line($"answer of {answerTokens} tokens", measured.Stages.Answer, $"{measured.Stages.Answer / floor:0.00}× its floor of {floor:0.000} s ({what})");
    }

    private static void Line(string what, double? seconds, string note) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-36} {(seconds is { } s ? s.ToString("0.0000 s", CultureInfo.InvariantCulture) : string.Empty),12}  {note}"));

    private readonly record struct Stages(double Tower, double Decoder, double Lens, double Answer);

    private sealed record Measured(
        double Load, double Decode, double Preprocess, Stages Stages, double Write, int Positions, int Questions, double? QuestionsRatio,
        (DatabaseWrite.Stored One, DatabaseWrite.Stored Several)? Stored, string Peak);

    private sealed record Floor(Dictionary<string, (double Fastest, double Multiplication)> Times, double Flops)
    {
        public (double Fastest, double Multiplication) Sum(params string[] stages) => (stages.Sum(stage => Times[stage].Fastest), stages.Sum(stage => Times[stage].Multiplication));

        public string Ratio(double time, params string[] stages)
        {
            var (fastest, multiplication) = Sum(stages);
            return string.Create(CultureInfo.InvariantCulture, $"{time / fastest:0.00}× of {fastest:0.000} s / {time / multiplication:0.00}× of {multiplication:0.000} s");
        }
    }
}
