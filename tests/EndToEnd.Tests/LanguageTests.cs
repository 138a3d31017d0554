using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using LogitLens.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests;

/// <summary>The interface in Russian: every word of it that is nobody's data, with room for it, and the same view as in English.</summary>
public sealed partial class LanguageTests(DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    /// <summary>What people see and hear of the interface: text and names, without what is data (tokens, names of files and runs, prompts, answers, code).</summary>
    private const string ReadWords =
        """
        () => {
          const data = 'code, kbd, pre, script, style, noscript, [hidden], [lang=en], .lx-token, .lx-word, .lx-page-prompt, .lx-page-fact, .ll-tile-name, .ll-tile-text, .ll-run-head h2, .ll-run-head .ll-clip, .ll-name, .ll-clip, .ll-prompt, .lx-answer-words, .lx-answer-truth, .lx-words, .ll-care-command, .mud-select-input, .ll-answer, .lx-atlas, .lx-curve, .ll-facts dd, .ll-provenance dt, .st-provenance dl, .st-provenance table, [data-language]';
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const text = walker.currentNode.textContent.trim();
            const parent = walker.currentNode.parentElement;
            if (text !== '' && parent && !parent.closest(data) && parent.getClientRects().length > 0) {
              found.push(text);
            }
          }
          for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [aria-roledescription], [aria-valuetext]')) {
            // The chart library names its groups of marks itself.
            if (element.closest(data) || element.ownerSVGElement || element.getClientRects().length === 0) {
              continue;
            }
            for (const name of ['aria-label', 'title', 'placeholder', 'aria-roledescription', 'aria-valuetext']) {
              if (element.getAttribute(name)) {
                found.push(element.getAttribute(name));
              }
            }
          }
          return found;
        }
        """;

    /// <summary>What the demo's lens may read anywhere: the vocabulary of its checkpoint.</summary>
    private static readonly Lazy<HashSet<string>> Tokens = new(() =>
    {
        using var tokenizer = JsonDocument.Parse(File.ReadAllText(Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "checkpoint", "tokenizer.json")));
        return [.. tokenizer.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().Select(token => token.Name.Trim('▁'))];
    });

    public static TheoryData<string, string> Pages => new()
    {
        { "home", "/" },
        { "runs", "/runs" },
        { "run", "/runs/{run}" },
        { "run-table", "/runs/{run}?view=table" },
        { "new-run", "/runs/new" },
        { "imports", "/imports" },
        { "data", "/data" },
        { "explorer", "/analyses/{garden}" },
        { "explorer-token", "/analyses/{garden}?map=token&token=300&layer=9&pins=300&with=200-205_224-229" },
        { "explorer-compared", "/analyses/{garden}?map=mask&pair=3-12&lock=200" },
        { "masks", "/runs/{run}/masks" },
        { "images", "/images" },
        { "images-token", "/images?text=cat&layers=8-&p=0.3" },
        { "atlas", "/atlas" },
        { "atlas-cat", "/atlas?text=cat&match=exact" },
        { "statistics", "/statistics" },
        { "statistics-run", "/runs/{run}/statistics?group=text&tables=best" },
        { "report", "/runs/{run}/report" },
        { "search", "/search?q=sun" },
        { "shortcuts", "/shortcuts" },
        { "nowhere", "/nowhere" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InRussian_HasNoEnglishWordNoOverflowAndNoSeriousAxeFinding(string name, string path)
    {
        await using var browser = await Browser.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var watched = await browser.OpenAsync(1280, 800, scheme);
            await SpeakRussianAsync(watched.Page);
            await watched.Page.GotoAsync(Address(path));
            await Assertions.Expect(watched.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            if (name.StartsWith("explorer", StringComparison.Ordinal))
            {
                await Assertions.Expect(watched.Page.GetByRole(AriaRole.Region, new() { Name = "Инспектор" })).ToBeVisibleAsync();
            }
            else if (name == "masks")
            {
                await Assertions.Expect(watched.Page.GetByRole(AriaRole.Toolbar, new() { Name = "Маски" })).ToBeVisibleAsync();
            }

            await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await watched.Page.WaitForTimeoutAsync(400);
            await watched.ScreenshotAsync($"ru-{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");

            Assert.Equal("ru", await watched.Page.Locator("html").GetAttributeAsync("lang"));
            var english = (await watched.Page.EvaluateAsync<string[]>(ReadWords)).Where(text => !Tokens.Value.Contains(text.Trim('␣', ' ', '…')) && English().IsMatch(Known().Replace(text, string.Empty))).Distinct().ToList();
            Assert.True(english.Count == 0, string.Join('\n', english));
            var (width, room) = (await watched.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), await watched.Page.EvaluateAsync<int>("() => window.innerWidth"));
            Assert.True(width <= room, $"The page is {width} pixels wide, the window {room}.");
            var findings = (await watched.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html).Take(3))}");
            Assert.Empty(findings);
            watched.AssertQuiet(except: name == "nowhere" ? new Regex("404") : null);
        }
    }

    [Fact]
    public async Task Switch_OnTheExplorerByKeyboard_ChangesTheWordsAndKeepsTheView()
    {
        await using var browser = await Browser.StartAsync();
        var watched = await browser.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync(Address("/analyses/{garden}?map=token&token=300&layer=9&pins=300&lock=200"));
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Inspector" })).ToBeVisibleAsync();
        var before = page.Url;

        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Инспектор" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("слой 9").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("Карта поверх изображения")).ToHaveValueAsync("token");
        Assert.Equal(before, page.Url);

        // And on the pages that follow, until it is switched back.
        await page.GotoAsync(Address("/runs"));
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
        await SpeakRussianAsync(watched.Page);
        await watched.Page.GotoAsync(Address("/runs/{run}"));
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

    private Task SpeakRussianAsync(IPage page) => page.Context.AddCookiesAsync(
        [new() { Name = "logitlens.language", Value = Uri.EscapeDataString("c=en|uic=ru"), Url = demo.Address.ToString() }]);

    private string Address(string path) => new Uri(
        demo.Address,
        path.Replace("{run}", demo.Run, StringComparison.Ordinal).Replace("{garden}", $"{demo.AnalysisOf("garden.jpg")}", StringComparison.Ordinal)).ToString();

    // Names of things, formats and keys that Russian texts use as they are.
    [GeneratedRegex(@"«[^»]*»|“[^”]*”|␣\S+|LogitLens|Hugging Face|llava[\w.-]*|LLaVA[\w.-]*|transformers|safetensors|EXIF|SHA-256|SQLite|JavaScript|HTML|JSON|CSV|TSV|PNG|SVG|Parquet|pandas|DuckDB|Spark|strip\(\)|emb(?![a-z])|top-1|Escape|Enter|Shift|\bEsc\b|image|question|answer|<image>|cat|sunflower|\bpx\b|\b[rc]\d+|\br c\b|max|https?://\S+|/\S*/\S+|[\w-]+\.(?:jpe?g|png|webp|db|html|json)|float\d+|logit|demo[^·]*|Describe[^·]*|tokenizer|Ctrl|TorchSharp|libtorch|\.NET|\ball \(|[0-9a-f]{8,}", RegexOptions.IgnoreCase)]
    private static partial Regex Known();

    [GeneratedRegex(@"[A-Za-z]{3,}")]
    private static partial Regex English();
}
