using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Import;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Tests.Exchange.Import;

namespace LogitLens.Dashboard.Tests.Importing;

public sealed class PageImporterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ImportAsync_Page_BecomesADoneAnalysisWithPictureAndPatches()
    {
        await using var context = await ImportContext.CreateAsync();
        var importer = await context.OpenAsync(name: "photos");

        var detail = await context.DetailAsync(await context.ImportAsync(importer, "one.html", InterpPages.Make(columns: 4, side: 2, k: 3)));

        Assert.Equal((AnalysisState.Done, "photos", "one.png", InterpPages.Prompt), (detail.Row.State, detail.Run.Name, detail.Image.Name, detail.Row.Prompt));
        Assert.Equal((3, true, 0), (detail.Run.Settings.TopK, detail.Run.Settings.Legacy, detail.Run.Settings.AnswerTokens));
        Assert.Equal((3, string.Empty), (detail.Run.Checkpoint.Layers, detail.Run.Checkpoint.Folder));
        Assert.Equal(InterpPages.Prompt, detail.Run.Prompt);
        var layout = Assert.IsType<AnalysisLayout>(detail.Layout);
        Assert.Equal(new PixelBox(0, 0, 8, 8), layout.Seen);
        Assert.Equal(new LayoutPosition(layout.Positions[6].Id, 1, 0, 1, 1, new PixelBox(4, 4, 4, 4)), layout.Positions[6]);
        Assert.Equal("one.html", detail.Source?.File);
    }

    [Fact]
    public async Task ImportAsync_Probabilities_AreKeptAsPrinted()
    {
        await using var context = await ImportContext.CreateAsync();
        var text = InterpPages.Make(columns: 5, side: 3, k: 4, seed: 7);
        var page = InterpPageReader.Read("x", System.Text.Encoding.UTF8.GetBytes(text)).Page!;

        var layers = await context.LayersAsync(await context.DetailAsync(await context.ImportAsync(await context.OpenAsync(), "one.html", text)));

        Assert.All(layers, layer => Assert.Equal(ScoreKind.PrintedProbability, layer.Score));
        Assert.Equal(page.Probabilities, layers.SelectMany(layer => layer.Scores));
    }

    [Fact]
    public async Task ImportAsync_Texts_AreThoseOfTheFile()
    {
        await using var context = await ImportContext.CreateAsync();
        var text = InterpPages.Make();
        var page = InterpPageReader.Read("x", System.Text.Encoding.UTF8.GetBytes(text)).Page!;

        var detail = await context.DetailAsync(await context.ImportAsync(await context.OpenAsync(), "one.html", text));

        var tokens = (await context.Checkpoints.ReadTokensAsync(detail.Run.Checkpoint.Hash, Token)).ToDictionary(token => token.Id);
        Assert.Equal(page.TextIndices.Select(place => page.Texts[place]), (await context.LayersAsync(detail)).SelectMany(layer => layer.Ids).Select(id => tokens[id].Text));
        Assert.Equal(InterpPages.LabelsOf(2).Where(label => !label.StartsWith("<IMG", StringComparison.Ordinal)), detail.Layout!.Positions.Where(p => p.Kind == 0).Select(p => tokens[p.Id].Text));
        Assert.All(tokens.Values, token => Assert.Equal(TokenRow.TextOnly, token.Kind));
    }

    [Fact]
    public async Task ImportAsync_Twice_ChangesNothing()
    {
        await using var context = await ImportContext.CreateAsync();
        var importer = await context.OpenAsync();
        var first = await context.ImportAsync(importer, "one.html", InterpPages.Make());
        var before = await CountsAsync(context);

        var second = await context.ImportAsync(importer, "again.html", InterpPages.Make());
        var third = await context.ImportAsync(await context.OpenAsync(name: "another"), "third.html", InterpPages.Make());

        Assert.Equal((ImportFileState.AlreadyHere, first.Analysis), (second.State, second.Analysis));
        Assert.Equal((ImportFileState.AlreadyHere, first.Analysis), (third.State, third.Analysis));
        Assert.Equal(before, await CountsAsync(context));
    }

    [Fact]
    public async Task ImportAsync_DeletedRun_CanBeImportedAgain()
    {
        await using var context = await ImportContext.CreateAsync();
        var first = await context.DetailAsync(await context.ImportAsync(await context.OpenAsync(), "one.html", InterpPages.Make()));
        await context.Runs.DeleteAsync(first.Run.Id, Token);

        var again = await context.ImportAsync(await context.OpenAsync(), "one.html", InterpPages.Make());

        Assert.Equal(ImportFileState.Imported, again.State);
    }

    [Fact]
    public async Task ImportAsync_MoreFiles_GrowOneRunAndOneTable()
    {
        await using var context = await ImportContext.CreateAsync();
        var importer = await context.OpenAsync();

        var details = new List<AnalysisDetail>();
        for (var seed = 1; seed <= 3; seed++)
        {
            var mark = seed;
            details.Add(await context.DetailAsync(await context.ImportAsync(importer, $"{seed}.html", InterpPages.Make(seed: seed, prompt: $"<image> {seed}?", spell: word => word + mark))));
        }

        Assert.Single(details.Select(detail => detail.Run.Id).Distinct());
        Assert.Equal([0, 1, 2], details.Select(detail => detail.Row.Ordinal));
        var run = Assert.IsType<RunRow>(await context.Runs.FindAsync(details[0].Run.Id, Token));
        Assert.Null(run.Prompt);
        var tokens = (await context.Checkpoints.ReadTokensAsync(run.Checkpoint.Hash, Token)).ToDictionary(token => token.Id);
        Assert.Equal(run.Checkpoint.VocabularySize, tokens.Count);
        for (var seed = 1; seed <= 3; seed++)
        {
            Assert.All((await context.LayersAsync(details[seed - 1])).SelectMany(layer => layer.Ids), id => Assert.EndsWith($"{seed}", tokens[id].Text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task ImportAsync_TableGrownByAnother_GivesIdsAgain()
    {
        await using var context = await ImportContext.CreateAsync();
        var folder = DemoFiles.Checkpoint;
        var (ours, theirs) = (await context.OpenAsync(folder), await context.OpenAsync(folder));
        await context.ImportAsync(ours, "1.html", Page(1));
        await context.ImportAsync(theirs, "2.html", Page(2));

        var detail = await context.DetailAsync(await context.ImportAsync(ours, "3.html", Page(3)));

        var tokens = (await context.Checkpoints.ReadTokensAsync(detail.Run.Checkpoint.Hash, Token)).ToDictionary(token => token.Id);
        Assert.Equal(["odd1", "odd2", "odd3"], tokens.Values.Where(token => token.Text.StartsWith("odd", StringComparison.Ordinal)).Select(token => token.Text).Order());
        Assert.Contains("odd3", (await context.LayersAsync(detail)).SelectMany(layer => layer.Ids).Select(id => tokens[id].Text));

        // Words of the demo's own vocabulary and one that it cannot have.
        string Page(int seed) => InterpPages.Make(columns: 13, side: 4, data: Data(13, 21, seed), labels: System.Text.Json.JsonSerializer.Serialize(InterpPages.LabelsOf(4)));

        static string Data(int columns, int positions, int seed) =>
            "[" + string.Join(",", Enumerable.Range(0, columns).Select(c => "[" + string.Join(",", Enumerable.Range(0, positions).Select(p => $"[[\"{Word(c, p, seed)}\", 0.5]]")) + "]")) + "]";

        static string Word(int column, int position, int seed) => (column, position) == (3, 5) ? $"odd{seed}" : new string((char)('a' + ((column + position) % 26)), 1);
    }

    [Fact]
    public async Task ImportAsync_WrongCheckpoint_IsRefused()
    {
        await using var context = await ImportContext.CreateAsync();

        var outcome = await context.ImportAsync(await context.OpenAsync(DemoFiles.Checkpoint), "one.html", InterpPages.Make(columns: 4));

        Assert.Equal(ImportFileState.Failed, outcome.State);
        Assert.Contains("4 columns, the embeddings and 3 blocks, but checkpoint has 12 blocks", outcome.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImportAsync_StrangeTokens_AreRefused()
    {
        await using var context = await ImportContext.CreateAsync();

        var outcome = await context.ImportAsync(await context.OpenAsync(DemoFiles.Checkpoint), "one.html", InterpPages.Make(columns: 13, spell: word => word + "✗✗"));

        Assert.Equal(ImportFileState.Failed, outcome.State);
        Assert.Contains("different tokens are none that checkpoint can write", outcome.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImportAsync_NeitherPictureNorPrompt_SaysSoAndKeepsImagesApart()
    {
        await using var context = await ImportContext.CreateAsync();
        var importer = await context.OpenAsync();

        var one = await context.ImportAsync(importer, "one.html", InterpPages.Make(picture: null, prompt: null));
        var two = await context.ImportAsync(importer, "two.html", InterpPages.Make(picture: null, prompt: null, seed: 2));

        Assert.Equal("Neither picture nor prompt is in the file.", one.Note);
        var (first, second) = (await context.DetailAsync(one), await context.DetailAsync(two));
        Assert.Equal(("one (no picture)", "two (no picture)", string.Empty), (first.Image.Name, second.Image.Name, first.Row.Prompt));
        Assert.Contains("The picture is not in the file; a grey one stands in its place.", first.Source!.Notes);
        Assert.Contains("The prompt is not in the file.", first.Source.Notes);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("<html>hello</html>", "no page of llava-interp")]
    [InlineData("<script id=\"lx-record\" type=\"x\">", "a page that LogitLens exported")]
    [InlineData("PK\u0003\u0004 and so on", "zip")]
    public async Task ImportAsync_OtherFiles_AreRefusedByTheirContent(string content, string what)
    {
        await using var context = await ImportContext.CreateAsync();

        var outcome = await context.ImportAsync(await context.OpenAsync(), "x.html", content);

        Assert.Equal(ImportFileState.Failed, outcome.State);
        Assert.Contains(what, outcome.Note, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x.html", outcome.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImportAsync_PictureThatIsNone_IsRefused()
    {
        await using var context = await ImportContext.CreateAsync();

        var outcome = await context.ImportAsync(await context.OpenAsync(), "x.html", InterpPages.Make(picture: "aGVsbG8="));

        Assert.Contains("its embedded picture cannot be used", outcome.Note, StringComparison.Ordinal);
    }

    private static async Task<(int Runs, int Images, int Checkpoints, int Analyses)> CountsAsync(ImportContext context)
    {
        var runs = await context.Runs.ListAsync(0, 10, Token);
        return (
            runs.Total,
            (await context.Get<LogitLens.Storage.ImageStore>().ListAsync(null, 0, 10, Token)).Total,
            (await context.Checkpoints.ListAsync(Token)).Count,
            runs.Items.Sum(run => run.Counts.Total));
    }
}
