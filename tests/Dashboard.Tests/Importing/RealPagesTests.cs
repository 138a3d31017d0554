using System.Text.Json;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Dashboard.Tests.Importing;

/// <summary>The real files and the figures beside them, computed from what the database keeps.</summary>
public sealed class RealPagesTests
{
    private const byte Patch = 1;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("city1.html", false)]
    [InlineData("geometry.html", false)]
    [InlineData("holiday.html", false)]
    [InlineData("city1.html", true)]
    [InlineData("geometry.html", true)]
    [InlineData("holiday.html", true)]
    public async Task ImportAsync_RealPage_KeepsTheFiguresBesideIt(string name, bool withTokenizer)
    {
        var path = SharedFolder.Find("imports", name);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedFolder.Find("imports", "figures.json"), Token));
        var figures = document.RootElement.GetProperty(name);
        await using var context = await ImportContext.CreateAsync();
        var importer = await context.OpenAsync(withTokenizer ? SharedFolder.Find("goldens", "tokenizers", "llama2") : null);

        var detail = await context.DetailAsync(await importer.ImportAsync(name, path, Token));

        var layers = await context.LayersAsync(detail);
        var tokens = (await context.Checkpoints.ReadTokensAsync(detail.Run.Checkpoint.Hash, Token)).ToDictionary(token => token.Id);
        Assert.Equal(figures.GetProperty("columns").GetInt32(), layers.Count);
        Assert.All(layers, layer => Assert.Equal((figures.GetProperty("positions").GetInt32(), figures.GetProperty("k").GetInt32()), (layer.Positions, layer.TopK)));
        Assert.All(layers, layer => Assert.Null(layer.EntropyBits));
        Assert.Equal([.. Enumerable.Repeat(false, 32), true], layers.Select(layer => layer.Legacy));
        Assert.Equal(figures.GetProperty("prompt").GetString(), detail.Row.Prompt);

        var positions = Assert.IsType<AnalysisLayout>(detail.Layout).Positions;
        var patches = Enumerable.Range(0, positions.Count).Where(place => positions[place].Kind == Patch).ToList();
        Assert.Equal(figures.GetProperty("patches").GetInt32(), patches.Count);
        Assert.Equal(figures.GetProperty("first_patch_position").GetInt32(), patches[0]);
        Assert.Equal(new PixelBox(14, 28, 14, 14), positions[patches[(2 * 24) + 1]].Pixels);
        Assert.Equal(Strings(figures.GetProperty("label_histogram_text")), Labels(positions, tokens));

        var best = patches.ConvertAll(position => BestLayer(layers, position));
        Assert.Equal(
            figures.GetProperty("best_column_histogram").EnumerateObject().Select(column => (column.Name, column.Value.GetInt32())),
            best.GroupBy(layer => layer).OrderBy(group => group.Key).Select(group => ($"{group.Key}", group.Count())));
        Assert.Equal(figures.GetProperty("share_of_patches_with_best_column_at_least_22").GetDouble(), Math.Round(best.Count(layer => layer >= 22) / 576.0, 4));

        var texts = patches.Select((position, patch) => tokens[layers[best[patch]].Ids[position * 5]]).Select(Written).ToList();
        var masked = Enumerable.Range(0, texts.Count).Where(patch => string.IsNullOrWhiteSpace(texts[patch])).ToList();
        Assert.Equal(figures.GetProperty("masked_patches").GetInt32(), masked.Count);
        Assert.Equal(figures.GetProperty("masked_patch_numbers").EnumerateArray().Select(number => number.GetInt32()), masked.Select(patch => patch + 1));
        Assert.Equal(figures.GetProperty("masked_newline").GetInt32(), masked.Count(patch => texts[patch] == "\n"));
        Assert.Equal(figures.GetProperty("masked_empty").GetInt32(), masked.Count(patch => texts[patch].Length == 0));
        Assert.Equal(
            figures.GetProperty("most_frequent_best_tokens").EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetInt32())).OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.Item1, StringComparer.Ordinal),
            figures.GetProperty("most_frequent_best_tokens").EnumerateArray().Select(pair => pair[0].GetString()!).Select(text => (text, texts.Count(t => t == text))).OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.text, StringComparer.Ordinal));
        var least = figures.GetProperty("most_frequent_best_tokens").EnumerateArray().Min(pair => pair[1].GetInt32());
        Assert.True(texts.GroupBy(text => text).Count(group => group.Count() > least) < 10);
    }

    [Fact]
    public async Task ImportAsync_WithTokenizer_NamesUnambiguousIdsAndNoOthers()
    {
        await using var context = await ImportContext.CreateAsync();
        var importer = await context.OpenAsync(SharedFolder.Find("goldens", "tokenizers", "llama2"));

        var detail = await context.DetailAsync(await importer.ImportAsync("city1.html", SharedFolder.Find("imports", "city1.html"), Token));

        var table = await context.Checkpoints.ReadTokensAsync(detail.Run.Checkpoint.Hash, Token);
        var own = table.Where(token => token.Kind != TokenRow.TextOnly).ToList();
        var used = (await context.LayersAsync(detail)).SelectMany(layer => layer.Ids).ToHashSet();
        var named = own.Where(token => used.Contains(token.Id)).ToList();
        Assert.InRange(named.Count, 2_000, 3_890);
        var writtenLike = own.ToLookup(Written);
        Assert.All(named, token => Assert.Single(writtenLike[Written(token)]));
        Assert.All(table.Where(token => token.Kind == TokenRow.TextOnly && used.Contains(token.Id)), token => Assert.True(writtenLike[token.Text].Count() > 1, token.Text));
    }

    /// <summary>A token as that tool writes it: decoded alone, so that one leading space is lost.</summary>
    private static string Written(TokenRow token) =>
        token.Kind != TokenRow.TextOnly && token.Text.StartsWith(' ') ? token.Text[1..] : token.Text;

    private static int BestLayer(List<LayerArrays> layers, int position)
    {
        var best = 0;
        for (var layer = 1; layer < layers.Count; layer++)
        {
            if (layers[layer].Scores[position * 5] > layers[best].Scores[position * 5])
            {
                best = layer;
            }
        }

        return best;
    }

    private static IEnumerable<string> Labels(IReadOnlyList<LayoutPosition> positions, Dictionary<int, TokenRow> tokens) =>
        positions.Where(position => position.Kind != Patch).Select(position => Written(tokens[position.Id]));

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(text => text.GetString()!);
}
