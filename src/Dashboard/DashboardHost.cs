using System.Net;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Api;
using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Components;
using LogitLens.Dashboard.Exports;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.Languages;
using LogitLens.Dashboard.News;
using LogitLens.Dashboard.Search;
using LogitLens.Dashboard.Security;
using LogitLens.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using MudBlazor.Services;

namespace LogitLens.Dashboard;

/// <summary>Puts the web application together.</summary>
public static class DashboardHost
{
    /// <summary>Where it listens unless told otherwise: this machine only, as there is no login yet.</summary>
    public const string DefaultUrl = "http://localhost:5080";

    private static readonly string[] AddressKeys = ["urls", "http_ports", "https_ports"];

    /// <summary>Builds the application; nothing listens yet.</summary>
    /// <param name="args">Configuration as <c>--urls URL</c> or <c>--LogitLens:DataFolder DIR</c>.</param>
    /// <exception cref="OptionsValidationException">A setting cannot be used; each failure names its key.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(DashboardHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });

        // Unpublished output has no wwwroot folder of its own: a manifest beside the assembly points at the repository's.
        builder.WebHost.UseStaticWebAssets();
        Listen(builder);

        // A selection of thousands of images stands in the address.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestLineSize = 2 * Filters.FilterAddress.LongestUrl);
        builder.Logging.AddQuietConsole();

        var options = builder.AddLogitLensOptions();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddLogitLensStorage(new StorageOptions { DatabasePath = options.DatabasePath, IndexThreshold = options.IndexThreshold });
        builder.Services.AddAnalysis();
        builder.Services.AddExports();
        builder.Services.AddSingleton<DataFolderLock>();
        builder.Services.AddHostedService<StartupService>();
        builder.Services.AddAnalysisService();
        builder.Services.AddImports();
        builder.Services.AddImportService();
        builder.Services.AddCare();
        builder.Services.AddNews();
        builder.Services.AddNewsService();
        builder.Services.AddDataProtection().SetApplicationName("LogitLens").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(Path.GetFullPath(options.DataFolder), "keys")));
        builder.Services.AddSecurityHeaders();
        builder.Services.AddApi();
        builder.Services.AddSearch();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices(mud => (mud.SnackbarConfiguration.PositionClass, mud.SnackbarConfiguration.MaxDisplayedSnackbars) = (MudBlazor.Defaults.Classes.Position.BottomRight, 3));
        builder.Services.AddScoped<People.Visitor>();
        builder.Services.AddLanguages();

        // An analysis is put back into the queue between two layers, and a layer of a large checkpoint takes its time. It is told at once, not after the
        // web server has let go of its connections.
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = TimeSpan.FromSeconds(60);
            host.ServicesStopConcurrently = true;
        });
        builder.Services.AddSingleton<ConnectionCutoff>();

        var app = builder.Build();
        var cutoff = app.Services.GetRequiredService<ConnectionCutoff>();
        app.Use(next => context => cutoff.InvokeAsync(context, next));
        app.UseResponseCompression();

        // The interface's own errors are written further in and have a body by then. A page that takes another's place has a scope, and so a nonce,
        // of its own: the headers come after, to be written anew for it.
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseSecurityHeaders();
        app.UseApiErrors();
        app.UseLanguages();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapApi();
        app.MapSearch();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }

    private static void Listen(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var isGiven = AddressKeys.Any(key => !string.IsNullOrWhiteSpace(configuration[key]))
            || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!isGiven)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        // Without a login, a page elsewhere must not reach this server through a name of its own that points here (DNS rebinding).
        if (string.IsNullOrEmpty(configuration["AllowedHosts"]) && (!isGiven || IsLoopback(configuration["urls"])))
        {
            configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";
        }
    }

    private static bool IsLoopback(string? urls) => !string.IsNullOrWhiteSpace(urls) && urls
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .All(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))));
}
