using System.CommandLine;
using LogitLens.Benchmarks.Engine;
using LogitLens.Benchmarks.Hostile;
using LogitLens.Benchmarks.Readings;

var shape = new Option<string>("--shape") { Description = "demo, 1b or 7b", DefaultValueFactory = _ => "demo" };
shape.AcceptOnlyFromAmong(["demo", .. RandomCheckpoint.Shapes.Select(s => s.Name)]);
var images = new Option<int>("--images") { Description = "Pictures analysed one after the other; the first is not counted.", DefaultValueFactory = _ => 3 };
var answer = new Option<int>("--answer") { Description = "Tokens of answer", DefaultValueFactory = _ => 0 };
var topK = new Option<int>("--top-k") { Description = "Tokens kept per position and layer", DefaultValueFactory = _ => 10 };
var folder = new Option<DirectoryInfo>("--folder")
{
    Description = "Where random checkpoints are kept (2.9 GB for 1b, 14 GB for 7b)",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "logitlens-benchmarks")),
};

var engine = new Command("engine", "Times one picture at a time through the engine, against the machine's own GEMM rate.") { shape, images, answer, topK, folder };
engine.SetAction(result => EngineBenchmark.Run(
    result.GetRequiredValue(shape),
    result.GetRequiredValue(images),
    result.GetRequiredValue(answer),
    result.GetRequiredValue(topK),
    result.GetRequiredValue(folder).FullName));

var analyses = new Option<int>("--analyses") { Description = "Analyses written and asked about", DefaultValueFactory = _ => 1000 };
var scratch = new Option<DirectoryInfo>("--folder")
{
    Description = "Where the database is written (10 GB for 10,000 analyses)",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "logitlens-benchmarks")),
};
var keep = new Option<bool>("--keep") { Description = "Leave the database there" };
var readings = new Command("readings", "Writes a database of many analyses of LLaVA-1.5's size, and times the questions asked of it.") { analyses, topK, scratch, keep };
readings.SetAction((result, cancellationToken) => ReadingsBenchmark.RunAsync(
    result.GetRequiredValue(analyses),
    result.GetRequiredValue(topK),
    result.GetRequiredValue(scratch).FullName,
    result.GetValue(keep),
    cancellationToken));

var files = new Option<int>("--files") { Description = "Damaged files to open", DefaultValueFactory = _ => 100_000 };
var seed = new Option<int>("--seed") { Description = "The first seed; the test suite uses 0 to 13", DefaultValueFactory = _ => 1000 };
var fuzz = new Command("fuzz", "Opens damaged checkpoint folders: each opens or is refused in a sentence, within bounded memory.") { files, seed };
fuzz.SetAction(result => FuzzBenchmark.Run(result.GetRequiredValue(files), result.GetRequiredValue(seed)));

return new RootCommand("LogitLens benchmarks. Run in Release: dotnet run -c Release --project tests/Benchmarks -- engine --shape demo") { engine, readings, fuzz }.Parse(args).Invoke();
