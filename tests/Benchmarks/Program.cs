using System.CommandLine;
using LogitLens.Benchmarks.Engine;
using LogitLens.Benchmarks.Hostile;
using LogitLens.Benchmarks.Readings;

var shape = new Option<string>("--shape") { Description = "demo, 1b or 7b", DefaultValueFactory = _ => "demo" };
shape.AcceptOnlyFromAmong(["demo", .. RandomCheckpoint.Shapes.Select(s => s.Name)]);
var images = new Option<int?>("--images") { Description = "Pictures measured; one batch if left out (16 for demo)." };
var batch = new Option<int?>("--batch") { Description = "Pictures that go through the model together; 8 for demo, 4 for 1b, 2 for 7b if left out." };
var residency = new Option<string?>("--residency") { Description = "resident or streamed; both for 1b, streamed for 7b, resident for demo if left out." };
residency.AcceptOnlyFromAmong("resident", "streamed");
var answer = new Option<int>("--answer") { Description = "Tokens of answer", DefaultValueFactory = _ => 0 };
var questions = new Option<int?>("--questions") { Description = "Questions on one picture, compared with one; 8 if left out (none for 7b)." };
var topK = new Option<int>("--top-k") { Description = "Tokens kept per position and layer", DefaultValueFactory = _ => 10 };
var folder = new Option<DirectoryInfo>("--folder")
{
    Description = "Where the random checkpoint is written (2.9 GB for 1b, 14 GB for 7b)",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "logitlens-benchmarks")),
};
var keep = new Option<bool>("--keep") { Description = "Leave the random checkpoint there for the next run." };

var engine = new Command("engine", "Times the engine stage by stage, against the machine's own GEMM rate.") { shape, images, batch, residency, answer, questions, topK, folder, keep };
engine.SetAction((result, _) => EngineBenchmark.RunAsync(new EngineOptions(
    result.GetRequiredValue(shape),
    result.GetValue(images),
    result.GetValue(batch),
    result.GetValue(residency),
    result.GetRequiredValue(answer),
    result.GetValue(questions),
    result.GetRequiredValue(topK),
    result.GetRequiredValue(folder).FullName,
    result.GetValue(keep))));

var analyses = new Option<int>("--analyses") { Description = "Analyses written and asked about", DefaultValueFactory = _ => 1000 };
var scratch = new Option<DirectoryInfo>("--folder")
{
    Description = "Where the database is written (10 GB for 10,000 analyses)",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "logitlens-benchmarks")),
};
var keepDatabase = new Option<bool>("--keep") { Description = "Leave the database there" };
var readings = new Command("readings", "Writes a database of many analyses of LLaVA-1.5's size, and times the questions asked of it.") { analyses, topK, scratch, keepDatabase };
readings.SetAction((result, cancellationToken) => ReadingsBenchmark.RunAsync(
    result.GetRequiredValue(analyses),
    result.GetRequiredValue(topK),
    result.GetRequiredValue(scratch).FullName,
    result.GetValue(keepDatabase),
    cancellationToken));

var files = new Option<int>("--files") { Description = "Damaged files to open", DefaultValueFactory = _ => 100_000 };
var seed = new Option<int>("--seed") { Description = "The first seed; the test suite uses 0 to 13", DefaultValueFactory = _ => 1000 };
var fuzz = new Command("fuzz", "Opens damaged checkpoint folders: each opens or is refused in a sentence, within bounded memory.") { files, seed };
fuzz.SetAction(result => FuzzBenchmark.Run(result.GetRequiredValue(files), result.GetRequiredValue(seed)));

return await new RootCommand("LogitLens benchmarks. Run in Release: dotnet run -c Release --project tests/Benchmarks -- engine --shape demo") { engine, readings, fuzz }.Parse(args).InvokeAsync();
