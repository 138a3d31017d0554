using System.Text.RegularExpressions;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Frame;

/// <summary>The interface in Russian: every word of it that is nobody's data, with room for it, and the same view as in English.</summary>
public sealed class LanguageTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    private const string RunActions = "Действия: ";
    private const string ShortcutsButton = "Сочетания клавиш";

    public static TheoryData<string, string> Pages => new(DemoPages.All)
    {
        { "run-table", "/runs/{run}?view=table" },
        { "compare-divergence", "/compare?a={garden},{beach},{farm}&map=kl&side=token&token=300" },
        { "search", "/search?q=sun" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InRussian_HasNoEnglishWordNoOverflowAndNoSeriousAxeFinding(string name, string path)
    {
        await using var browser = await Browser.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var watched = await browser.OpenAsync(1280, 800, scheme);
            await RussianPage.SpeakAsync(watched.Page, demo.Address);
            await watched.Page.GotoAsync(await AddressAsync(path));
            await DemoPages.WaitAsync(watched.Page, name);
            await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await watched.Page.WaitForTimeoutAsync(400);
            await watched.ScreenshotAsync($"ru-{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");

            await RussianPage.AssertAsync(watched.Page);
            watched.AssertQuiet(except: name == "nowhere" ? new Regex("404") : null);
        }
    }

    // A dialog and the buttons that lead to it.
    public static TheoryData<string, string, string[]> Dialogs => new()
    {
        { "tag", "/images", ["Отобрать страницу", "Метка…"] },
        { "add-to-run", "/images", ["Отобрать страницу", "Добавить в запуск…"] },
        { "delete-images", "/images", ["Отобрать страницу", "Удалить…"] },
        { "export-images", "/images", ["Отобрать страницу", "Экспорт…"] },
        { "save-view", "/images?text=cat", ["Сохранить этот вид…"] },
        { "rename-run", "/runs/{run}", [RunActions, "Переименовать…"] },
        { "delete-run", "/runs/{run}", [RunActions, "Удалить…"] },
        { "export-run", "/runs/{run}", [RunActions, "Экспорт…"] },
        { "grow-run", "/runs/{run}", [RunActions, "Добавить изображения…"] },
        { "compare-picker", "/compare?a={garden},{beach}", ["Добавить…"] },
        { "image-picker", "/runs/new", ["Выбрать из сохранённых"] },
        { "shortcuts", "/runs", [ShortcutsButton] },
    };

    [Theory]
    [MemberData(nameof(Dialogs))]
    public async Task Dialog_InRussian_HasNoEnglishWordNoOverflowAndNoSeriousAxeFinding(string name, string path, string[] buttons)
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync(1280, 800);
        var page = watched.Page;
        await RussianPage.SpeakAsync(page, demo.Address);
        await page.GotoAsync(await AddressAsync(path));
        foreach (var button in buttons)
        {
            await page.Locator("button, .mud-menu-item").Filter(new() { HasTextRegex = new Regex($"^\\s*{Regex.Escape(button)}\\s*$") }).Or(page.Locator($"button[aria-label^='{button}']")).First.ClickAsync();
        }

        await Assertions.Expect(page.Locator(".mud-dialog")).ToBeVisibleAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.WaitForTimeoutAsync(600);
        await watched.ScreenshotAsync($"ru-dialog-{name}");
        await RussianPage.AssertAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Switch_OnTheExplorerByKeyboard_ChangesTheWordsAndKeepsTheView()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(await AddressAsync("/analyses/{garden}?map=token&token=300&layer=9&pins=300&lock=200"));
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Inspector" })).ToBeVisibleAsync();
        var before = page.Url;

        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Инспектор" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("слой 9").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("Карта поверх изображения")).ToHaveValueAsync("token");
        Assert.Equal(before, page.Url);

        // And on the pages that follow, until it is switched back.
        await page.GotoAsync(await AddressAsync("/runs"));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Запуски");
        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Runs");
        watched.AssertQuiet();
    }

    [Fact]
    public async Task Background_ProgressOfARun_SpeaksThePagesLanguage()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        await RussianPage.SpeakAsync(watched.Page, demo.Address);
        await watched.Page.GotoAsync(await AddressAsync("/runs/{run}"));
        await Assertions.Expect(watched.Page.GetByText("готово 12").First).ToBeVisibleAsync();

        // Another thread reports that rows changed; what it makes the page draw is in the page's language.
        var name = $"Переименован {Guid.NewGuid():N}";
        await watched.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Действия: ") }).First.ClickAsync();
        await watched.Page.GetByText("Переименовать…").ClickAsync();
        await watched.Page.GetByLabel("Название").FillAsync(name);
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Переименовать" }).ClickAsync();

        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);
        await Assertions.Expect(watched.Page.GetByText("готово 12").First).ToBeVisibleAsync();
        watched.AssertQuiet();
    }

    private async Task<string> AddressAsync(string path) => new Uri(demo.Address, await demo.PathAsync(path)).ToString();
}
