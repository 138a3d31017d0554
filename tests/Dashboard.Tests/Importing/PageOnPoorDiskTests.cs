using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Importing;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Tests.Care;
using LogitLens.Storage.Tests.Exchange.Import;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Tests.Importing;

/// <summary>Pages imported where there is no room, or nothing may be written.</summary>
public sealed class PageOnPoorDiskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(96)]
    [InlineData(400)]
    public async Task ImportAsync_OntoADiskThatFillsUp_SaysSoAndGoesOnOnceThereIsRoom(int kibibytesFree)
    {
        using var disk = SmallDisk.Mount(16 << 20);
        await using var context = await ImportContext.CreateAsync(disk.Path);
        var importer = await context.OpenAsync(name: "photos");
        await context.Get<DatabaseCompaction>().CompactAsync(null, Token);
        disk.Fill(leave: kibibytesFree << 10);
        var imported = 0;

        var refused = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            for (; imported < 200; imported++)
            {
                Assert.Equal(ImportFileState.Imported, (await context.ImportAsync(importer, "one.html", Page(imported))).State);
            }
        });

        Assert.Contains("no space left", refused.Message, StringComparison.Ordinal);
        disk.Free();
        Assert.Equal(imported, await DoneAsync(context));
        Assert.Empty((await context.Get<DatabaseCheck>().CheckAsync(null, Token)).Findings);

        // As the import's service does it after a failure: with a session of its own.
        var again = await context.OpenAsync(name: "photos");
        Assert.Equal(ImportFileState.Imported, (await context.ImportAsync(again, "one.html", Page(imported))).State);
        Assert.Equal(imported + 1, await DoneAsync(context));
        Assert.Empty((await context.Get<DatabaseCheck>().CheckAsync(null, Token)).Findings);
    }

    [Fact]
    public async Task ImportAsync_OntoAReadOnlyDisk_SaysSoAndLeavesTheFile()
    {
        using var disk = SmallDisk.Mount(16 << 20);
        ImportJobId job;
        await using (var context = await ImportContext.CreateAsync(disk.Path))
        {
            job = await context.Jobs.AddAsync("photos", null, 1, Token);
        }

        var path = Path.Combine(disk.Path, "logitlens.db");
        var before = await File.ReadAllBytesAsync(path, Token);
        disk.MakeReadOnly();
        await using (var context = ImportContext.At(disk.Path))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(async () =>
            {
                var importer = await context.Get<ImportSessions>().OpenAsync(job, "photos", null, Token);
                await context.ImportAsync(importer, "one.html", Page(0));
            });
            Assert.Contains("cannot be", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(path, Token));
        disk.MakeWritable();
        await using var after = await ImportContext.CreateAsync(disk.Path);
        Assert.Equal(ImportFileState.Imported, (await after.ImportAsync(await after.OpenAsync(), "one.html", Page(0))).State);
        Assert.Empty((await after.Get<DatabaseCheck>().CheckAsync(null, Token)).Findings);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeepAsync_UploadOntoAFullOrReadOnlyDisk_IsRefusedAndLeavesNothing(bool readOnly)
    {
        using var disk = SmallDisk.Mount(1 << 20);
        var spool = new ImportSpool(Options.Create(new LogitLensOptions { DataFolder = disk.Path }));
        Directory.CreateDirectory(Path.Combine(disk.Path, "imports"));
        if (readOnly)
        {
            disk.MakeReadOnly();
        }

        var refused = await Assert.ThrowsAsync<RefusedInputException>(
            () => spool.KeepAsync("large.html", new MemoryStream(new byte[2 << 20]), Token));

        Assert.StartsWith("large.html cannot be taken in", refused.Message, StringComparison.Ordinal);
        Assert.Contains("free space", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(disk.Path, "imports")));
    }

    private static string Page(int seed) => InterpPages.Make(columns: 6, side: 8, k: 5, seed: seed);

    private static async Task<int> DoneAsync(ImportContext context) => (await context.Runs.ListAsync(0, 10, Token)).Items.Sum(run => run.Counts.Done);
}
