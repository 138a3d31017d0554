using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using LogitLens.Storage.Exchange.Documents;
using LogitLens.Storage.Tests.Exchange.Export;

namespace LogitLens.Storage.Tests.Exchange.Documents;

public sealed class ReadingsDocumentTests
{
    private static readonly string[] Tables = ["Checkpoints", "Runs", "Images", "Analyses", "Summaries", "AnalysisLayouts"];

    private static readonly JsonSchema Schema = JsonSchema.FromFile(RepositoryFiles.Find("docs/formats/readings.schema.json"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool, bool> Forms => new() { { true, true, true }, { false, false, false }, { true, false, true } };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Write_AnalysisFromTheDatabase_KeepsToTheSchema(bool entropy, bool tracked, bool picture)
    {
        var text = Write(DocumentSource.From(Exported.Analysis(entropy, tracked: tracked ? [6, 3] : null), picture ? [1, 2, 3] : null));

        AssertValid(text);
    }

    [Fact]
    public void Write_VersionOne_KeepsToTheSchema() => AssertValid(Write(VersionOne()));

    [Theory]
    [InlineData("origin")]
    [InlineData("tokens")]
    [InlineData("positions")]
    public void Schema_DocumentWithoutAPart_IsInvalid(string part)
    {
        var root = JsonNode.Parse(Write(DocumentSource.From(Exported.Analysis(), null)))!.AsObject();
        root.Remove(part);

        Assert.False(Schema.Evaluate(root.Deserialize<JsonElement>()).IsValid);
    }

    [Fact]
    public void Write_VersionOne_IsWhatItWasBeforeThereWasATwo() => Assert.Equal(
        """{"version":1,"checkpoint":"demo","prompt":"Хи <image>","positions":[{"id":1,"piece":"▁cat","text":" cat","kind":"text","tile":null,"row":null,"column":null,"pixels":null},{"id":32,"piece":"<image>","text":"<image>","kind":"patch","tile":0,"row":1,"column":2,"pixels":[0.5,0,14,14]}],"layers":[{"layer":"emb","ids":[[1,2],[3,4]],"probabilities":[[0.5,0.25],[0.75,0.1]],"entropyBits":[1.5,2],"logSumExp":[3,4]}],"answer":{"ids":[5,2],"text":"cat"}}""",
        Write(VersionOne()));

    [Fact]
    public async Task Read_WhatWasWritten_IsTheSame()
    {
        var document = DocumentSource.From(Exported.Analysis(tracked: [6, 3]), [1, 2, 3]);
        var text = Write(document);

        var (read, error) = await ReadAsync(text);

        Assert.Null(error);
        Assert.Equal(text, Write(read!));
        Assert.Equal(document.Layers[1].LogProbabilities, read!.Layers[1].LogProbabilities!.Select(value => (float)(Half)value));
    }

    [Fact]
    public void Write_EveryHalfThereIs_ReadsBackAsThatHalf()
    {
        // All log-probabilities a half can hold, through text and single precision back to half.
        var halves = Enumerable.Range(0, 65_536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(half => half <= Half.Zero && Half.IsFinite(half)).ToList();
        var text = Write(new ReadingsDocument(2, "", "", [], [new DocumentLayer(1, halves.Count, [], [], [.. halves.Select(half => (float)half)], null, null, [], [], [])], null));

        using var json = JsonDocument.Parse(text);
        var row = json.RootElement.GetProperty("layers")[0].GetProperty("logProbabilities")[0];
        Assert.Equal(halves, row.EnumerateArray().Select(value => (Half)value.GetSingle()));
        Assert.True(row.EnumerateArray().Max(value => value.GetRawText().TrimStart('-').Replace(".", "", StringComparison.Ordinal).TrimStart('0').Split('E')[0].Length) <= 5);
    }

    [Fact]
    public async Task ToImportable_IntoAnEmptyDatabase_ExportsTheSameReadings()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        await source.AddRunAsync();
        var id = await source.FinishNextAsync();
        var analysis = (await source.ExportReader.ReadAsync(id, Token))!;
        var picture = (await source.Images.ReadAsync(analysis.Detail.Image.Id, Token))!.Bytes;
        var (read, _) = await ReadAsync(Write(DocumentSource.From(analysis, picture)));

        var (importable, error) = ReadingsDocumentReader.ToImportable(read!, "a.json");

        Assert.Null(error);
        Assert.NotNull(importable);
        var result = await target.Imports.AddDocumentAsync(importable, PictureOf(importable), Token);
        Assert.Equal((true, null), (result.IsNew, result.Misfit));
        var imported = (await target.Runs.ListAnalysesAsync(importable.Run.Id, null, 0, 10, Token)).Items.Single();
        Assert.Equal(await source.Readings.ReadAsync(id, 0, Token), await target.Readings.ReadAsync(imported.Id, 0, Token));
        Assert.Equal(Write(DocumentSource.From(analysis, picture)), Write(DocumentSource.From((await target.ExportReader.ReadAsync(imported.Id, Token))!, picture)));
    }

    [Fact]
    public async Task AddDocument_Twice_ChangesNothing()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var document = await DocumentAsync(source);
        var first = await target.Imports.AddDocumentAsync(document, PictureOf(document), Token);

        var second = await target.Imports.AddDocumentAsync(document, null, Token);

        Assert.Equal((first.Analysis, false, null), (second.Analysis, second.IsNew, second.Misfit));
        foreach (var table in Tables)
        {
            Assert.Equal(1, await target.CountAsync(table));
        }
    }

    [Fact]
    public async Task AddDocument_FailingAtItsReadings_LeavesNothingBehind()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var document = await DocumentAsync(source);

        // A layer short: checkpoint, run, image and analysis have been written when the digest finds out.
        var broken = document with { Analysis = document.Analysis with { Packed = [.. document.Analysis.Packed.SkipLast(1)] } };
        await Assert.ThrowsAsync<InvalidOperationException>(() => target.Imports.AddDocumentAsync(broken, PictureOf(document), Token));

        foreach (var table in Tables)
        {
            Assert.Equal(0, await target.CountAsync(table));
        }
    }

    [Fact]
    public async Task AddDocument_RunOfOtherSettings_IsRefusedAndLeavesNothingBehind()
    {
        await using var source = await TestStorage.CreateAsync();
        await using var target = await TestStorage.CreateAsync();
        var document = await DocumentAsync(source);
        await target.Imports.AddDocumentAsync(document, PictureOf(document), Token);
        var before = await target.Checkpoints.ReadTokensAsync(document.Checkpoint.Hash, Token);
        var other = document with
        {
            Checkpoint = document.Checkpoint with { Tokens = [.. document.Checkpoint.Tokens, new TokenRow(1_000, "new", "new", "new", 0)] },
            Run = document.Run with { Settings = document.Run.Settings with { TopK = 3 } },
        };

        var result = await target.Imports.AddDocumentAsync(other, null, Token);

        Assert.Null(result.Analysis);
        Assert.Contains("same id and other settings", result.Misfit, StringComparison.Ordinal);
        Assert.Equal(before, await target.Checkpoints.ReadTokensAsync(document.Checkpoint.Hash, Token));
    }

    [Theory]
    [InlineData("", "no document")]
    [InlineData("[]", "no document")]
    [InlineData("{\"version\":1}", "no document")]
    [InlineData("{\"version\":3,\"checkpoint\":\"\",\"prompt\":\"\",\"positions\":[],\"layers\":[],\"answer\":null}", "update LogitLens")]
    [InlineData("{\"version\":2,\"checkpoint\":\"\",\"prompt\":\"\",\"positions\":[],\"layers\":[],\"answer\":null}", "names its origin")]
    [InlineData("{\"version\":1,\"checkpoint\":\"\",\"prompt\":\"\",\"positions\":[],\"layers\":[],\"answer\":null}", "out of range")]
    [InlineData("{\"version\":1,\"checkpoint\":null,\"prompt\":\"\",\"positions\":[],\"layers\":[],\"answer\":null}", "no document")]
    public async Task Read_SomethingElse_IsRefusedWithASentence(string text, string expected)
    {
        var (document, error) = await ReadAsync(text);

        Assert.Null(document);
        Assert.StartsWith("a.json: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layers/0/ids", "[[1,2,3]]")]
    [InlineData("layers/0/ids/1", "[1]")]
    [InlineData("layers/0/ids/1", "null")]
    [InlineData("layers/0/ids", "[]")]
    [InlineData("layers/0/layer", "\"two\"")]
    [InlineData("layers/0/layer", "-1")]
    [InlineData("layers/0/layer", "2")]
    [InlineData("layers/0/ids/0/0", "100")]
    [InlineData("layers/0/ids/0/0", "-1")]
    [InlineData("layers/0/entropyBits", "[1]")]
    [InlineData("layers/0/tracked", "{\"ids\":[1],\"ranks\":[[0]],\"logProbabilities\":[[0]]}")]
    [InlineData("layers", "[]")]
    [InlineData("positions/0/kind", "\"answer\"")]
    [InlineData("positions/0/kind", "\"image\"")]
    [InlineData("positions/0/pixels", "[1,2]")]
    [InlineData("tokens/0/id", "7000")]
    [InlineData("tokens/1/id", "0")]
    [InlineData("origin/run/id", "\"../x\"")]
    [InlineData("origin/run/settings/lens", "\"tuned\"")]
    [InlineData("origin/run/settings/layers", "[0]")]
    [InlineData("origin/checkpoint/vocabularySize", "0")]
    [InlineData("origin/checkpoint/layers", "9")]
    [InlineData("origin/image/sha256", "\"x\"")]
    [InlineData("origin/image/data", "\"AAAA\"")]
    public async Task ReadAndToImportable_PartThatDoesNotFit_IsRefusedWithASentence(string path, string value)
    {
        var root = JsonNode.Parse(Write(DocumentSource.From(Exported.Analysis(), null)))!;
        var names = path.Split('/');
        var parent = names[..^1].Aggregate(root, (node, name) => int.TryParse(name, out var index) ? node[index]! : node[name]!);
        if (parent is JsonArray array)
        {
            array[int.Parse(names[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        }
        else
        {
            parent[names[^1]] = JsonNode.Parse(value);
        }

        var (document, error) = await ReadAsync(root.ToJsonString());
        if (document is not null)
        {
            error = ReadingsDocumentReader.ToImportable(document, "a.json").Error;
        }

        Assert.NotNull(error);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_RandomlyChanged_NeverThrows()
    {
        var text = Encoding.UTF8.GetBytes(Write(DocumentSource.From(Exported.Analysis(tracked: [6]), null)));
        var random = new Random(4);
        for (var round = 0; round < 1000; round++)
        {
            var changed = (byte[])text.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(32, 127);
            }

            var (document, error) = await ReadingsDocumentReader.ReadAsync(new MemoryStream(changed), "a.json", Token);
            Assert.True((document is null) != (error is null));
            if (document is not null)
            {
                var (importable, sentence) = ReadingsDocumentReader.ToImportable(document, "a.json");
                Assert.True((importable is null) != (sentence is null));
            }
        }
    }

    private static ReadingsDocument VersionOne() => new(
        1,
        "demo",
        "Хи <image>",
        [new DocumentPosition(1, "▁cat", " cat", "text", null, null, null, null), new DocumentPosition(32, "<image>", "<image>", "patch", 0, 1, 2, new PixelBox(0.5, 0, 14, 14))],
        [new DocumentLayer(0, 2, [1, 2, 3, 4], [0.5f, 0.25f, 0.75f, 0.1f], null, [1.5f, 2], [3, 4], [], [], [])],
        new DocumentAnswer([5, 2], "cat"));

    private static void AssertValid(string text)
    {
        using var json = JsonDocument.Parse(text);
        var result = Schema.Evaluate(json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, string.Join("\n", result.Details?.SelectMany(d => d.Errors?.Select(e => $"{d.InstanceLocation}: {e.Value}") ?? []) ?? []));
    }

    private static Task<DocumentReading> ReadAsync(string text) => ReadingsDocumentReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "a.json", Token);

    private static string Write(ReadingsDocument document)
    {
        using var output = new MemoryStream();
        ReadingsDocumentWriter.Write(output, document);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static async Task<ImportableDocument> DocumentAsync(TestStorage source)
    {
        await source.AddRunAsync();
        var analysis = (await source.ExportReader.ReadAsync(await source.FinishNextAsync(), Token))!;
        var picture = (await source.Images.ReadAsync(analysis.Detail.Image.Id, Token))!.Bytes;
        var (read, _) = await ReadAsync(Write(DocumentSource.From(analysis, picture)));
        return Assert.IsType<ImportableDocument>(ReadingsDocumentReader.ToImportable(read!, "a.json").Importable);
    }

    private static NewImage PictureOf(ImportableDocument document) => new(document.ImageName, document.Picture!, "image/jpeg", 640, 480, 1, [1]);
}
