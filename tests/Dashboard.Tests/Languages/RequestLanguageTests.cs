using LogitLens.Dashboard.Tests.Running;

namespace LogitLens.Dashboard.Tests.Languages;

/// <summary>What language a request of the real host is answered in.</summary>
public sealed class RequestLanguageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Page_ByCookieThenBrowserThenEnglish_HasItsLanguage()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        Assert.Contains("<html lang=\"en\">", await GetAsync(dashboard, "/runs", null, null), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"ru\">", await GetAsync(dashboard, "/runs", null, "ru-RU,ru;q=0.9,en;q=0.8"), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", await GetAsync(dashboard, "/runs", "en", "ru-RU,ru;q=0.9"), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"ru\">", await GetAsync(dashboard, "/runs", "ru", "en-GB"), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", await GetAsync(dashboard, "/runs", "xx", "fi"), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"ru\">", await GetAsync(dashboard, "/nowhere", "ru", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_InRussian_CarriesTheModulesWordsAsData()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        Assert.Contains("<script type=\"application/json\" id=\"ll-texts\">{", await GetAsync(dashboard, "/", "ru", null), StringComparison.Ordinal);
        Assert.DoesNotContain("ll-texts", await GetAsync(dashboard, "/", "en", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_ForARussianReader_StaysEnglish()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        Assert.Equal(await GetAsync(dashboard, "/api/runs?limit=x", null, null), await GetAsync(dashboard, "/api/runs?limit=x", "ru", "ru"));
    }

    private static async Task<string> GetAsync(RunningDashboard dashboard, string path, string? cookie, string? accepted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", $"logitlens.language={Uri.EscapeDataString($"c=en|uic={cookie}")}");
        }

        if (accepted is not null)
        {
            request.Headers.Add("Accept-Language", accepted);
        }

        using var response = await dashboard.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
