using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Tests.Running;

namespace LogitLens.Dashboard.Tests.Exports;

public sealed class HiddenStateExportTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_KeptStates_EqualTheGoldenNumbers()
    {
        var golden = SharedFolder.Find("demo", "golden.safetensors");
        var data = _folder.File("data");
        var path = _folder.File("states.safetensors");
        var (code, said, _) = await RunAsync(
            "analyze", "--images", DemoFiles.Picture("music-in-the-snow.png"), "--checkpoint", DemoFiles.Checkpoint, "--out", data,
            "--prompt", "Describe the image.", "--layers", "12", "--answer", "0", "--keep-states", "emb,4,8,12", "--state-bits", "32");

        Assert.Equal(0, code);
        Assert.StartsWith("Hidden states of 4 layers take about 1.8 MiB an analysis", said, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("export", "--data", data, "--analysis", "1", "--format", "safetensors", "--out", path)).Code);

        var expected = Tensors.Read(golden);
        var actual = Tensors.Read(path);
        int[] layers = [0, 4, 8, 12];
        var (shape, states) = expected["hidden_states"];
        var (positions, width) = ((int)shape[1], (int)shape[2]);
        var worst = 0.0;
        for (var place = 0; place < layers.Length; place++)
        {
            var (exported, values) = actual[$"hidden_states.{(layers[place] == 0 ? "emb" : layers[place])}"];
            Assert.Equal([positions, width], exported);
            for (var position = 0; position < positions; position++)
            {
                var wanted = states.AsSpan(((place * positions) + position) * width, width);
                var got = values.AsSpan(position * width, width);
                var largest = 0f;
                foreach (var value in wanted)
                {
                    largest = Math.Max(largest, Math.Abs(value));
                }

                for (var at = 0; at < width; at++)
                {
                    worst = Math.Max(worst, Math.Abs(wanted[at] - got[at]) / largest);
                }
            }
        }

        Assert.True(worst <= Tolerance, $"The greatest difference is {worst:0.0e0} of the largest value of its position.");
    }

    [Fact]
    public async Task Export_RunWithoutStates_SaysHowToKeepThem()
    {
        var data = _folder.File("data");
        await RunAsync("analyze", "--images", DemoFiles.Picture("garden.jpg"), "--checkpoint", DemoFiles.Checkpoint, "--out", data, "--layers", "12", "--answer", "0");

        var (code, _, error) = await RunAsync("export", "--data", data, "--analysis", "1", "--format", "safetensors", "--out", _folder.File("a"));

        Assert.Equal(ExitCode.BadOption, code);
        Assert.Contains("--keep-states", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("13", "16", "no layer 13")]
    [InlineData("emb", "8", "choose 16 or 32")]
    public async Task Analyze_StatesThatCannotBeKept_AreRefused(string layers, string bits, string expected)
    {
        var (code, _, error) = await RunAsync(
            "analyze", "--images", DemoFiles.Picture("garden.jpg"), "--checkpoint", DemoFiles.Checkpoint, "--out", _folder.File("data"), "--keep-states", layers, "--state-bits", bits);

        Assert.Equal(ExitCode.BadOption, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
