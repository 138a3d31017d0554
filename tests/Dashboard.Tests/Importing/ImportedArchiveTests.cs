using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Exchange.Documents;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Tests.Exchange.Import;

namespace LogitLens.Dashboard.Tests.Importing;

/// <summary>Pages that were imported at one place and go on to another in LogitLens' own forms.</summary>
public sealed class ImportedArchiveTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_ArchiveOfAnImportedPage_KeepsItsSourceAndKnowsThePage()
    {
        await using var there = await ImportContext.CreateAsync();
        await using var here = await ImportContext.CreateAsync();
        var page = InterpPages.Make();
        var original = await there.DetailAsync(await there.ImportAsync(await there.OpenAsync(), "one.html", page));
        var archive = await ExportAsync(there, original.Run.Id);

        var outcome = await ImportAsync(here, archive);
        var again = await here.ImportAsync(await here.OpenAsync(name: "later"), "renamed.html", page);

        var imported = await here.DetailAsync(outcome);
        Assert.Equal(JsonSerializer.Serialize(original.Source), JsonSerializer.Serialize(imported.Source));
        Assert.Equal("one.html", imported.Source!.File);
        Assert.Equal((ImportFileState.AlreadyHere, imported.Row.Id), (again.State, Assert.NotNull(again.Analysis)));
        Assert.Equal(archive, await ExportAsync(here, original.Run.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Import_ArchivesBeforeAndAfterTheTableGrew_EndAlikeInEitherOrder(bool smallFirst)
    {
        await using var there = await ImportContext.CreateAsync();
        await using var here = await ImportContext.CreateAsync();
        var importer = await there.OpenAsync();
        var first = (await there.DetailAsync(await there.ImportAsync(importer, "one.html", InterpPages.Make(k: 3)))).Run.Id;
        var small = await ExportAsync(there, first);
        var grown = await there.DetailAsync(await there.ImportAsync(importer, "two.html", InterpPages.Make(k: 2, spell: word => word + "Ω")));
        var large = await ExportAsync(there, grown.Run.Id);
        Assert.NotEqual(first, grown.Run.Id);

        foreach (var archive in smallFirst ? new[] { small, large } : [large, small])
        {
            Assert.Equal(ImportFileState.Imported, (await ImportAsync(here, archive)).State);
        }

        var hash = grown.Run.Checkpoint.Hash;
        Assert.Equal(await there.Checkpoints.ReadTokensAsync(hash, Token), await here.Checkpoints.ReadTokensAsync(hash, Token));
        Assert.Equal(await ExportAsync(there, first, grown.Run.Id), await ExportAsync(here, first, grown.Run.Id));
    }

    [Fact]
    public async Task Import_ArchiveWhoseTableContradicts_SaysSoAndChangesNothing()
    {
        await using var there = await ImportContext.CreateAsync();
        await using var here = await ImportContext.CreateAsync();
        var original = await there.DetailAsync(await there.ImportAsync(await there.OpenAsync(), "one.html", InterpPages.Make()));
        var archive = await ExportAsync(there, original.Run.Id);
        await ImportAsync(here, archive);
        var before = await here.Checkpoints.ReadTokensAsync(original.Run.Checkpoint.Hash, Token);

        var outcome = await ImportAsync(here, WithOtherText(archive, before[^1].Id));

        Assert.Equal(ImportFileState.Failed, outcome.State);
        Assert.Contains($"another token under id {before[^1].Id}", outcome.Note, StringComparison.Ordinal);
        Assert.Equal(before, await here.Checkpoints.ReadTokensAsync(original.Run.Checkpoint.Hash, Token));
        Assert.Equal(archive, await ExportAsync(here, original.Run.Id));
    }

    [Theory]
    [InlineData("runs.zip")]
    [InlineData("analysis.json")]
    public async Task ImportJob_OwnForm_ImportsOnceAndThenChangesNothing(string name)
    {
        await using var there = await ImportContext.CreateAsync();
        var original = await there.DetailAsync(await there.ImportAsync(await there.OpenAsync(), "one.html", InterpPages.Make()));
        var file = name.EndsWith(".zip", StringComparison.Ordinal) ? await ExportAsync(there, original.Run.Id) : await DocumentAsync(there, original);
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);

        var first = await RunJobAsync(dashboard, name, file);
        var before = await ContentAsync(dashboard, original.Run.Id);
        var second = await RunJobAsync(dashboard, name, file);

        Assert.Equal((1, 0, 0), (first.Imported, first.AlreadyHere, first.Failed));
        Assert.Equal((0, 1, 0), (second.Imported, second.AlreadyHere, second.Failed));
        Assert.Equal(before, await ContentAsync(dashboard, original.Run.Id));
        var imported = Assert.Single((await dashboard.Runs.ListAnalysesAsync(original.Run.Id, AnalysisState.Done, 0, 10, Token)).Items);
        Assert.Equal(await there.Readings.ReadAsync(original.Row.Id, 0, Token), await dashboard.Get<ReadingStore>().ReadAsync(imported.Id, 0, Token));
    }

    [Fact]
    public async Task Tokens_TextOnlyTokenOfAnImportedPage_IsFoundByItsText()
    {
        const string Word = "Δέντρο";
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var page = Encoding.UTF8.GetBytes(InterpPages.Make(columns: 5, side: 3, spell: word => word == "cat" ? Word : word));
        await RunJobAsync(dashboard, "one.html", page);
        var run = (await dashboard.Runs.ListAsync(0, 1, Token)).Items.Single();
        var id = Assert.Single(await dashboard.Get<CheckpointStore>().ReadTokensAsync(run.Checkpoint.Hash, Token), token => token.Text == Word);
        Assert.Equal(TokenRow.TextOnly, id.Kind);
        var analysis = (await dashboard.Runs.ListAnalysesAsync(run.Id, null, 0, 1, Token)).Items.Single();
        var text = Uri.EscapeDataString(Word.ToUpperInvariant());

        var tokens = await dashboard.Client.GetFromJsonAsync<JsonElement>(new Uri($"/api/tokens?text={text}", UriKind.Relative), Token);
        var found = await dashboard.Client.GetFromJsonAsync<JsonElement>(
            new Uri($"/api/tokens/occurrences?token={id.Id}&checkpoint={run.Checkpoint.Hash}", UriKind.Relative), Token);

        Assert.Equal(1, tokens.GetProperty("total").GetInt32());
        Assert.Contains(id.Id.ToString(CultureInfo.InvariantCulture), tokens.GetProperty("items")[0].GetRawText(), StringComparison.Ordinal);
        var item = Assert.Single(found.GetProperty("items").EnumerateArray());
        Assert.Equal(analysis.Id.Value, item.GetProperty("analysis").GetProperty("id").GetInt64());
        var layers = (await dashboard.Get<ReadingStore>().ReadAsync(analysis.Id, 0, Token)).Select(packed => Storage.Readings.ReadingCodec.Unpack(packed)).ToList();
        var best = layers.SelectMany(layer => layer.Ids.Zip(layer.Scores)).Where(pair => pair.First == id.Id).Max(pair => pair.Second);
        Assert.Equal(best, item.GetProperty("best").GetDouble(), 1e-4);
    }

    private static async Task<byte[]> ExportAsync(ImportContext context, params RunId[] runs)
    {
        using var output = new MemoryStream();
        await context.Get<ArchiveWriter>().WriteAsync(output, [.. runs.Select(run => new ArchiveSelection(run))], null, Token);
        return output.ToArray();
    }

    private static async Task<byte[]> DocumentAsync(ImportContext context, AnalysisDetail detail)
    {
        var analysis = (await context.Get<ExportReader>().ReadAsync(detail.Row.Id, Token))!;
        using var output = new MemoryStream();
        ReadingsDocumentWriter.Write(output, DocumentSource.From(analysis, (await context.Get<ImageStore>().ReadAsync(detail.Image.Id, Token))!.Bytes));
        return output.ToArray();
    }

    private static async Task<ImportOutcome> ImportAsync(ImportContext context, byte[] archive)
    {
        await File.WriteAllBytesAsync(context.File("runs.zip"), archive, Token);
        return await (await context.OpenAsync()).ImportAsync("runs.zip", context.File("runs.zip"), Token);
    }

    /// <summary>The archive with another text under one id, lengths and checksums made to fit.</summary>
    private static byte[] WithOtherText(byte[] archive, int id)
    {
        using var bytes = new MemoryStream();
        bytes.Write(archive);
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Update, leaveOpen: true))
        {
            const string Name = "checkpoints/1.tokens.json";
            var tokens = Read(zip, Name).AsArray();
            tokens.Single(row => row!["id"]!.GetValue<int>() == id)!["text"] = "another";
            var changed = Encoding.UTF8.GetBytes(tokens.ToJsonString());
            var manifest = Read(zip, "manifest.json");
            var entry = manifest["entries"]!.AsArray().Single(e => e!["name"]!.GetValue<string>() == Name)!;
            entry["length"] = changed.LongLength;
            entry["sha256"] = Convert.ToHexStringLower(SHA256.HashData(changed));
            Replace(zip, Name, changed);
            Replace(zip, "manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        }

        return bytes.ToArray();
    }

    private static JsonNode Read(ZipArchive zip, string name)
    {
        using var stream = zip.GetEntry(name)!.Open();
        return JsonNode.Parse(stream)!;
    }

    private static void Replace(ZipArchive zip, string name, byte[] bytes)
    {
        zip.GetEntry(name)!.Delete();
        using var stream = zip.CreateEntry(name).Open();
        stream.Write(bytes);
    }

    private static async Task<byte[]> ContentAsync(RunningDashboard dashboard, RunId run)
    {
        using var output = new MemoryStream();
        await dashboard.Get<ArchiveWriter>().WriteAsync(output, [new ArchiveSelection(run)], null, Token);
        return output.ToArray();
    }

    private static async Task<ImportJobRow> RunJobAsync(RunningDashboard dashboard, string name, byte[] file)
    {
        var coordinator = dashboard.Get<ImportCoordinator>();
        var job = await coordinator.BeginAsync(name, null, 1, Token);
        using (var content = new MemoryStream(file))
        {
            Assert.True(await coordinator.AddFileAsync(job, name, content, Token));
        }

        await coordinator.CloseAsync(job, null, Token);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var row = Assert.IsType<ImportJobRow>(await dashboard.Get<ImportJobStore>().FindAsync(job, Token));
            if (row.State != ImportJobState.Running)
            {
                return row;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Still {row} after {Patience}.");
            await Task.Delay(20, Token);
        }
    }
}
