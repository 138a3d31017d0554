namespace LogitLens.Storage.Tests.Catalogue;

public sealed class AnalysisLayoutCodecTests
{
    [Fact]
    public void Unpack_Packed_GivesBackTheLayout()
    {
        var layout = Sample.Layout() with
        {
            Positions = [.. Sample.Layout().Positions, new LayoutPosition(5, 2, 1, 3, null, null), new LayoutPosition(-1, 255, null, null, 9, default(PixelBox))],
        };

        var unpacked = AnalysisLayoutCodec.Unpack(AnalysisLayoutCodec.Pack(layout));

        Assert.Equal(layout with { Positions = [] }, unpacked with { Positions = layout.Positions.Take(0).ToArray() }, (a, b) => (a!.OriginalWidth, a.OriginalHeight, a.Seen) == (b!.OriginalWidth, b.OriginalHeight, b.Seen));
        Assert.Equal(layout.Positions, unpacked.Positions);
    }

    [Fact]
    public void Pack_Llava15_IsSmall()
    {
        const double side = 427.0 / 24;
        var positions = Enumerable.Range(0, 593)
            .Select(i => i is >= 5 and < 581
                ? new LayoutPosition(32000, 1, 0, (i - 5) / 24, (i - 5) % 24, new PixelBox(106.5 + ((i - 5) % 24 * side), (i - 5) / 24 * side, side, side))
                : new LayoutPosition(i, 0, null, null, null, null))
            .ToList();
        var layout = new AnalysisLayout(640, 427, new PixelBox(106.5, 0, 427, 427), positions);

        var packed = AnalysisLayoutCodec.Pack(layout);

        Assert.Equal(positions, AnalysisLayoutCodec.Unpack(packed).Positions);
        Assert.InRange(packed.Length, 1, 4_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{packed.Length} bytes");
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    public void Unpack_AnotherVersion_Refuses(string bytes) => Assert.Throws<InvalidDataException>(() => AnalysisLayoutCodec.Unpack(Convert.FromHexString(bytes)));
}
