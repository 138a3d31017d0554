using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Tests.Running;

namespace LogitLens.Dashboard.Tests.Exports;

public sealed class PageSizeTests : IDisposable
{
    private const int MostBytes = 800_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("city1.html")]
    [InlineData("geometry.html")]
    [InlineData("holiday.html")]
    public async Task Export_RealReadingsOfLlava15_FitInto800Kilobytes(string name)
    {
        // 593 positions × 33 columns × 5 tokens of llava-1.5-7b-hf, with its picture.
        var file = SharedFolder.Find("imports", name);
        var data = _folder.File("data");
        var path = _folder.File("page.html");
        var (imported, importError) = await RunAsync("import", file, "--data", data);
        Assert.True(imported == 0, importError);

        var (code, error) = await RunAsync("export", "--data", data, "--all", "--format", "html", "--out", path + ".zip");

        Assert.True(code == 0, error);
        using var zip = System.IO.Compression.ZipFile.OpenRead(path + ".zip");
        Assert.InRange(Assert.Single(zip.Entries).Length, 200_000, MostBytes);
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken), error.ToString());
    }
}
