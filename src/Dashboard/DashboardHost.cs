using LogitLens.Dashboard.Components;
using MudBlazor.Services;

namespace LogitLens.Dashboard;

/// <summary>Puts the web application together.</summary>
public static class DashboardHost
{
    /// <summary>Builds the application; nothing listens yet.</summary>
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
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices();

        var app = builder.Build();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }
}
