using Bunit;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Languages;
using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.News;
using LogitLens.Dashboard.Search;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using SkiaSharp;
using TestContext = Xunit.TestContext;

namespace LogitLens.Dashboard.Tests.Pages;

/// <summary>Pages over the real stores in a database of their own; nothing computes. MudBlazor's scripts are taken as they come, ours are strict.</summary>
public sealed class PagesContext : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"logitlens-pages-{Guid.NewGuid():N}");

    public PagesContext()
    {
        // A machine that builds beside the tests is slow; what is waited for is nearly always there at once.
        BunitContext.DefaultWaitTimeout = TimeSpan.FromSeconds(30);
        Bunit = new BunitContext();
        Bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        UploadModule = Bunit.JSInterop.SetupModule("./Components/Runs/UploadZone.razor.js");
        UploadModule.Mode = JSRuntimeMode.Strict;
        UploadModule.SetupModule("attach", _ => true).SetupVoid("dispose").SetVoidResult();
        ShortcutsModule = Bunit.JSInterop.SetupModule("./js/shortcuts.js");
        ShortcutsModule.Mode = JSRuntimeMode.Strict;
        ShortcutsModule.SetupModule("attach", _ => true).SetupVoid("dispose").SetVoidResult();

        var options = new LogitLensOptions { DataFolder = _folder, SeedDemo = false, MaxUploadBytes = 1 << 20 };
        Bunit.Services.AddLogging();
        Bunit.Services.AddSingleton(TimeProvider.System);
        Bunit.Services.AddLogitLensOptions(options);
        Bunit.Services.AddLogitLensStorage(new StorageOptions { DatabasePath = Path.Combine(_folder, "pages.db") });
        Bunit.Services.AddAnalysis();
        Bunit.Services.AddImports();
        Bunit.Services.AddImportService();
        Bunit.Services.AddCare();
        Bunit.Services.AddNews();
        Bunit.Services.AddSearch();
        Bunit.Services.AddMudServices();
        Bunit.Services.AddScoped<People.Visitor>();
        Bunit.Services.AddLanguages();
    }

    public BunitContext Bunit { get; }

    public BunitJSModuleInterop UploadModule { get; }

    public BunitJSModuleInterop ShortcutsModule { get; }

    public RunCoordinator Coordinator => Get<RunCoordinator>();

    public RunStore Runs => Get<RunStore>();

    public ImageStore Images => Get<ImageStore>();

    public AnalysisMonitor Monitor => Get<AnalysisMonitor>();

    public NavigationManager Navigation => Get<NavigationManager>();

    /// <summary>Makes the database.</summary>
    public static async Task<PagesContext> CreateAsync()
    {
        var context = new PagesContext();
        Directory.CreateDirectory(context._folder);
        await context.Get<Database>().PrepareAsync(TestContext.Current.CancellationToken);
        return context;
    }

    public T Get<T>()
        where T : notnull => Bunit.Services.GetRequiredService<T>();

    /// <summary>Shows a page at an address, inside what MudBlazor needs around it.</summary>
    public IRenderedComponent<IComponent> Show<TPage>(string url, params (string Name, object Value)[] parameters)
        where TPage : IComponent
    {
        Navigation.NavigateTo(url);
        return Bunit.Render(builder =>
        {
            builder.OpenComponent<MudPopoverProvider>(0);
            builder.CloseComponent();
            builder.OpenComponent<MudDialogProvider>(1);
            builder.CloseComponent();
            builder.OpenComponent<TPage>(2);
            foreach (var (name, value) in parameters)
            {
                builder.AddComponentParameter(3, name, value);
            }

            builder.CloseComponent();
        });
    }

    /// <summary>Keeps a small picture of its own colour.</summary>
    public Task<ImageRow> AddImageAsync(string name, byte shade) =>
        Coordinator.AddImageAsync(name, Png(shade), TestContext.Current.CancellationToken);

    /// <summary>Queues a run of the demo checkpoint.</summary>
    public Task<RunId> StartAsync(string name, params ImageRow[] images) => Coordinator.StartAsync(
        new RequestedRun(name, null, PromptTemplate.DefaultQuestion, new RunSettings(), [.. images.Select(image => new RequestedItem(image.Id))]),
        TestContext.Current.CancellationToken);

    /// <summary>Lets the run's first waiting analysis fail, as the service would.</summary>
    public async Task FailNextAsync(string sentence)
    {
        var queue = Get<AnalysisQueue>();
        var claimed = await queue.ClaimNextAsync(null, TestContext.Current.CancellationToken);
        Assert.NotNull(claimed);
        Assert.True(await queue.FailAsync(claimed.Id, claimed.Attempt, sentence, TestContext.Current.CancellationToken));
        Monitor.ReportRun(claimed.Run);
    }

    public static byte[] Png(byte shade)
    {
        using var bitmap = new SKBitmap(24, 16);
        bitmap.Erase(new SKColor(shade, 80, 160));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 90);
        return data.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await Bunit.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
