using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>A page in Russian, and what has to hold of it.</summary>
public static partial class RussianPage
{
    /// <summary>What people see and hear of the interface: text and names, without what is data (tokens, names of files and runs, prompts, answers, code).</summary>
    private const string ReadWords =
        """
        () => {
          const data = 'code, kbd, pre, script, style, noscript, [hidden], [lang=en], .lx-token, .lx-word, .lx-page-prompt, .lx-page-fact, .ll-tile-name, .ll-tile-text, .ll-run-head h2, .ll-run-head .ll-clip, .ll-name, .ll-clip, .ll-prompt, .lx-answer-words, .lx-answer-truth, .lx-words, .ll-care-command, .mud-select-input, .ll-answer, .lx-atlas, .lx-curve, .ll-facts dd, .ll-provenance dt, .st-provenance dl, .ll-files th[scope=row], [data-language]';
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

    /// <summary>From now on pages of the program are in Russian.</summary>
    public static Task SpeakAsync(IPage page, Uri program) => page.Context.AddCookiesAsync(
        [new() { Name = "logitlens.language", Value = Uri.EscapeDataString("c=en|uic=ru"), Url = program.ToString() }]);

    /// <summary>No English word that is nobody's data, no overflow, no serious finding of axe.</summary>
    public static async Task AssertAsync(IPage page)
    {
        Assert.Equal("ru", await page.Locator("html").GetAttributeAsync("lang"));
        var english = (await page.EvaluateAsync<string[]>(ReadWords)).Where(text => !Tokens.Value.Contains(text.Trim('␣', ' ', '…')) && English().IsMatch(Known().Replace(text, string.Empty))).Distinct().ToList();
        Assert.True(english.Count == 0, string.Join('\n', english));
        var (width, room) = (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), await page.EvaluateAsync<int>("() => window.innerWidth"));
        Assert.True(width <= room, $"The page is {width} pixels wide, the window {room}.");
        await WatchedPage.AssertNothingOverlapsAsync(page);
        var findings = (await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html).Take(3))}");
        Assert.Empty(findings);
    }

    // Names of things, formats and keys that Russian texts use as they are.
    [GeneratedRegex(@"«[^»]*»|“[^”]*”|␣\S+|LogitLens|Hugging Face|llava[\w.-]*|LLaVA[\w.-]*|transformers|safetensors|EXIF|SHA-256|SQLite|JavaScript|HTML|JSON|CSV|TSV|PNG|SVG|Parquet|pandas|DuckDB|Spark|strip\(\)|emb(?![a-z])|top-1|Escape|Enter|Shift|\bEsc\b|image|question|answer|<image>|cat|sunflower|\bpx\b|\b[rc]\d+|\br c\b|max|https?://\S+|/\S*/\S+|[\w-]+\.(?:jpe?g|png|webp|db|html|json)|float\d+|logit|demo[^·]*|Describe[^·]*|USER:[\s\S]*ASSISTANT:|There is a[^·]*|analyze \d{4}-[\d-]+ [\d:]+|checkpoint|tokenizer|Ctrl|TorchSharp|libtorch|\.NET|\ball \(|[0-9a-f]{8,}", RegexOptions.IgnoreCase)]
    private static partial Regex Known();

    [GeneratedRegex(@"[A-Za-z]{3,}")]
    private static partial Regex English();
}
