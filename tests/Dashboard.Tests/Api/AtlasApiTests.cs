using System.Net.Http.Json;
using System.Text.Json;
using LogitLens.Dashboard.Tests.Running;
using LogitLens.Storage.Catalogue;
using SkiaSharp;

namespace LogitLens.Dashboard.Tests.Api;

/// <summary>The patches that the atlas lights, of the demo's real readings.</summary>
public sealed class AtlasApiTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Patches_OfAPictureThatItsRunTurned_LieOnTheTurnedThumbnail()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var garden = await File.ReadAllBytesAsync(Path.Combine(DemoFiles.Pictures, "garden.jpg"), Token);
        var lying = await dashboard.Coordinator.AddImageAsync("lying.jpg", Lying(garden), Token);
        var upright = await dashboard.Coordinator.AddImageAsync("garden.jpg", garden, Token);
        var run = await dashboard.Coordinator.StartAsync(new("turned", null, "Describe the image.", new RunSettings(AnswerTokens: 0, ApplyExifOrientation: true), [new(lying.Id), new(upright.Id)]), Token);
        Assert.Equal(2, (await dashboard.WaitUntilFinishedAsync(run)).Counts.Done);

        var items = (await dashboard.Client.GetFromJsonAsync<JsonElement>($"/api/tokens/patches?text=cat&match=exact&places=patch&run={run}&order=newest", Token)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, items.Count);
        Assert.Equal(Size(items[0]), Size(items[1]));
        var (one, other) = (Lit(items[0]), Lit(items[1]));
        Assert.True(other.Count > 50);

        // The picture was encoded once more on its way.
        Assert.InRange((double)one.Intersect(other).Count() / one.Union(other).Count(), 0.9, 1);

        using var stored = SKBitmap.Decode(await dashboard.Client.GetByteArrayAsync($"/api/images/{lying.Sha256}/thumbnail", Token));
        using var turned = SKBitmap.Decode(await dashboard.Client.GetByteArrayAsync($"/api/images/{lying.Sha256}/thumbnail?orientation=exif", Token));
        using var wanted = SKBitmap.Decode(await dashboard.Client.GetByteArrayAsync($"/api/images/{upright.Sha256}/thumbnail?orientation=exif", Token));
        Assert.Equal((wanted.Height, wanted.Width), (stored.Width, stored.Height));
        Assert.Equal((wanted.Width, wanted.Height), (turned.Width, turned.Height));
        Assert.InRange(MeanDifference(wanted, turned), 0, 6);
    }

    [Fact]
    public async Task Patches_PageByPage_AreTheWholeWithoutRepetition()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        var run = await dashboard.QueueAsync(["garden.jpg", "farm.jpg", "empty-field.jpg", "savanna.jpg", "beach.jpg"], new RunSettings(AnswerTokens: 0));
        Assert.Equal(5, (await dashboard.WaitUntilFinishedAsync(run)).Counts.Done);
        const string Asked = "/api/tokens/patches?text=grass&match=exact&places=patch&take=";
        var whole = (await dashboard.Client.GetFromJsonAsync<JsonElement>(Asked + "50", Token)).GetProperty("items").EnumerateArray().Select(item => item.GetRawText()).ToList();
        Assert.True(whole.Count > 2);

        var pages = new List<string>();
        string? after = null;
        do
        {
            var page = await dashboard.Client.GetFromJsonAsync<JsonElement>($"{Asked}2{(after is null ? "" : $"&after={after}")}", Token);
            pages.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()));
            Assert.Equal(whole.Count, page.GetProperty("total").GetInt32());
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);

        Assert.Equal(whole, pages);
    }

    [Fact]
    public async Task Thumbnail_OrientationUnknown_IsRefused()
    {
        await using var dashboard = await RunningDashboard.StartAsync(_folder.Path);
        using var answer = await dashboard.Client.GetAsync(new Uri($"/api/images/{new string('a', 64)}/thumbnail?orientation=sideways", UriKind.Relative), Token);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static (int Width, int Height) Size(JsonElement item) => (item.GetProperty("width").GetInt32(), item.GetProperty("height").GetInt32());

    private static HashSet<int> Lit(JsonElement item) => [.. item.GetProperty("patches").EnumerateArray().Select(patch => patch[0].GetInt32())];

    /// <summary>The picture turned a quarter to the left, with the EXIF tag that says to turn it back.</summary>
    private static byte[] Lying(byte[] jpeg)
    {
        using var picture = SKBitmap.Decode(jpeg);
        using var turned = new SKBitmap(picture.Height, picture.Width);
        using (var canvas = new SKCanvas(turned))
        {
            canvas.Translate(0, picture.Width);
            canvas.RotateDegrees(-90);
            canvas.DrawBitmap(picture, 0, 0, SKSamplingOptions.Default);
        }

        using var data = turned.Encode(SKEncodedImageFormat.Jpeg, 98);
        var bytes = data.ToArray();

        // APP1 with one entry, in Motorola's order: tag 0x0112, a short, 6 = its top is at the right.
        byte[] exif = [.. "Exif\0\0MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        return [.. bytes[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. bytes[2..]];
    }

    private static double MeanDifference(SKBitmap a, SKBitmap b)
    {
        double sum = 0;
        for (var y = 0; y < a.Height; y++)
        {
            for (var x = 0; x < a.Width; x++)
            {
                var (one, other) = (a.GetPixel(x, y), b.GetPixel(x, y));
                sum += Math.Abs(one.Red - other.Red) + Math.Abs(one.Green - other.Green) + Math.Abs(one.Blue - other.Blue);
            }
        }

        return sum / (3.0 * a.Width * a.Height);
    }
}
