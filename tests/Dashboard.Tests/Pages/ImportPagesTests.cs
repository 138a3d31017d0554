using Bunit;
using LogitLens.Dashboard.Components.Pages;
using LogitLens.Storage;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Tests.Exchange.Import;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using TestContext = Xunit.TestContext;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class ImportPagesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ImportList_ChosenFiles_BecomeOneImportAndItsPageOpens()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Bunit.Render<ImportList>();
        var inputs = page.FindComponents<InputFile>();

        inputs[0].UploadFiles(InputFileContent.CreateFromText(InterpPages.Make(), "one.html"), InputFileContent.CreateFromText("{}", "two.json"), InputFileContent.CreateFromText("x", "notes.txt"));

        var jobs = context.Bunit.Services.GetRequiredService<ImportJobStore>();
        page.WaitForAssertion(() => Assert.Contains("/imports/", context.Navigation.Uri, StringComparison.Ordinal));
        var job = Assert.Single((await jobs.ListAsync(0, 10, Token)).Items);
        Assert.Equal(("one.html and 1 more", 2, true), (job.Name, job.Total, job.IsClosed));
        Assert.Equal(["one.html", "two.json"], (await jobs.ListFilesAsync(job.Id, null, 0, 10, Token)).Items.Select(file => file.Name));
    }

    [Fact]
    public async Task ImportList_NothingToImport_SaysWhatIsTaken()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Bunit.Render<ImportList>();
        var input = page.FindComponents<InputFile>()[0];

        input.UploadFiles(InputFileContent.CreateFromText("x", "notes.txt"));

        page.WaitForAssertion(() => Assert.Contains("choose files ending in .html, .zip or .json", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ImportList_UnknownCheckpoint_IsRefusedAndNothingBegins()
    {
        await using var context = await PagesContext.CreateAsync();
        var page = context.Bunit.Render<ImportList>();
        await page.FindAll("input[type=text]")[1].ChangeAsync("no-such-model");
        var input = page.FindComponents<InputFile>()[0];

        input.UploadFiles(InputFileContent.CreateFromText(InterpPages.Make(), "one.html"));

        page.WaitForAssertion(() => Assert.Contains("\"no-such-model\" is neither a folder", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Equal(0, (await context.Bunit.Services.GetRequiredService<ImportJobStore>().ListAsync(0, 1, Token)).Total);
    }

    [Fact]
    public async Task Import_WithFailures_NamesThemAndTheirReasons()
    {
        await using var context = await PagesContext.CreateAsync();
        var jobs = context.Bunit.Services.GetRequiredService<ImportJobStore>();
        var job = await jobs.AddAsync("photos", null, 2, Token);
        await jobs.AddFinishedFileAsync(job, "one.html", ImportFileState.Failed, "one.html, line 3: it is broken.", null, Token);
        await jobs.AddFinishedFileAsync(job, "two.html", ImportFileState.AlreadyHere, null, null, Token);
        await jobs.CloseAsync(job, null, Token);

        var page = context.Bunit.Render<Import>(parameters => parameters.Add(p => p.Id, job.Value));

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody tr").Count));
        Assert.Contains("2 files: 1 already here, 1 failed", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["one.html", "failed", "line 3: it is broken."], page.FindAll("tbody tr")[0].Children.Select(cell => cell.TextContent.Trim()));
    }

    [Fact]
    public async Task Import_UnknownAddress_SaysSo()
    {
        await using var context = await PagesContext.CreateAsync();

        var page = context.Bunit.Render<Import>(parameters => parameters.Add(p => p.Id, Guid.NewGuid()));

        page.WaitForAssertion(() => Assert.Contains("There is no such import", page.Markup, StringComparison.Ordinal));
    }
}
