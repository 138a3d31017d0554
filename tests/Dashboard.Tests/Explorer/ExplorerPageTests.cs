using Bunit;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using ExplorerPage = LogitLens.Dashboard.Components.Pages.Explorer;

namespace LogitLens.Dashboard.Tests.Explorer;

/// <summary>The page on a real database; only the browser's side is a stand-in.</summary>
public sealed class ExplorerPageTests : IAsyncLifetime
{
    private const int Layers = 2;

    private readonly BunitContext _context = new();
    private readonly AnalysisMonitor _monitor = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logitlens-explorer-");
    private BunitJSModuleInterop _explorer = null!;
    private JSRuntimeInvocation? _attached;
    private RunId _run;
    private IReadOnlyList<AnalysisRow> _analyses = [];

    private static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    private AnalysisQueue Queue => _context.Services.GetRequiredService<AnalysisQueue>();

    public async ValueTask InitializeAsync()
    {
        _context.Services.AddMudServices();
        _context.Services.AddLanguages();
        _context.Services.AddSingleton(TimeProvider.System);
        _context.Services.AddSingleton(_monitor);
        _context.Services.AddScoped<LogitLens.Dashboard.People.Visitor>();
        _context.Services.AddLogitLensStorage(new StorageOptions { DatabasePath = Path.Combine(_folder.FullName, "test.db") });
        _context.Services.AddSingleton(services => new RunCoordinator(
            services.GetRequiredService<RunStore>(),
            Queue,
            null!,
            null!,
            new CurrentWork(),
            _monitor,
            Options.Create(new LogitLensOptions())));
        _context.Services.AddSingleton(services => new RunRepeater(services.GetRequiredService<RunStore>(), services.GetRequiredService<RunCoordinator>()));
        _context.JSInterop.Mode = JSRuntimeMode.Loose;
        _explorer = _context.JSInterop.SetupModule("./js/explorer/explorer.js").SetupModule(invocation =>
        {
            if (invocation.Identifier == "attach")
            {
                _attached = invocation;
            }

            return invocation.Identifier == "attach";
        });
        _explorer.Mode = JSRuntimeMode.Loose;

        var services = _context.Services;
        await services.GetRequiredService<Database>().PrepareAsync(Token);
        var image = await services.GetRequiredService<ImageStore>().AddAsync(new NewImage("garden.jpg", [1, 2, 3], "image/jpeg", 64, 48, 1, [4]), Token);
        var checkpoint = await services.GetRequiredService<CheckpointStore>().AddAsync(
            new NewCheckpoint(new string('c', 64), "tiny", "/models/tiny", "llava", Layers, 100, "F16", 10, "{}", [new TokenRow(0, "▁cat", " cat", "␣cat", 0)]),
            Token);
        var item = new NewItem(image.Id, "USER: <image>\nDescribe the image. ASSISTANT:");
        _run = await services.GetRequiredService<RunStore>().AddAsync(new NewRun("my run", checkpoint.Id, new RunSettings(TopK: 1), "{}", [item, item]), Token);
        _analyses = (await services.GetRequiredService<RunStore>().ListAnalysesAsync(_run, null, 0, 10, Token)).Items;
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Page_UnknownAnalysis_SaysSoAndShowsTheWayOn()
    {
        var page = Render(4711);

        page.WaitForAssertion(() => Assert.Equal("There is no such analysis", page.Find("h1").TextContent));
        Assert.Contains("/runs", page.Markup, StringComparison.Ordinal);
        Assert.Null(_attached);
    }

    [Fact]
    public async Task Page_DoneAnalysis_HandsItsAttemptToTheModuleAndShowsNoState()
    {
        await FinishNextAsync();

        var page = Render(_analyses[0].Id.Value);

        await UntilAsync(() => _attached is not null);
        Assert.Equal("garden.jpg", page.Find("h1").TextContent);
        Assert.Empty(page.FindAll(".lx-page-state"));
        Assert.Equal(1, Option(_attached!.Value, "attempt"));
        Assert.Equal("stored", Option(_attached!.Value, "orientation"));
        Assert.NotEmpty(page.FindAll("a[download]"));
    }

    [Fact]
    public async Task Page_NeighbourLinks_CarryHowOneLooksButNotAtWhat()
    {
        await FinishNextAsync();
        var page = Render(_analyses[0].Id.Value);
        page.WaitForElement(".lx-page-tools a");

        await page.InvokeAsync(() => page.Instance.OnViewChanged("map=entropy&layer=2&lock=7"));

        Assert.Equal($"/analyses/{_analyses[1].Id}?map=entropy&layer=2", page.FindAll(".lx-page-tools a").First(link => link.TextContent.Contains("Next", StringComparison.Ordinal)).GetAttribute("href"));
        Assert.NotEmpty(page.FindAll(".lx-page-tools [aria-disabled=true]"));
    }

    [Fact]
    public async Task Page_RunningAnalysis_RefreshesTheModuleOnlyWhenReadingsCame()
    {
        var claimed = (await Queue.ClaimNextAsync(null, Token))!;
        await Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, Layout, Layers + 1, Token);
        var page = Render(claimed.Id.Value);
        await UntilAsync(() => _attached is not null);
        Assert.Null(Option(_attached!.Value, "attempt"));

        for (var step = 0; step < 20; step++)
        {
            _monitor.Report(new CurrentAnalysis(claimed.Id, _run, "garden.jpg", "vision", 0.1, 0, 1, null));
        }

        page.WaitForAssertion(() => Assert.Contains("vision", page.Find(".lx-page-state").TextContent, StringComparison.Ordinal));
        Assert.Empty(Refreshes());

        for (var blobs = 1; blobs <= 20; blobs++)
        {
            _monitor.Report(new CurrentAnalysis(claimed.Id, _run, "garden.jpg", "layer 1 of 2", 0.5, blobs, 1, null));
        }

        await UntilAsync(() => Refreshes().Count > 0);
        Assert.InRange(Refreshes().Count, 1, 2);
    }

    [Fact]
    public async Task Page_AnalysisThatFinishes_RefreshesAndDropsItsState()
    {
        var claimed = (await Queue.ClaimNextAsync(null, Token))!;
        var page = Render(claimed.Id.Value);
        page.WaitForElement(".lx-page-state");

        await CompleteAsync(claimed);
        _monitor.ReportRun(_run);

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".lx-page-state")));
        await UntilAsync(() => Refreshes().Count > 0);
    }

    [Fact]
    public async Task Page_FailedAnalysis_SaysWhyAndTriesAgainAtAClick()
    {
        var claimed = (await Queue.ClaimNextAsync(null, Token))!;
        await Queue.FailAsync(claimed.Id, claimed.Attempt, "The disk is full: free some space.", Token);
        var page = Render(claimed.Id.Value);
        page.WaitForElement(".lx-page-state[data-state=failed]");
        Assert.Contains("The disk is full", page.Find(".lx-page-state").TextContent, StringComparison.Ordinal);

        await page.Find(".lx-page-state button").ClickAsync(new());

        page.WaitForAssertion(() => Assert.Contains("Queued", page.Find(".lx-page-state").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_AttachedPage_DisposesTheModuleAndStopsListening()
    {
        await FinishNextAsync();
        var page = Render(_analyses[0].Id.Value);
        await UntilAsync(() => _attached is not null);

        await _context.DisposeComponentsAsync();

        Assert.Contains(_explorer.Invocations, invocation => invocation.Identifier == "dispose");
        _monitor.ReportRun(_run);
        Assert.Empty(Refreshes());
    }

    // Calls to the browser come after the last render, where bUnit's own waiting has stopped looking.
    private static async Task UntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "What was waited for did not happen within 20 s.");
            await Task.Delay(20, Token);
        }
    }

    private static AnalysisLayout Layout => new(64, 48, new PixelBox(8, 0, 48, 48), [new LayoutPosition(1, 1, 0, 0, 0, new PixelBox(8, 0, 48, 48))]);

    private IRenderedComponent<ExplorerPage> Render(long id) => _context.Render<ExplorerPage>(parameters => parameters.Add(page => page.Id, id));

    private IReadOnlyList<JSRuntimeInvocation> Refreshes() => [.. _explorer.Invocations.Where(invocation => invocation.Identifier == "refresh")];

    private static object? Option(JSRuntimeInvocation attach, string name) => attach.Arguments[1]!.GetType().GetProperty(name)!.GetValue(attach.Arguments[1]);

    private async Task FinishNextAsync() => await CompleteAsync((await Queue.ClaimNextAsync(null, Token))!);

    private async Task CompleteAsync(ClaimedAnalysis claimed)
    {
        await Queue.WriteLayoutAsync(claimed.Id, claimed.Attempt, Layout, Layers + 1, Token);
        for (var layer = 0; layer <= Layers; layer++)
        {
            var packed = ReadingCodec.Pack(new LayerArrays(layer, 0, 1, 1, [0], [-0.1f], [1f], [], [], []), 100);
            await Queue.WriteReadingAsync(claimed.Id, claimed.Attempt, ReadingSegment.Prompt, layer, packed, Token);
        }

        Assert.True(await Queue.CompleteAsync(claimed.Id, claimed.Attempt, [], null, Token));
    }
}
