using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LogitLens.Dashboard.Tests.Running;

namespace LogitLens.Dashboard.Tests.Api;

public sealed class DataApiTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Backup_Asked_IsTakenAndListed()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var answer = await dashboard.Client.PostAsync("/api/data/backup", null, Token);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var data = await UntilAsync(dashboard, data => data.GetProperty("lastBackup").ValueKind != JsonValueKind.Null);
        Assert.True(data.GetProperty("lastBackup").GetProperty("good").GetBoolean());
        var name = Assert.Single(data.GetProperty("backups").EnumerateArray()).GetProperty("name").GetString()!;
        Assert.True(File.Exists(Path.Combine(_folder.Path, "backups", name)));
        var status = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/status", Token);
        Assert.True(status.GetProperty("lastBackup").GetProperty("good").GetBoolean());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("trouble").ValueKind);
    }

    [Fact]
    public async Task Backup_IntoAFolderThatCannotBe_IsTroubleInTheStatus()
    {
        await File.WriteAllTextAsync(_folder.File("backups"), "in the way", Token);
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        await dashboard.Client.PostAsync("/api/data/backup", null, Token);

        await UntilAsync(dashboard, data => data.GetProperty("lastBackup").ValueKind != JsonValueKind.Null);
        var status = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/status", Token);
        Assert.Contains("The last backup failed", status.GetProperty("trouble").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "http://elsewhere.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Backup_AskedByAPageElsewhere_IsRefused(string header, string value)
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/data/backup");
        request.Headers.Add(header, value);

        var answer = await dashboard.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(Directory.Exists(_folder.File("backups")));
    }

    private static async Task<JsonElement> UntilAsync(RunningDashboard dashboard, Func<JsonElement, bool> condition)
    {
        for (var i = 0; ; i++)
        {
            var data = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/data", Token);
            if (condition(data))
            {
                return data;
            }

            Assert.True(i < 1000, "It did not happen within 20 seconds.");
            await Task.Delay(20, Token);
        }
    }
}
