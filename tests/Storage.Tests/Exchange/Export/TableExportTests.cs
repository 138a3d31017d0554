using System.Globalization;

using CsvHelper;
using LogitLens.Storage.Exchange.Export;
using Parquet;
using Parquet.Meta;
using Encoding = Parquet.Meta.Encoding;

namespace LogitLens.Storage.Tests.Exchange.Export;

public sealed class TableExportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Csv_Readings_HasARowForEveryLayerPositionAndRank()
    {
        var table = await CsvAsync(new TableOptions(), Exported.Analysis());

        Assert.Equal(3 * 5 * 3, table.Count);
        var row = table[(1 * 4 * 3) + (2 * 3) + 1];
        Assert.Equal(
            ("demo, describe", "7", "garden.jpg", "2", "patch", "0", "0", "1", "32", "1", "top", "2"),
            (row["run"], row["analysis"], row["image"], row["position"], row["kind"], row["tile"], row["row"], row["column"], row["input_id"], row["layer"], row["source"], row["rank"]));
        Assert.Equal(("5", "␣собака", " собака"), (row["token_id"], row["token"], row["token_text"]));
        var score = (float)(Half)(-0.5f - 1.7f);
        Assert.Equal(score, float.Parse(row["log_probability"], CultureInfo.InvariantCulture));
        Assert.Equal((float)Math.Exp(score), float.Parse(row["probability"], CultureInfo.InvariantCulture));
        Assert.Equal((float)(Half)3.3f, float.Parse(row["entropy_bits"], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Csv_AnswerPositions_AreNamedAfterTheirTokens()
    {
        var row = (await CsvAsync(new TableOptions(), Exported.Analysis()))[^1];

        Assert.Equal(("4", "answer", "", "5", "2"), (row["position"], row["kind"], row["row"], row["input_id"], row["layer"]));
    }

    [Fact]
    public async Task Csv_TrackedTokens_HaveRowsOfTheirOwn()
    {
        var rows = (await CsvAsync(new TableOptions(), Exported.Analysis(tracked: [6]))).Where(r => r["source"] == "tracked").ToList();

        Assert.Equal(15, rows.Count);
        Assert.Equal(("6", "11", "-4.5"), (rows[1]["token_id"], rows[1]["rank"], rows[1]["log_probability"]));
    }

    [Fact]
    public async Task Csv_WithoutEntropy_LeavesItEmpty() =>
        Assert.All(await CsvAsync(new TableOptions(), Exported.Analysis(entropy: false)), row => Assert.Equal("", row["entropy_bits"]));

    [Fact]
    public async Task Csv_TextsThatAreFormulas_GetAnApostropheAndNumbersDoNot()
    {
        var table = await CsvAsync(new TableOptions(), Exported.Analysis(imageName: "=cmd|'/c calc'!A1.png"));

        Assert.All(table, row => Assert.Equal("'=cmd|'/c calc'!A1.png", row["image"]));
        Assert.Contains(table, row => row["token"] == "'=" && row["token_id"] == "2");
        Assert.Contains(table, row => row["token_text"] == "'-1+1");
        Assert.All(table, row => Assert.StartsWith("-", row["log_probability"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Csv_AsItIs_ChangesNoText()
    {
        var table = await CsvAsync(new TableOptions(EscapeFormulas: false), Exported.Analysis(imageName: "=1.png"));

        Assert.All(table, row => Assert.Equal("=1.png", row["image"]));
        Assert.All(table, row => Assert.Equal(Exported.Tokens.Single(t => t.Id == int.Parse(row["token_id"], CultureInfo.InvariantCulture)).Text, row["token_text"]));
    }

    [Fact]
    public async Task Csv_AnyAnalysis_IsRfc4180InUtf8()
    {
        using var output = new MemoryStream();
        await CsvExport.WriteAsync(output, Exported.Stream(Exported.Analysis()), new TableOptions(), Token);

        var text = new System.Text.UTF8Encoding(false, true).GetString(output.ToArray());
        Assert.StartsWith("run_id,run,checkpoint,analysis,item,image,image_sha256,position,kind,tile,row,column,input_id,layer,source,rank,token_id,token,token_text,probability,log_probability,entropy_bits\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\"demo, describe\"", text, StringComparison.Ordinal);
        Assert.Contains(",⏎,\"\n\",", text, StringComparison.Ordinal);
        Assert.Contains(",\"\"\"\",\"\"\"\",", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BestBy.P, null, null, "1")]
    [InlineData(BestBy.P, 0, 2, "0")]
    [InlineData(BestBy.P, 2, 2, "2")]
    [InlineData(BestBy.Entropy, null, null, "1")]
    [InlineData(BestBy.P, 7, 9, "0")]
    public async Task Csv_BestLayers_FollowsCriterionAndWindow(BestBy by, int? from, int? to, string expected)
    {
        var window = from is { } first && to is { } last ? (first, last) : ((int, int)?)null;

        var table = await CsvAsync(new TableOptions(TableKind.Best, by, window), Exported.Analysis());

        Assert.Equal(2, table.Count);
        Assert.All(table, row => Assert.Equal(expected, row["best_layer"]));
        Assert.Equal(["80", "320"], table.Select(row => row["x"]));
    }

    [Fact]
    public async Task Csv_BestLayersOfFillers_AreMarked()
    {
        // At emb the first patch reads 2, 3, 4 and the second 3, 4, 5; at layer 2 the first reads 4, the line's end.
        var table = await CsvAsync(new TableOptions(TableKind.Best, Window: (2, 2)), Exported.Analysis());

        Assert.Equal(["true", "false"], table.Select(row => row["filler"]));
    }

    [Fact]
    public async Task Parquet_SeveralAnalyses_HoldsWhatTheCsvHolds()
    {
        ExportedAnalysis[] analyses = [Exported.Analysis(tracked: [6]), Exported.Analysis(entropy: false, imageName: "=x.png")];
        var expected = await CsvAsync(new TableOptions(EscapeFormulas: false), analyses);
        var parquet = await ParquetAsync(new TableOptions(), analyses);

        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(parquet), cancellationToken: Token);

        Assert.Equal(2, reader.RowGroupCount);
        var at = 0;
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            using var group = reader.OpenRowGroupReader(index);
            var count = (int)group.RowCount;
            var texts = new string?[count];
            await group.ReadAsync(reader.Schema.FindDataField("token_text"), texts.AsMemory(), cancellationToken: Token);
            var layers = new int[count];
            await group.ReadAsync<int>(reader.Schema.FindDataField("layer"), layers.AsMemory(), cancellationToken: Token);
            var probabilities = new float[count];
            await group.ReadAsync<float>(reader.Schema.FindDataField("probability"), probabilities.AsMemory(), cancellationToken: Token);
            var entropies = new float?[count];
            await group.ReadAsync<float>(reader.Schema.FindDataField("entropy_bits"), entropies.AsMemory(), cancellationToken: Token);
            for (var row = 0; row < count; row++, at++)
            {
                Assert.Equal(expected[at]["token_text"], texts[row]);
                Assert.Equal(expected[at]["layer"], layers[row].ToString(CultureInfo.InvariantCulture));
                Assert.Equal(float.Parse(expected[at]["probability"], CultureInfo.InvariantCulture), probabilities[row]);
                Assert.Equal(expected[at]["entropy_bits"], entropies[row]?.ToString(CultureInfo.InvariantCulture) ?? "");
            }
        }

        Assert.Equal(expected.Count, at);
    }

    [Fact]
    public async Task Parquet_AnyAnalysis_IsDictionaryEncodedAndCompressed()
    {
        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(await ParquetAsync(new TableOptions(), Exported.Analysis())), cancellationToken: Token);

        var columns = reader.Metadata!.RowGroups[0].Columns.ConvertAll(c => c.MetaData!);
        Assert.All(columns, column => Assert.Equal(CompressionCodec.ZSTD, column.Codec));
        Assert.All(
            columns.Where(column => column.PathInSchema[0] is "token" or "run" or "image" or "kind"),
            column => Assert.Contains(column.Encodings, encoding => encoding is Encoding.RLE_DICTIONARY or Encoding.PLAIN_DICTIONARY));
    }

    private static async Task<byte[]> ParquetAsync(TableOptions options, params ExportedAnalysis[] analyses)
    {
        using var output = new MemoryStream();
        await ParquetExport.WriteAsync(output, Exported.Stream(analyses), options, Token);
        return output.ToArray();
    }

    private static async Task<List<Dictionary<string, string>>> CsvAsync(TableOptions options, params ExportedAnalysis[] analyses)
    {
        using var output = new MemoryStream();
        await CsvExport.WriteAsync(output, Exported.Stream(analyses), options, Token);
        using var reader = CsvReader.Create(output.ToArray(), new CsvReaderOptions());
        var rows = new List<Dictionary<string, string>>();
        while (reader.Read())
        {
            rows.Add(reader.Headers.Select((name, index) => (name, reader.GetString(index))).ToDictionary());
        }

        return rows;
    }
}
