using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace LogitLens.Storage.Tests.Exchange.Archive;

public sealed class HostileArchiveTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> BadFiles => new()
    {
        { "", "no zip" },
        { "this is a text", "no zip" },
        { "PK\u0003\u0004 and then nothing", "no zip" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task Open_NoZip_IsRefusedWithASentence(string content, string expected) => await RefusedAsync(Encoding.UTF8.GetBytes(content), expected);

    [Fact]
    public async Task Open_AnotherZip_IsRefused() => await RefusedAsync(ArchiveFile.Zip(("word/document.xml", "<w/>"u8.ToArray())), "no archive of LogitLens");

    [Theory]
    [InlineData("{}", "not one of LogitLens")]
    [InlineData("[]", "not one of LogitLens")]
    [InlineData("{\"format\":\"other\",\"version\":1}", "not one of LogitLens")]
    [InlineData("{\"format\":\"logitlens-archive\"}", "names no version")]
    [InlineData("{\"format\":\"logitlens-archive\",\"version\":\"one\"}", "names no version")]
    [InlineData("{\"format\":\"logitlens-archive\",\"version\":3}", "update LogitLens")]
    [InlineData("{\"format\":\"logitlens-archive\",\"version\":1}", "JSON cannot be read")]
    [InlineData("{\"format\":\"logitlens-archive\",\"version\":1,\"writtenBy\":null,\"checkpoints\":[],\"images\":[],\"runs\":[],\"entries\":[]}", "JSON cannot be read")]
    [InlineData("nonsense", "JSON cannot be read")]
    public async Task Open_ManifestOfAnotherForm_IsRefused(string manifest, string expected) =>
        await RefusedAsync(ArchiveFile.Zip(("manifest.json", Encoding.UTF8.GetBytes(manifest))), expected);

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("runs\\..\\x.json")]
    [InlineData("images/CON")]
    [InlineData("images/0000000000000000000000000000000000000000000000000000000000000000\n")]
    public async Task Open_ListedNameThatIsAPath_IsRefused(string name) =>
        await RefusedAsync(ArchiveFile.Change(await ArchiveAsync(), entries => entries.Add(name, [1])), "no name an archive has");

    [Fact]
    public async Task Open_EntryThatIsNotListed_IsRefused() =>
        await RefusedAsync(ArchiveFile.Change(await ArchiveAsync(), entries => entries.Add("../evil", [1]), listAnew: false), "does not list");

    [Fact]
    public async Task Open_EntryThatIsMissing_IsRefused() =>
        await RefusedAsync(ArchiveFile.Change(await ArchiveAsync(), entries => entries.Remove(entries.Keys.First(k => k.StartsWith("images/", StringComparison.Ordinal))), listAnew: false), "is missing");

    [Fact]
    public async Task Open_TwoEntriesOfOneName_IsRefused()
    {
        var entries = ArchiveFile.Entries(await ArchiveAsync());
        var twice = entries.First();

        await RefusedAsync(ArchiveFile.Zip([(twice.Key, twice.Value), .. entries.Select(e => (e.Key, e.Value))]), "two entries are called");
    }

    [Fact]
    public async Task Open_OtherLengthThanListed_IsRefused() =>
        await RefusedAsync(
            ArchiveFile.Change(await ArchiveAsync(), entries => entries[entries.Keys.First(k => k.EndsWith(".readings", StringComparison.Ordinal))] = [1, 2], listAnew: false),
            "where the manifest says");

    [Theory]
    [InlineData("checkpoints", "layers", "0")]
    [InlineData("checkpoints", "vocabularySize", "-1")]
    [InlineData("images", "mediaType", "\"text/html\"")]
    [InlineData("images", "sha256", "\"../x\"")]
    [InlineData("images", "labels", "{\"tags\":[{\"name\":\"a,b\",\"addedAt\":\"2026-01-01T00:00:00Z\",\"addedBy\":null}],\"note\":null}")]
    [InlineData("images", "labels", "{\"tags\":null,\"note\":null}")]
    [InlineData("runs", "labels", "{\"tags\":[],\"note\":{\"text\":\"\",\"changedAt\":\"2026-01-01T00:00:00Z\",\"changedBy\":null}}")]
    [InlineData("runs", "id", "\"../../x\"")]
    [InlineData("runs", "checkpoint", "\"another\"")]
    [InlineData("runs", "name", "\"\"")]
    [InlineData("runs", "analyses", "[{\"ordinal\":0,\"record\":\"nowhere\",\"readings\":null}]")]
    public async Task Open_FactsOutOfRange_IsRefused(string list, string property, string value) =>
        await RefusedAsync(
            ArchiveFile.Change(await ArchiveAsync(), _ => { }, manifest: root => root[list]![0]![property] = JsonNode.Parse(value)), "; ");

    [Fact]
    public async Task Open_BombOfZeros_IsRefusedBeforeItIsUnpacked()
    {
        // 200 MB of spaces in 200 KB, as a manifest.
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var stream = zip.CreateEntry("manifest.json", CompressionLevel.Fastest).Open();
            var block = new byte[1 << 20];
            for (var i = 0; i < 200; i++)
            {
                stream.Write(block);
            }
        }

        await RefusedAsync(output.ToArray(), "at most");
    }

    [Fact]
    public async Task Open_EntryLongerThanItsHeaderSays_ReadsNoFurther()
    {
        // The central directory says 4 bytes where 4 MB come out.
        var archive = ArchiveFile.Zip(("manifest.json", new byte[4 << 20]));
        var directory = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(archive.AsSpan(directory + 24), 4u);

        var (reader, error) = await ArchiveFile.OpenAsync(archive);

        Assert.Null(reader);
        Assert.NotNull(error);
    }

    [Theory]
    [InlineData(".readings")]
    [InlineData(".json")]
    [InlineData("images/")]
    public async Task Import_BytesThatDoNotHaveTheirChecksum_FailWithTheirAnalysesOnly(string part)
    {
        var original = await ArchiveAsync(analyses: 2);
        var name = ArchiveFile.Entries(original).Keys.First(k => k.Contains(part, StringComparison.Ordinal) && !k.StartsWith("checkpoints", StringComparison.Ordinal));
        var archive = ArchiveFile.Change(original, entries => entries[name][^1] ^= 1, listAnew: false);
        await using var target = await TestStorage.CreateAsync();

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Contains("checksum", Assert.Single(result.Failures), StringComparison.Ordinal);
        Assert.Equal(1, result.AnalysesAdded);
        Assert.Equal(1, await target.CountAsync("Analyses"));
        Assert.Equal(3, await target.CountAsync("Readings"));
    }

    [Fact]
    public async Task Import_MendedArchive_AddsWhatWasMissing()
    {
        var original = await ArchiveAsync(analyses: 2);
        var name = ArchiveFile.Entries(original).Keys.First(k => k.EndsWith(".readings", StringComparison.Ordinal));
        await using var target = await TestStorage.CreateAsync();
        await ArchiveFile.ImportAsync(target, ArchiveFile.Change(original, entries => entries[name][^1] ^= 1, listAnew: false));

        var mended = await ArchiveFile.ImportAsync(target, original);

        Assert.Equal((1, 1), (mended.AnalysesAdded, mended.AnalysesKnown));
    }

    [Theory]
    [InlineData("no layer")]
    [InlineData("a layer less")]
    [InlineData("a layer twice")]
    [InlineData("half a layer")]
    [InlineData("noise")]
    [InlineData("an id outside the vocabulary")]
    public async Task Import_ReadingsThatAreNotTheRuns_AreRefused(string what)
    {
        var layers = Enumerable.Range(0, 3).Select(layer => Sample.Packed(layer)).ToList();
        var readings = what switch
        {
            "no layer" => [],
            "a layer less" => [.. layers[0], .. layers[1]],
            "a layer twice" => [.. layers[0], .. layers[0], .. layers[2]],
            "half a layer" => [.. layers[0], .. layers[1], .. layers[2][..20]],
            "noise" => new byte[1000],
            _ => [.. layers[0], .. layers[1], .. ReadingCodec.Pack(Sample.Arrays(2) with { Ids = [.. Enumerable.Repeat(2000, 8)] }, 65_536)],
        };
        await using var target = await TestStorage.CreateAsync();
        var archive = ArchiveFile.Change(await ArchiveAsync(), entries => entries[entries.Keys.First(k => k.EndsWith(".readings", StringComparison.Ordinal))] = readings);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Single(result.Failures);
        Assert.Equal(0, await target.CountAsync("Analyses"));
    }

    [Fact]
    public async Task Import_PictureUnderAnotherSha_IsRefused()
    {
        await using var target = await TestStorage.CreateAsync();
        var archive = ArchiveFile.Change(await ArchiveAsync(), entries => entries[entries.Keys.First(k => k.StartsWith("images/", StringComparison.Ordinal))] = [1, 2, 3]);

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Contains("SHA-256", Assert.Single(result.Failures), StringComparison.Ordinal);
        Assert.Equal(0, await target.CountAsync("Images"));
    }

    [Theory]
    [InlineData("running")]
    [InlineData("queued")]
    [InlineData("2")]
    [InlineData("failed")]
    public async Task Import_StateThatDoesNotFit_IsRefused(string state)
    {
        await using var target = await TestStorage.CreateAsync();
        var archive = ArchiveFile.Change(await ArchiveAsync(), entries =>
        {
            var name = entries.Keys.First(k => k.StartsWith("runs/", StringComparison.Ordinal) && k.EndsWith(".json", StringComparison.Ordinal));
            var record = JsonNode.Parse(entries[name])!;
            record["state"] = int.TryParse(state, out var number) ? number : state;
            entries[name] = Encoding.UTF8.GetBytes(record.ToJsonString());
        });

        var result = await ArchiveFile.ImportAsync(target, archive);

        Assert.Single(result.Failures);
        Assert.Equal(0, await target.CountAsync("Analyses"));
    }

    [Fact]
    public async Task Import_RunIdTakenByAnotherRun_LeavesThatOneAlone()
    {
        await using var target = await TestStorage.CreateAsync();
        var original = await ArchiveAsync();
        await ArchiveFile.ImportAsync(target, original);

        var result = await ArchiveFile.ImportAsync(target, ArchiveFile.Change(original, _ => { }, manifest: root => root["runs"]![0]!["settings"]!["topK"] = 7));

        Assert.Contains("other settings", Assert.Single(result.Failures), StringComparison.Ordinal);
        Assert.Equal(1, await target.CountAsync("Analyses"));
    }

    [Fact]
    public async Task Open_CutShortAnywhere_IsRefused()
    {
        var archive = await ArchiveAsync();
        for (var length = 0; length < archive.Length; length += 97)
        {
            var (reader, error) = await ArchiveFile.OpenAsync(archive[..length]);
            Assert.Null(reader);
            Assert.NotNull(error);
        }
    }

    [Fact]
    public async Task OpenAndImport_RandomlyChanged_NeverThrowAndNeverLeaveHalfAnAnalysis()
    {
        const int Rounds = 400;
        var archive = await ArchiveAsync(analyses: 2);
        var random = new Random(20_261_125);
        await using var target = await TestStorage.CreateAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var changed = (byte[])archive.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            var (reader, error) = await ArchiveFile.OpenAsync(changed);
            Assert.True((reader is null) != (error is null));
            reader?.Dispose();
            if (reader is not null)
            {
                await ArchiveFile.ImportAsync(target, changed);
            }
        }

        Assert.Empty(await target.Database.CheckAsync(Token));
        foreach (var run in (await target.Runs.ListAsync(0, 500, Token)).Items)
        {
            foreach (var analysis in (await target.Runs.ListAnalysesAsync(run.Id, AnalysisState.Done, 0, 500, Token)).Items)
            {
                Assert.Equal([0, 1, 2], (await target.Readings.ReadAsync(analysis.Id, 0, Token)).Select(packed => ReadingCodec.Unpack(packed).Layer));
            }
        }
    }

    private static async Task<byte[]> ArchiveAsync(int analyses = 1)
    {
        await using var source = await TestStorage.CreateAsync();
        var run = await source.AddRunAsync(analyses);
        for (var i = 0; i < analyses; i++)
        {
            await source.FinishNextAsync();
        }

        return await ArchiveFile.ExportAsync(source, run);
    }

    private static async Task RefusedAsync(byte[] archive, string expected)
    {
        var (reader, error) = await ArchiveFile.OpenAsync(archive);

        Assert.Null(reader);
        Assert.StartsWith("runs.zip: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }
}
