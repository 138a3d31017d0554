using System.Text.Json;
using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Tests.Running;

namespace LogitLens.Dashboard.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Analyze_OfTheGoldenPicture_WritesTheReferenceNumbers()
    {
        var golden = new SafeTensors(SharedFolder.Find("demo", "golden.safetensors"));
        var (code, _, error) = await RunAsync(
            "analyze", "--images", DemoFiles.Picture("music-in-the-snow.png"), "--checkpoint", DemoFiles.Checkpoint, "--out", _folder.Path, "--json", "--answer", "12");

        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.True(File.Exists(_folder.File("music-in-the-snow.html")));
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.File("music-in-the-snow.json"), TestContext.Current.CancellationToken));
        var root = document.RootElement;
        Assert.Equal(["version", "checkpoint", "prompt", "positions", "layers", "answer"], root.EnumerateObject().Select(property => property.Name));
        var ids = golden.Ints("lens_ids");
        var probabilities = golden.Floats("lens_probs");
        var entropies = golden.Floats("lens_entropy_bits");
        var sums = golden.Floats("lens_logsumexp");
        var inputs = golden.Ints("input_ids");
        var positions = root.GetProperty("positions").EnumerateArray().ToList();
        Assert.Equal(inputs, positions.Take(inputs.Length).Select(position => position.GetProperty("id").GetInt32()));
        var generated = root.GetProperty("answer").GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        Assert.Equal(golden.Ints("generated_ids"), generated);
        Assert.Equal(inputs.Length + generated.Length - 1, positions.Count);
        Assert.All(positions.Skip(inputs.Length), position => Assert.Equal("answer", position.GetProperty("kind").GetString()));
        Assert.Equal(576, positions.Count(position => position.GetProperty("kind").GetString() == "patch" && position.GetProperty("pixels").GetArrayLength() == 4));

        var layers = root.GetProperty("layers").EnumerateArray().ToList();
        Assert.Equal(13, layers.Count);
        Assert.Equal("emb", layers[0].GetProperty("layer").GetString());
        Assert.Equal(12, layers[12].GetProperty("layer").GetInt32());
        for (var layer = 0; layer < layers.Count; layer++)
        {
            var gotIds = Rows(layers[layer], "ids", value => value.GetInt32());
            var gotProbabilities = Rows(layers[layer], "probabilities", value => value.GetSingle());
            Assert.Equal(positions.Count, gotIds.Count);
            for (var position = 0; position < inputs.Length; position++)
            {
                var at = (layer * inputs.Length) + position;
                Assert.Equal(entropies[at], layers[layer].GetProperty("entropyBits")[position].GetSingle(), 1e-4f);
                Assert.Equal(sums[at], layers[layer].GetProperty("logSumExp")[position].GetSingle(), 1e-4f);
                for (var rank = 0; rank < 10; rank++)
                {
                    var expected = probabilities[(at * 10) + rank];
                    Assert.Equal(expected, gotProbabilities[position][rank], 1e-5f);

                    // Ids may change places only where two neighbours are as good as equal.
                    var isClose = (rank > 0 && probabilities[(at * 10) + rank - 1] - expected < 1e-6f) || (rank < 9 && expected - probabilities[(at * 10) + rank + 1] < 1e-6f) || rank == 9;
                    Assert.True(isClose || ids[(at * 10) + rank] == gotIds[position][rank], $"layer {layer}, position {position}, rank {rank}");
                }
            }
        }
    }

    [Fact]
    public async Task Analyze_OfAFolder_KeepsToItsLimitAndLeavesAWholeDatabase()
    {
        var (code, output, error) = await RunAsync(
            "analyze", "--images", DemoFiles.Pictures, "--checkpoint", DemoFiles.Checkpoint, "--out", _folder.Path, "--limit", "2", "--layers", "emb,11-12", "--answer", "0", "--top-k", "3", "--json");

        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Contains("2/2 balloons.webp", output, StringComparison.Ordinal);
        Assert.Equal(
            ["arctic.html", "arctic.json", "balloons.html", "balloons.json", "logitlens.db"],
            Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName).Where(name => name != "logitlens.lock").Order(StringComparer.Ordinal));
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.File("arctic.json"), TestContext.Current.CancellationToken));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("answer").ValueKind);
        Assert.Equal(3, document.RootElement.GetProperty("layers").GetArrayLength());
        Assert.Equal(3, document.RootElement.GetProperty("layers")[0].GetProperty("ids")[0].GetArrayLength());
        Assert.Equal(0, (await RunAsync("check", "--data", _folder.Path)).Code);
    }

    [Fact]
    public async Task Analyze_WithABrokenPictureAndATable_DoesTheRestAndFails()
    {
        var pictures = Directory.CreateDirectory(_folder.File("in")).FullName;
        File.Copy(DemoFiles.Picture("garden.jpg"), Path.Combine(pictures, "a.jpg"));
        await File.WriteAllTextAsync(Path.Combine(pictures, "broken.png"), "no picture", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(pictures, "items.csv"),
            "image,question,answer\na.jpg,Is there a cat?,yes\nbroken.png,,\nmissing.png,,\na.jpg,Is there a dog?,no\n",
            TestContext.Current.CancellationToken);

        var (code, _, error) = await RunAsync(
            "analyze", "--items", Path.Combine(pictures, "items.csv"), "--checkpoint", DemoFiles.Checkpoint, "--out", _folder.File("out"), "--layers", "12", "--answer", "2");

        Assert.Equal(1, code);
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("broken.png: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("missing.png: ", lines[1], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.File("out"), "a.html")));
        Assert.True(File.Exists(Path.Combine(_folder.File("out"), "a-2.html")));
    }

    [Theory]
    [InlineData("no option '--nonsense'", "analyze", "--images", "PICTURES", "--checkpoint", "CHECKPOINT", "--out", "OUT", "--nonsense")]
    [InlineData("--checkpoint", "analyze", "--images", "PICTURES", "--out", "OUT")]
    [InlineData("no layer 13", "analyze", "--images", "PICTURES", "--checkpoint", "CHECKPOINT", "--out", "OUT", "--layers", "13")]
    [InlineData("choose 1 to 50", "analyze", "--images", "PICTURES", "--checkpoint", "CHECKPOINT", "--out", "OUT", "--top-k", "51")]
    [InlineData("auto, cpu, cuda or cuda:N", "analyze", "--images", "PICTURES", "--checkpoint", "CHECKPOINT", "--out", "OUT", "--device", "tpu")]
    [InlineData("more than one <image>", "analyze", "--images", "PICTURES", "--checkpoint", "CHECKPOINT", "--out", "OUT", "--prompt", "<image><image>")]
    [InlineData("no folder", "analyze", "--images", "PICTURES", "--checkpoint", "/nowhere", "--out", "OUT")]
    [InlineData("nothing to analyse", "analyze", "--checkpoint", "CHECKPOINT", "--out", "OUT")]
    [InlineData("no database", "check", "--data", "OUT")]
    [InlineData("LogitLens:SeedDemo", "serve", "--data", "OUT", "--LogitLens:SeedDemo", "maybe")]
    [InlineData("LogitLens:DefaultCheckpoint", "--data", "OUT", "--checkpoint", "/nowhere")]
    [InlineData("no command or option", "--data", "OUT", "--nonsense")]
    public async Task Command_WithAnOptionThatCannotBe_SaysWhyAndLeavesNothing(string expected, params string[] args)
    {
        var known = new Dictionary<string, string> { ["PICTURES"] = DemoFiles.Pictures, ["CHECKPOINT"] = DemoFiles.Checkpoint, ["OUT"] = _folder.File("out") };

        var (code, _, error) = await RunAsync([.. args.Select(arg => known.GetValueOrDefault(arg, arg))]);

        Assert.Equal(2, code);
        Assert.Contains(expected.StartsWith("no option", StringComparison.Ordinal) ? "--nonsense" : expected, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public async Task Serve_OnAFolderInUse_SaysSoInOneSentence()
    {
        using var held = new DataFolderLock();
        held.Take(_folder.Path, "wait");

        var (code, _, error) = await RunAsync("serve", "--data", _folder.Path, "--urls", "http://127.0.0.1:0", "--no-demo");

        Assert.Equal(1, code);
        Assert.Contains("Another LogitLens uses the data folder", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Serve_OnAFolderThatCannotBe_SaysSoInOneSentence()
    {
        var file = _folder.File("file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var (code, _, error) = await RunAsync("serve", "--data", Path.Combine(file, "data"), "--urls", "http://127.0.0.1:0", "--no-demo");

        Assert.Equal(1, code);
        Assert.Contains("cannot be written", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private static List<T[]> Rows<T>(JsonElement layer, string name, Func<JsonElement, T> read) =>
        [.. layer.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(read).ToArray())];
}
