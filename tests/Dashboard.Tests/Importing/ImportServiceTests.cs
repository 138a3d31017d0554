using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Tests.Exchange.Import;

namespace LogitLens.Dashboard.Tests.Importing;

/// <summary>Imports as they run inside the dashboard.</summary>
public sealed class ImportServiceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_ThousandFiles_IsOneJobWithFailuresByFileAndFlatMemory()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var coordinator = dashboard.Get<ImportCoordinator>();
        var job = await coordinator.BeginAsync("a thousand", null, 1_000, Token);
        var early = 0L;
        for (var i = 0; i < 1_000; i++)
        {
            await AddAsync(coordinator, job, $"{i:0000}.html", i % 100 == 7 ? "<html>no page</html>" : InterpPages.Make(columns: 5, side: 4, k: 3, seed: i));
            if (i == 199)
            {
                await WaitAsync(dashboard, job, row => row.Finished == 200);
                early = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        await coordinator.CloseAsync(job, null, Token);
        var done = await WaitAsync(dashboard, job, row => row.State != ImportJobState.Running);

        Assert.Equal((ImportJobState.Done, 1_000, 990, 0, 10), (done.State, done.Total, done.Imported, done.AlreadyHere, done.Failed));
        var failed = await dashboard.Get<ImportJobStore>().ListFilesAsync(job, ImportFileState.Failed, 0, 100, Token);
        Assert.All(failed.Items, file => Assert.Contains("no page of llava-interp", file.Note, StringComparison.Ordinal));
        var run = Assert.Single(await dashboard.Get<ImportJobStore>().ListRunsAsync(job, Token));
        Assert.Equal(990, (await dashboard.Runs.FindAsync(run, Token))!.Counts.Done);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "imports")));

        // What stays after four times as many files is not four times as much: a few rows and caches, no files.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - early, long.MinValue, 24L << 20);
    }

    [Fact]
    public async Task Cancel_WhileFilesWait_KeepsWhatWasImportedAndReadsNoMore()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var coordinator = dashboard.Get<ImportCoordinator>();
        var job = await coordinator.BeginAsync("stopped", null, 0, Token);
        for (var i = 0; i < 60; i++)
        {
            await AddAsync(coordinator, job, $"{i}.html", InterpPages.Make(columns: 12, side: 12, k: 5, seed: i));
        }

        Assert.True(await coordinator.CancelAsync(job, Token));

        var row = await WaitAsync(dashboard, job, row => row.State == ImportJobState.Cancelled);
        Assert.InRange(row.Finished, 0, 59);
        Assert.False(await coordinator.AddFileAsync(job, "late.html", new MemoryStream([1]), Token));
        Assert.Equal(60 - row.Finished, (await dashboard.Get<ImportJobStore>().ListFilesAsync(job, ImportFileState.Cancelled, 0, 100, Token)).Total);
    }

    [Fact]
    public async Task Restart_WithFilesWaiting_ReadsThemAndSaysThatNotAllCame()
    {
        // As a process leaves it that ended: copies and rows are there, nobody reads them.
        ImportJobId open, closed;
        await using (var dashboard = await RunningDashboard.StartAsync(_folder.Path))
        {
            await dashboard.DisposeAsync();
        }

        await using (var idle = await IdleAsync())
        {
            var coordinator = idle.Coordinator;
            open = await coordinator.BeginAsync("open", null, 10, Token);
            await AddAsync(coordinator, open, "one.html", InterpPages.Make());
            closed = await coordinator.BeginAsync("closed", null, 1, Token);
            await AddAsync(coordinator, closed, "two.html", InterpPages.Make(seed: 2));
            await coordinator.CloseAsync(closed, null, Token);
        }

        await using var again = await RunningDashboard.StartAsync(_folder.Path);
        var first = await WaitAsync(again, open, row => row.State != ImportJobState.Running);
        var second = await WaitAsync(again, closed, row => row.State != ImportJobState.Running);

        Assert.Equal((ImportJobState.Interrupted, 1), (first.State, first.Imported));
        Assert.Contains("was stopped while files were still coming", first.Error, StringComparison.Ordinal);
        Assert.Equal((ImportJobState.Done, 1), (second.State, second.Imported));
    }

    [Fact]
    public async Task Post_FormWithFiles_AnswersWithTheImport()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("by script"), "name" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(InterpPages.Make())), "file", "one.html" },
            { new ByteArrayContent([]), "file", "empty.html" },
        };

        using var answer = await dashboard.Client.PostAsync(new Uri("/api/imports", UriKind.Relative), form, Token);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var job = await WaitForAsync(dashboard, answer.Headers.Location!, row => row.GetProperty("state").GetString() == "done");
        Assert.Equal(("by script", 2, 1, 1), (job.GetProperty("name").GetString(), job.GetProperty("total").GetInt32(), job.GetProperty("imported").GetInt32(), job.GetProperty("failed").GetInt32()));
        var files = await dashboard.Client.GetFromJsonAsync<JsonElement>(new Uri($"{answer.Headers.Location}/files?state=failed", UriKind.Relative), Token);
        Assert.Equal("empty.html", files.GetProperty("items")[0].GetProperty("name").GetString());
        Assert.Contains("is empty", files.GetProperty("items")[0].GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown", "x", "means nothing here")]
    [InlineData("checkpoint", "/no/such/folder", "is neither a folder")]
    public async Task Post_FormThatCannotBeUsed_IsRefusedInASentence(string field, string value, string what)
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        using var form = new MultipartFormDataContent { { new StringContent(value), field }, { new ByteArrayContent([1, 2]), "file", "one.html" } };

        using var answer = await dashboard.Client.PostAsync(new Uri("/api/imports", UriKind.Relative), form, Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(what, (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await dashboard.Get<ImportJobStore>().ListAsync(0, 1, Token)).Total);
    }

    [Fact]
    public async Task Post_FromAPageElsewhere_IsRefused()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/imports") { Content = new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "x.html" } } };
        request.Headers.Add("Origin", "https://elsewhere.example");

        using var answer = await dashboard.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static async Task AddAsync(ImportCoordinator coordinator, ImportJobId job, string name, string page)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(page));
        Assert.True(await coordinator.AddFileAsync(job, name, content, Token));
    }

    private static async Task<ImportJobRow> WaitAsync(RunningDashboard dashboard, ImportJobId job, Func<ImportJobRow, bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var row = Assert.IsType<ImportJobRow>(await dashboard.Get<ImportJobStore>().FindAsync(job, Token));
            if (condition(row))
            {
                return row;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Still {row} after {Patience}.");
            await Task.Delay(20, Token);
        }
    }

    private static async Task<JsonElement> WaitForAsync(RunningDashboard dashboard, Uri address, Func<JsonElement, bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var row = await dashboard.Client.GetFromJsonAsync<JsonElement>(address, Token);
            if (condition(row))
            {
                return row;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Still {row} after {Patience}.");
            await Task.Delay(20, Token);
        }
    }

    private async Task<IdleImports> IdleAsync()
    {
        var idle = new IdleImports(_folder.Path);
        await idle.Database.PrepareAsync(Token);
        return idle;
    }
}
