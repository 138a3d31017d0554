using System.Text;
using LogitLens.Storage.Exchange;

namespace LogitLens.Storage.Tests.Exchange;

public sealed class ItemTableTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("image,question,answer\na.png,What?,cat\nb.png,,\n")]
    [InlineData("image,question,answer\r\na.png,What?,cat\r\nb.png,,\r\n")]
    [InlineData("\uFEFFImage,QUESTION, Answer \na.png,What?,cat\nb.png,,")]
    [InlineData("label,image_path,prompt\ncat,a.png,What?\n,b.png,\n")]
    [InlineData("image;question;answer\na.png;What?;cat\nb.png;;\n")]
    [InlineData("image\tquestion\tanswer\na.png\tWhat?\tcat\nb.png\t\t\n")]
    [InlineData("id,image,question,answer,split\n1,\"a.png\",\"What?\",cat,train\n2,b.png,,,test\n")]
    public async Task ReadAsync_EveryForm_GivesTheSameItems(string text)
    {
        var result = await ReadAsync(text);

        Assert.Null(result.Error);
        Assert.Equal([new TableItem("a.png", "What?", "cat", 2), new TableItem("b.png", null, null, 3)], result.Items);
    }

    [Fact]
    public async Task ReadAsync_QuotedLineBreaksQuotesAndCommas_KeepsThemAndCountsLines()
    {
        var result = await ReadAsync("image,question\n\"a,1.png\",\"USER: <image>\nSay \"\"cat\"\". ASSISTANT:\"\n\nb.png,日本?\n");

        Assert.Null(result.Error);
        Assert.Equal([new TableItem("a,1.png", "USER: <image>\nSay \"cat\". ASSISTANT:", null, 2), new TableItem("b.png", "日本?", null, 5)], result.Items);
    }

    [Theory]
    [InlineData("", "line 1", "no column image")]
    [InlineData("file,question\na.png,x\n", "line 1", "no column image (or image_path), only file, question")]
    [InlineData("image,image_path\na,b\n", "line 1", "image and image_path mean the same")]
    [InlineData("image,question\n", "no items", "add one line")]
    [InlineData("image,question\na.png,x\n ,y\n", "line 3", "column image is empty")]
    [InlineData("image,question\na.png,x\nb.png,Is it red, or blue?\n", "line 3", "3 fields under 2")]
    [InlineData("image,question\na.png,x\nb.png\n", "line 3", "1 fields under 2")]
    [InlineData("image,question\na.png,\"never closed\nb.png,x\n", "line 2", "quot")]
    [InlineData("image,question\na.png,\"closed\" late\n", "line 2", "quot")]
    public async Task ReadAsync_BadTable_NamesLineAndRemedy(string text, string where, string what)
    {
        var result = await ReadAsync(text);

        Assert.Empty(result.Items);
        Assert.StartsWith("items.csv", result.Error, StringComparison.Ordinal);
        Assert.Contains(where, result.Error, StringComparison.Ordinal);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
        Assert.EndsWith(".", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OtherEncodings_NamesTheLine()
    {
        var latin = await ReadAsync(Encoding.Latin1.GetBytes("image,question\na.png,x\nb.png,für\n"));
        var wide = await ReadAsync(Encoding.Unicode.GetBytes("image,question\na.png,x\n"));
        var workbook = await ReadAsync([0x50, 0x4B, 3, 4, 0, 0]);

        Assert.Contains("line 3: the text is not UTF-8", latin.Error, StringComparison.Ordinal);
        Assert.Contains("line 1: the text is not UTF-8", wide.Error, StringComparison.Ordinal);
        Assert.Contains("workbook", workbook.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_TooManyItems_NamesTheLine()
    {
        var text = "image\n" + string.Concat(Enumerable.Range(0, ItemTable.MaxItems + 1).Select(i => $"{i}.png\n"));

        Assert.Contains("line 10002: the table has more than the 10,000 items", (await ReadAsync(text)).Error, StringComparison.Ordinal);
        Assert.Equal(ItemTable.MaxItems, (await ReadAsync(text[..text.LastIndexOf("10000", StringComparison.Ordinal)])).Items.Count);
    }

    [Fact]
    public async Task ReadAsync_TooLarge_Refuses()
    {
        var result = await ReadAsync(new byte[ItemTable.MaxBytes + 1]);

        Assert.Contains("16 MiB", result.Error, StringComparison.Ordinal);
    }

    private static Task<ItemTableResult> ReadAsync(string text) => ReadAsync(Encoding.UTF8.GetBytes(text));

    private static async Task<ItemTableResult> ReadAsync(byte[] bytes)
    {
        await using var stream = new MemoryStream(bytes);
        return await ItemTable.ReadAsync(stream, "items.csv", Token);
    }
}
