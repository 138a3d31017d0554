using System.CommandLine;
using LogitLens.Benchmarks.Engine;
using LogitLens.Benchmarks.Hostile;

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

var files = new Option<int>("--files") { Description = "Damaged files to open", DefaultValueFactory = _ => 100_000 };
var seed = new Option<int>("--seed") { Description = "The first seed; the test suite uses 0 to 13", DefaultValueFactory = _ => 1000 };
var fuzz = new Command("fuzz", "Opens damaged checkpoint folders: each opens or is refused in a sentence, within bounded memory.") { files, seed };
fuzz.SetAction(result => FuzzBenchmark.Run(result.GetRequiredValue(files), result.GetRequiredValue(seed)));

return new RootCommand("LogitLens benchmarks. Run in Release: dotnet run -c Release --project tests/Benchmarks -- engine --shape demo") { engine, fuzz }.Parse(args).Invoke();
