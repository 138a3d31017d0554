using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Extensions.DependencyInjection;

namespace LogitLens.Benchmarks.Readings;

/// <summary>A database of many analyses of LLaVA-1.5's size, written the way the analysis service writes, and the questions asked of it.</summary>
internal sealed class ReadingsBenchmark
{
    /// <summary>Runs with different prompts on the same pictures.</summary>
    private const int Runs = 4;

    // Analyses made ahead of the writer.
    private const int Ahead = 6;

    private readonly int _analyses;
    private readonly int _topK;
    private readonly string _folder;
    private readonly string _path;

    private ReadingsBenchmark(int analyses, int topK, string folder)
    {
        _analyses = analyses;
        _topK = topK;
        _folder = folder;
        _path = Path.Combine(folder, "logitlens.db");
    }

    public static async Task<int> RunAsync(int analyses, int topK, string parent, bool keep, CancellationToken cancellationToken)
    {
        if (analyses < Runs || topK is < 1 or > 50)
        {
            Console.Error.WriteLine($"--analyses is {analyses} and --top-k {topK}: give {Runs} analyses or more, and 1 to 50 tokens.");
            return 1;
        }

        // A third more than the readings themselves: index, aggregates, pages, the write-ahead log.
        var needed = (long)analyses * PrototypeReadings.Layers * PrototypeReadings.Positions * ((4 * topK) + 2) * 4 / 3;
        Directory.CreateDirectory(parent);
        var free = new DriveInfo(Path.GetFullPath(parent)).AvailableFreeSpace;
        if (free < needed + (1L << 30))
        {
            Console.Error.WriteLine(
                $"{analyses} analyses at k = {topK} take about {Report.Bytes(needed)} and {parent} has {Report.Bytes(free)} free: free some, choose another --folder, or ask for fewer --analyses.");
            return 1;
        }

        var folder = Directory.CreateDirectory(Path.Combine(parent, $"readings-{Guid.NewGuid():N}")).FullName;
        try
        {
            await new ReadingsBenchmark(analyses, topK, folder).RunAsync(cancellationToken);
            return 0;
        }
        finally
        {
            if (keep)
            {
                Console.WriteLine($"Kept: {folder}");
            }
            else
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var prototypes = PrototypeReadings.Make(_topK);
        Console.WriteLine($"{_analyses:N0} analyses of {PrototypeReadings.Positions} positions × {PrototypeReadings.Layers} layers, k = {_topK}, in {Runs} runs; made from {prototypes.Source}.");
        await using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddLogitLensStorage(new StorageOptions { DatabasePath = _path })
            .BuildServiceProvider();
        await services.GetRequiredService<Database>().PrepareAsync(cancellationToken);
        var runs = await AddRunsAsync(services, prototypes, cancellationToken);
        await WriteAsync(services, prototypes, cancellationToken);
        SizeReport.Print(_path, _analyses, _topK);
        await new QueryReport(services, prototypes, runs, _analyses).PrintAsync(cancellationToken);
        Limits.Print(_folder, _analyses, new FileInfo(_path).Length, _topK);
    }

    private async Task<List<RunId>> AddRunsAsync(ServiceProvider services, PrototypeReadings prototypes, CancellationToken cancellationToken)
    {
        var checkpoint = await services.GetRequiredService<CheckpointStore>().AddAsync(
            new NewCheckpoint("benchmark", "llava-1.5 (generated)", "/models/generated", "llava", PrototypeReadings.Layers - 1, PrototypeReadings.Vocabulary, "F16", 0, "{}", prototypes.Tokens),
            cancellationToken);
        var images = services.GetRequiredService<ImageStore>();
        var pictures = new List<ImageId>();
        for (var i = 0; i < (_analyses + Runs - 1) / Runs; i++)
        {
            var bytes = BitConverter.GetBytes(i);
            pictures.Add((await images.AddAsync(new NewImage($"{Words.Of(i)}-{i}.jpg", bytes, "image/jpeg", 336, 336, 1, bytes), cancellationToken)).Id);
        }

        var runs = new List<RunId>();
        for (var run = 0; run < Runs; run++)
        {
            var items = pictures.Take((_analyses + Runs - 1 - run) / Runs).Select(picture => new NewItem(picture, $"USER: <image>\nQuestion {run}? ASSISTANT:")).ToList();
            runs.Add(await services.GetRequiredService<RunStore>().AddAsync(new NewRun($"run {run}", checkpoint.Id, new RunSettings(_topK), "{}", items), cancellationToken));
        }

        return runs;
    }

    /// <summary>Claims, writes and completes one analysis after another; what is timed is what the analysis service waits for, packing included.</summary>
    private async Task WriteAsync(ServiceProvider services, PrototypeReadings prototypes, CancellationToken cancellationToken)
    {
        var queue = services.GetRequiredService<AnalysisQueue>();
        var channel = Channel.CreateBounded<IReadOnlyList<LayerArrays>>(Ahead);
        var generated = new GeneratedAnalyses(prototypes);
        var generating = Task.Run(
            async () =>
            {
                for (var i = 0; i < _analyses; i++)
                {
                    await channel.Writer.WriteAsync(generated.Make(i), cancellationToken);
                }

                channel.Writer.Complete();
            },
            cancellationToken);

        var (layerTimes, completeTimes) = (new List<double>(), new List<double>());
        var (written, busy, wall) = (0, 0.0, Stopwatch.StartNew());
        Console.WriteLine();
        Console.WriteLine("| analyses written | file | bytes per analysis | ms per analysis so far |");
        Console.WriteLine("|---|---|---|---|");
        await foreach (var layers in channel.Reader.ReadAllAsync(cancellationToken))
        {
            var began = Stopwatch.GetTimestamp();
            var claimed = await queue.ClaimNextAsync(null, cancellationToken) ?? throw new InvalidOperationException("The queue is empty.");
            Require(await queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, PrototypeReadings.Layout, layers.Count, cancellationToken));
            foreach (var layer in layers)
            {
                var packed = ReadingCodec.Pack(layer, PrototypeReadings.Vocabulary);
                Require(await queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer.Layer, packed, cancellationToken));
            }

            var layersWritten = Stopwatch.GetTimestamp();
            Require(await queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, cancellationToken));
            layerTimes.Add(Stopwatch.GetElapsedTime(began, layersWritten).TotalMilliseconds);
            completeTimes.Add(Stopwatch.GetElapsedTime(layersWritten).TotalMilliseconds);
            busy += layerTimes[^1] + completeTimes[^1];
            written++;
            if (written == _analyses || written == _analyses / 2 || written == _analyses / 10)
            {
                var size = SizeReport.FileBytes(_path);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {written:N0} | {Report.Bytes(size)} | {size / written:N0} | {busy / written:0.0} |"));
            }
        }

        await generating;
        var totals = layerTimes.Zip(completeTimes, (a, b) => a + b).ToList();
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Writing: {busy / written:0.0} ms per analysis (median {Report.Median(totals):0.0}, p95 {Report.Percentile95(totals):0.0}, most {totals.Max():0}), {1000 * written / busy:0} analyses a second; "
            + $"packing and committing layers {layerTimes.Average():0.0} ms, marking Done with index and aggregates {completeTimes.Average():0.0} ms (median {Report.Median(completeTimes):0.0}). "
            + $"Wall clock {wall.Elapsed.TotalSeconds:0} s, making the readings included."));
    }

    private static void Require(bool written)
    {
        if (!written)
        {
            throw new InvalidOperationException("A write was refused.");
        }
    }
}
