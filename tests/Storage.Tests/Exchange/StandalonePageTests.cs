using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LogitLens.Storage.Exchange;

namespace LogitLens.Storage.Tests.Exchange;

public sealed partial class StandalonePageTests
{
    private static readonly byte[] Picture = [0x89, 0x50, 0x4E, 0x47, 1, 2, 3];

    [Fact]
    public void Write_AnyAnalysis_CarriesItsDataUnchanged()
    {
        var layers = Samples.PackedLayers(2, 4, 3, 100);
        var manifest = AnalysisManifest.From(Samples.Detail(Samples.Layout(), [40, 2], "cat"));

        var page = Write(manifest, Samples.Tokens(100), layers, "image/png");

        Assert.Equal(layers.SelectMany(layer => layer), Unzip(Data(page, "lx-readings")));
        Assert.Equal(Picture, Data(page, "lx-picture"));
        using var record = JsonDocument.Parse(Unzip(Data(page, "lx-record")));
        var root = record.RootElement;
        Assert.Equal("garden.jpg", root.GetProperty("manifest").GetProperty("image").GetProperty("name").GetString());
        Assert.Equal("done", root.GetProperty("manifest").GetProperty("state").GetString());
        Assert.Equal("image/png", root.GetProperty("pictureMediaType").GetString());
    }

    [Fact]
    public void Write_AnyAnalysis_KeepsOnlyTokensThatAreUsed()
    {
        var layers = Samples.PackedLayers(1, 4, 2, 100);
        var used = layers.SelectMany(layer => ReadingCodec.Unpack(layer).Ids).Concat([1, 32, 5, 40, 2]).Distinct().Order();

        var page = Write(AnalysisManifest.From(Samples.Detail(Samples.Layout(), [40, 2], "cat")), Samples.Tokens(100), layers, "image/png");

        using var record = JsonDocument.Parse(Unzip(Data(page, "lx-record")));
        var tokens = record.RootElement.GetProperty("tokens");
        var last = 0;
        var ids = tokens.GetProperty("steps").EnumerateArray().Select(step => last += step.GetInt32()).ToList();
        Assert.Equal(used, ids);
        Assert.Equal(ids.Select(id => $"␣token{id}"), tokens.GetProperty("display").EnumerateArray().Select(display => display.GetString()));
    }

    [Fact]
    public void Write_TokensOfEveryKind_NotesOnlyWhatDisplayDoesNotSay()
    {
        var tokens = Samples.Tokens(100);
        tokens[1] = new TokenRow(1, "<s>", "<s>", "<s>", 1);
        tokens[5] = new TokenRow(5, "<0x0A>", "\n", "⏎", 2);

        var page = Write(AnalysisManifest.From(Samples.Detail(Samples.Layout())), tokens, [], "image/png");

        using var record = JsonDocument.Parse(Unzip(Data(page, "lx-record")));
        Assert.Equal("""{"steps":[1,4,27],"display":["<s>","⏎","␣token32"],"text":{"1":"\n"},"kind":{"0":1,"1":2}}""", Regex.Unescape(record.RootElement.GetProperty("tokens").GetRawText()).Replace("\n", "\\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("</script><b>.png")]
    [InlineData("\"><img src=x onerror=alert(1)>.png")]
    [InlineData("{{script}}{{title}}<!--.png")]
    [InlineData("</title><script>alert(1)</script>.png")]
    public void Write_HostileNamesAndTokens_StayText(string text)
    {
        List<TokenRow> tokens = [.. Samples.Tokens(100).Select(row => row with { Display = text, Text = text, Piece = text })];

        var page = Write(AnalysisManifest.From(Samples.Detail(Samples.Layout(), [40, 2], text, imageName: text)), tokens, Samples.PackedLayers(1, 4, 2, 100), "image/png");

        Assert.DoesNotContain(text, page, StringComparison.Ordinal);
        Assert.Equal(5, ScriptEnds().Count(page));
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        using var record = JsonDocument.Parse(Unzip(Data(page, "lx-record")));
        Assert.Equal(text, record.RootElement.GetProperty("manifest").GetProperty("image").GetProperty("name").GetString());
        Assert.Equal(text, record.RootElement.GetProperty("tokens").GetProperty("display")[0].GetString());
    }

    [Fact]
    public void Write_AnyAnalysis_AllowsNoScriptAndStyleButItsOwn()
    {
        var page = Write(AnalysisManifest.From(Samples.Detail(Samples.Layout())), Samples.Tokens(100), Samples.PackedLayers(1, 4, 2, 100), "image/png");

        var policy = Policy().Match(page).Groups["policy"].Value;
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        var starter = Hash(Element(page, "<script type=\"module\">", "</script>"));
        var script = Hash(Encoding.UTF8.GetString(Unzip(Data(page, "lx-script"))));
        Assert.Contains($"script-src 'sha256-{starter}' 'sha256-{script}';", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src 'sha256-{Hash(Element(page, "<style>", "</style>"))}';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NoiseOfTheSizeOfLlava7B_StaysUnder800Kilobytes()
    {
        const int Layers = 32;
        const int Vocabulary = 32064;
        var manifest = Samples.LargeManifest(Layers, Vocabulary);
        using var output = new MemoryStream();

        // Worse than real readings, which repeat from patch to patch and use a fifth as many tokens: every id, score and entropy is drawn at random and
        // nearly the whole vocabulary occurs. PageSizeTests holds real readings. 60 kB stand for a picture of 336 × 336 pixels as JPEG or WebP.
        StandalonePage.Write(output, manifest, Samples.Tokens(Vocabulary), Samples.PackedLayers(Layers, 593, 5, Vocabulary), RandomNumberGenerator.GetBytes(60_000), "image/jpeg");

        Assert.InRange(output.Length, 1, 800_000);
    }

    [Fact]
    public void Write_UnknownMediaType_Refuses() =>
        Assert.Throws<ArgumentException>(() => Write(AnalysisManifest.From(Samples.Detail(Samples.Layout())), [], [], "text/html"));

    [Fact]
    public void Write_DamagedLayer_Refuses() =>
        Assert.Throws<InvalidDataException>(() => Write(AnalysisManifest.From(Samples.Detail(Samples.Layout())), [], [[1, 2, 3]], "image/png"));

    private static string Write(AnalysisManifest manifest, IReadOnlyList<TokenRow> tokens, IReadOnlyList<byte[]> layers, string mediaType)
    {
        using var output = new MemoryStream();
        StandalonePage.Write(output, manifest, tokens, layers, Picture, mediaType);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static byte[] Data(string page, string id) => Convert.FromBase64String(Element(page, $"<script type=\"text/plain\" id=\"{id}\">", "</script>"));

    private static string Element(string page, string start, string end)
    {
        var from = page.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return page[from..page.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static byte[] Unzip(byte[] zipped)
    {
        using var gzip = new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("</script", RegexOptions.IgnoreCase)]
    private static partial Regex ScriptEnds();

    [GeneratedRegex("Content-Security-Policy\" content=\"(?<policy>[^\"]*)\"")]
    private static partial Regex Policy();
}
