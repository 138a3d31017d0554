using System.Diagnostics;
using System.Text;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Storage.Tests.Exchange.Import;

public sealed class InterpPageReaderTests
{
    private const string OneCell = "[[[[\"a\", \"0.5\"]], [[\"b\", \"0.5\"]]], [[[\"c\", \"0.5\"]], [[\"d\", \"0.5\"]]]]";
    private const string TwoLabels = "[\"x\", \"<IMG001>\"]";

    [Fact]
    public void Read_Page_GivesWhatStandsInIt()
    {
        var page = Read(InterpPages.Make(columns: 4, side: 2, k: 3));

        Assert.Equal((4, 9, 3, 3), (page.Columns, page.Positions, page.TopK, page.Layers));
        Assert.Equal(InterpPages.LabelsOf(2), page.Labels);
        Assert.Equal([-1, -1, -1, 0, 1, 2, 3, -1, -1], page.Patches);
        Assert.Equal(2, page.GridSide);
        Assert.Equal(InterpPages.Prompt, page.Prompt);
        Assert.Equal(Convert.FromBase64String(InterpPages.Picture), page.Picture);
        Assert.True(page.IsPrinted);
        Assert.False(page.IsTransposed);
        Assert.Equal(4 * 9 * 3, page.TextIndices.Length);
        Assert.Equal(page.Texts.Count, page.Texts.Distinct().Count());
    }

    [Theory]
    [InlineData("\"plain\"", "plain")]
    [InlineData("'single'", "single")]
    [InlineData("`back\ntick`", "back\ntick")]
    [InlineData("\"\\n\\t\\r\\b\\f\\v\\0\"", "\n\t\r\b\f\v\0")]
    [InlineData("\"\\\"\\'\\\\\\/\\a\"", "\"'\\/a")]
    [InlineData("\"\\u3072\\u{1F600}\\x41\\101\"", "ひ😀AA")]
    [InlineData("\"\\uD83D\\uDE00\"", "😀")]
    [InlineData("\"\\uD83D alone \\uDE00\"", "\uFFFD alone \uFFFD")]
    [InlineData("\"two \\\nlines\"", "two lines")]
    [InlineData("\"two \\\r\nlines\"", "two lines")]
    [InlineData("\"ひЖ😀 </script> <!-- const data = [\"", "ひЖ😀 </script> <!-- const data = [")]
    [InlineData("\"\"", "")]
    [InlineData("\"\\ひ\"", "ひ")]
    public void Read_EveryWayToWriteAText_GivesIt(string literal, string text)
    {
        var page = Read(InterpPages.Make(data: OneCell.Replace("\"a\"", literal, StringComparison.Ordinal), labels: TwoLabels));

        Assert.Equal(text, page.Texts[page.TextIndices[0]]);
    }

    [Theory]
    [InlineData("\"0.1234\"", 0.1234f, true)]
    [InlineData("'0.1234'", 0.1234f, true)]
    [InlineData("0.1234", 0.1234f, true)]
    [InlineData("\"12.34%\"", 0.1234f, true)]
    [InlineData("\"0.0000\"", 0f, true)]
    [InlineData("\"1.0000\"", 1f, true)]
    [InlineData("1", 1f, true)]
    [InlineData(".5", 0.5f, true)]
    [InlineData("\"0.123456\"", 0.123456f, false)]
    [InlineData("1.5e-05", 1.5e-05f, false)]
    public void Read_EveryWayToWriteAProbability_GivesIt(string literal, float value, bool isPrinted)
    {
        var page = Read(InterpPages.Make(data: OneCell.Replace("[\"a\", \"0.5\"]", $"[\"a\", {literal}]", StringComparison.Ordinal), labels: TwoLabels));

        Assert.Equal(value, page.Probabilities[0]);
        Assert.Equal(isPrinted, page.IsPrinted);
    }

    [Theory]
    [InlineData("[ /* columns */ [[[\"a\", \"0.5\"],],[[\"b\",\"0.5\"]]],\n// block 1\n[[[\"c\",\"0.5\"]],[[\"d\",\"0.5\"]]], ]")]
    [InlineData("[[[[\"a\",0.5]],[[\"b\",0.5]]],[[[\"c\",0.5]],[[\"d\",0.5]]]]")]
    public void Read_CommentsAndLastCommas_AreNothing(string data)
    {
        var page = Read(InterpPages.Make(data: data, labels: TwoLabels));

        Assert.Equal(["a", "b", "c", "d"], page.Texts);
    }

    [Fact]
    public void Read_PositionsOutside_TurnsThem()
    {
        // 3 positions × 2 columns.
        var page = Read(InterpPages.Make(
            data: "[[[[\"a0\",\"0.1\"]],[[\"a1\",\"0.2\"]]],[[[\"b0\",\"0.3\"]],[[\"b1\",\"0.4\"]]],[[[\"c0\",\"0.5\"]],[[\"c1\",\"0.6\"]]]]",
            labels: "[\"x\", \"<IMG001>\", \"y\"]"));

        Assert.True(page.IsTransposed);
        Assert.Equal((2, 3), (page.Columns, page.Positions));
        Assert.Equal(["a0", "b0", "c0", "a1", "b1", "c1"], page.TextIndices.Select(place => page.Texts[place]));
        Assert.Equal([0.1f, 0.3f, 0.5f, 0.2f, 0.4f, 0.6f], page.Probabilities);
    }

    [Theory]
    [InlineData("USER: <image>\nWhat? ASSISTANT:", "USER: <image>\nWhat? ASSISTANT:")]
    [InlineData("USER: &lt;image&gt;\nIs 1 &lt; 2 &amp; so on? ASSISTANT:", "USER: <image>\nIs 1 < 2 & so on? ASSISTANT:")]
    [InlineData("USER: <image>\nWhat is &amp;? ASSISTANT:", "USER: <image>\nWhat is &amp;? ASSISTANT:")]
    [InlineData("  ", null)]
    public void Read_Prompt_IsTakenAsItWasMeant(string shown, string? prompt) => Assert.Equal(prompt, Read(InterpPages.Make(prompt: shown)).Prompt);

    [Fact]
    public void Read_NeitherPictureNorPrompt_SaysSo()
    {
        var page = Read(InterpPages.Make(picture: null, prompt: null));

        Assert.Null(page.Picture);
        Assert.Null(page.Prompt);
    }

    [Theory]
    [InlineData("<IMG1>", "<IMG2>", "<IMG3>", "<IMG4>")]
    [InlineData("<IMG000>", "<IMG001>", "<IMG002>", "<IMG003>")]
    [InlineData("<img_001>", "<img_002>", "<img_003>", "<img_004>")]
    public void Read_PatchLabels_CountFromTheFirst(params string[] labels)
    {
        var data = $"[[{string.Join(",", labels.Select(_ => "[[\"a\",0.5]]"))}],[{string.Join(",", labels.Select(_ => "[[\"b\",0.5]]"))}]]";

        var page = Read(InterpPages.Make(data: data, labels: $"[\"{string.Join("\",\"", labels)}\"]"));

        Assert.Equal([0, 1, 2, 3], page.Patches);
    }

    [Theory]
    [InlineData("[]", TwoLabels, "no \"const data = [\"")]
    [InlineData("[[]]", TwoLabels, "data[0] has 0 elements")]
    [InlineData("[[[]]]", TwoLabels, "0 tokens")]
    [InlineData("[[[[]]]]", TwoLabels, "[text, probability]")]
    [InlineData("[[[[\"a\"]]]]", TwoLabels, "[text, probability]")]
    [InlineData("[[[[\"a\", \"0.5\", 1]]]]", TwoLabels, "[text, probability]")]
    [InlineData("[[[[1, \"0.5\"]]]]", TwoLabels, "text in quotes")]
    [InlineData("[[[[alert(1), \"0.5\"]]]]", TwoLabels, "text in quotes")]
    [InlineData("[[[[`${alert(1)}`, \"0.5\"]]]]", TwoLabels, "may not compute")]
    [InlineData("[[[[\"a\" + \"b\", \"0.5\"]]]]", TwoLabels, "comma or end")]
    [InlineData("[[[[\"a\", \"0.5\" * 2]]]]", TwoLabels, "comma or end")]
    [InlineData("[[[[\"a\", \"nan\"]]]]", TwoLabels, "should be a number")]
    [InlineData("[[[[\"a\", NaN]]]]", TwoLabels, "should be a number")]
    [InlineData("[[[[\"a\", \"1.5\"]]]]", TwoLabels, "between 0 and 1")]
    [InlineData("[[[[\"a\", \"-0.5\"]]]]", TwoLabels, "between 0 and 1")]
    [InlineData("[[[[\"a\", \"0.5]]]]", TwoLabels, "should be a number")]
    [InlineData("[[[[\"a\nb\", \"0.5\"]]]]", TwoLabels, "end on its line")]
    [InlineData("[[[[\"\\u12G4\", \"0.5\"]]]]", TwoLabels, "hexadecimal")]
    [InlineData("[[[[\"\\u{110000}\", \"0.5\"]]]]", TwoLabels, "code point")]
    [InlineData("[[[[[\"a\", \"0.5\"]]]]]", TwoLabels, "text in quotes")]
    [InlineData("[[[[\"a\",0.5]],[[\"b\",0.5]]],[[[\"c\",0.5]]]]", TwoLabels, "data[1] has 1 elements and data[0] has 2")]
    [InlineData("[[[[\"a\",0.5],[\"b\",0.5]],[[\"b\",0.5]]]]", TwoLabels, "data[0][1] has 1 tokens and data[0][0] has 2")]
    [InlineData(OneCell, "[\"x\",\"y\",\"z\"]", "2 × 2 and tokenLabels has 3")]
    [InlineData(OneCell, "[\"x\",\"y\"]", "no position is a patch")]
    [InlineData(OneCell, "[\"<IMG001>\",\"<IMG002>\"]", "no square grid")]
    [InlineData(OneCell, "[\"x\",\"<IMG007>\"]", "numbered one after another")]
    [InlineData(OneCell, "[\"<IMG001>\",\"<IMG001>\"]", "numbered one after another")]
    [InlineData(OneCell, "[1, 2]", "a label in tokenLabels should be a text")]
    [InlineData(OneCell, "[]", "no \"const tokenLabels = [\"")]
    [InlineData("[[[[\"a\",0.5]],[[\"b\",0.5]]]]", TwoLabels, "1 columns")]
    public void Read_HostilePage_IsRefusedInASentence(string data, string labels, string what)
    {
        var result = InterpPageReader.Read("bad.html", Encoding.UTF8.GetBytes(InterpPages.Make(data: data, labels: labels)));

        Assert.Null(result.Page);
        Assert.StartsWith("bad.html", result.Error, StringComparison.Ordinal);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
        Assert.EndsWith(".", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WrongPlace_NamesItsLine()
    {
        var result = InterpPageReader.Read("bad.html", Encoding.UTF8.GetBytes(InterpPages.Make(data: "[[\n\n[[oops]]]]", labels: TwoLabels)));

        Assert.Equal(
            "bad.html, line 14: a token in data should be a text in quotes here, but there is \"oops]]]];␣    const \"; the page was cut off or changed: take the file as its tool wrote it.",
            result.Error);
    }

    [Fact]
    public void Read_ManyBrackets_EndsAtOnce()
    {
        var text = "<script>const data = " + new string('[', 5_000_000);

        Assert.Contains("text in quotes", InterpPageReader.Read("deep.html", Encoding.UTF8.GetBytes(text)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TextWithoutEnd_IsRefusedWithoutKeepingIt()
    {
        var file = Encoding.UTF8.GetBytes("<script>const data = [[[[\"" + new string('x', 20_000_000));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = InterpPageReader.Read("long.html", file).Error;

        Assert.Contains("no end within 1000 characters", error, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Theory]
    [InlineData("not-utf8")]
    [InlineData("utf-16")]
    public void Read_OtherEncodings_AreNamed(string encoding)
    {
        var text = InterpPages.Make();
        var bytes = encoding == "utf-16" ? Encoding.Unicode.GetBytes(text) : [.. Encoding.UTF8.GetBytes(text), 0xFF];

        Assert.Contains("not UTF-8", InterpPageReader.Read("x.html", bytes).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%%%", "no base64")]
    public void Read_BrokenPicture_IsRefused(string picture, string what) =>
        Assert.Contains(what, InterpPageReader.Read("x.html", Encoding.UTF8.GetBytes(InterpPages.Make(picture: picture))).Error, StringComparison.Ordinal);

    [Fact]
    public void Read_ThreeThousandMutations_NeitherCrashNorHang()
    {
        var original = Encoding.UTF8.GetBytes(InterpPages.Make());
        var random = new Random(20261125);
        var (read, refused) = (0, 0);
        var clock = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 3_000; round++)
        {
            var result = InterpPageReader.Read("mutant.html", Mutate(original, random));
            Assert.True((result.Page is null) != (result.Error is null));
            if (result.Error is { } error)
            {
                Assert.StartsWith("mutant.html", error, StringComparison.Ordinal);
                Assert.EndsWith(".", error, StringComparison.Ordinal);
                refused++;
            }
            else
            {
                read++;
            }
        }

        // Both kinds come up, and none costs more than a small multiple of its few kilobytes.
        Assert.InRange(read, 100, 2_900);
        Assert.InRange(refused, 100, 2_900);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 3_000, 0, 300_000);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Read_RealFiles_GiveTheirSizes()
    {
        foreach (var name in (string[])["city1.html", "geometry.html", "holiday.html"])
        {
            var page = Read(File.ReadAllBytes(SharedFolder.Find("imports", name)));

            Assert.Equal((33, 593, 5, 24), (page.Columns, page.Positions, page.TopK, page.GridSide));
            Assert.Equal("USER: <image>\nDescribe the image. ASSISTANT:", page.Prompt);
            Assert.Equal(5, Array.IndexOf(page.Patches, 0));
            Assert.True(page.IsPrinted);
            Assert.Equal(TextForm.Decoded, TextForms.Of(page.Texts.ToList()));
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var spice = "[]\",'`\\{}()<>=0.%\n \0uxé"u8;
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = spice[random.Next(spice.Length)];
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Enumerable.Repeat(spice[random.Next(spice.Length)], random.Next(1, 2_000)));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(1, bytes.Count / 2)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }

            if (bytes.Count == 0)
            {
                return [];
            }
        }

        return [.. bytes];
    }

    private static InterpPage Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static InterpPage Read(byte[] file)
    {
        var result = InterpPageReader.Read("page.html", file);
        Assert.Null(result.Error);
        return Assert.IsType<InterpPage>(result.Page);
    }
}
