using System.IO.Compression;
using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Tests.Running;

namespace LogitLens.Dashboard.Tests.Commands;

public sealed class ExportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_EachForm_WritesItsFileAndSaysWhere()
    {
        var data = _folder.File("data");
        await RunAsync("analyze", "--images", DemoFiles.Picture("garden.jpg"), DemoFiles.Picture("launch.webp"), "--checkpoint", DemoFiles.Checkpoint, "--out", data, "--layers", "emb,12", "--answer", "0", "--top-k", "2");

        foreach (var (format, name) in new[]
        {
            ("csv", "a.csv"), ("parquet", "a.parquet"), ("json", "a.json"), ("png", "a.png"), ("svg", "a.svg"), ("html", "a.html"), ("archive", "a.zip"),
        })
        {
            var path = _folder.File(name);
            var (code, output, error) = await RunAsync("export", "--data", data, "--analysis", "1", "--format", format, "--out", path);

            Assert.True(code == 0, error);
            Assert.Contains(path, output, StringComparison.Ordinal);
            Assert.True(new FileInfo(path).Length > 100);
        }
    }

    [Fact]
    public async Task Export_AllIntoAFolder_NamesTheFileItself()
    {
        var data = _folder.File("data");
        await RunAsync("analyze", "--images", DemoFiles.Picture("garden.jpg"), DemoFiles.Picture("launch.webp"), "--checkpoint", DemoFiles.Checkpoint, "--out", data, "--layers", "12", "--answer", "0", "--top-k", "2");
        var target = Directory.CreateDirectory(_folder.File("out")).FullName;

        var (code, _, error) = await RunAsync("export", "--data", data, "--all", "--format", "svg", "--map", "confidence", "--theme", "dark", "--alone", "--out", target);

        Assert.True(code == 0, error);
        using var zip = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(target)));
        Assert.Equal(["garden.confidence.svg", "launch.confidence.svg"], zip.Entries.Select(entry => entry.FullName));
    }

    [Theory]
    [InlineData("Nothing was chosen", "--format", "csv")]
    [InlineData("no run", "--run", "unknown", "--format", "csv")]
    [InlineData("no analysis 77", "--analysis", "77", "--format", "csv")]
    [InlineData("--format is \"doc\"", "--analysis", "1", "--format", "doc")]
    [InlineData("--size is \"9\"", "--analysis", "1", "--format", "png", "--size", "9")]
    public async Task Export_OptionThatCannotBeUsed_IsRefusedAndWritesNothing(string expected, params string[] args)
    {
        var data = _folder.File("data");
        await RunAsync("analyze", "--images", DemoFiles.Picture("garden.jpg"), "--checkpoint", DemoFiles.Checkpoint, "--out", data, "--layers", "12", "--answer", "0", "--top-k", "1");
        var path = _folder.File("a.bin");

        var (code, _, error) = await RunAsync(["export", "--data", data, "--out", path, .. args]);

        Assert.Equal(ExitCode.BadOption, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
