using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Tests.Tokens;

public sealed class TokenLayersCodecTests
{
    [Fact]
    public void Pack_OneLayer_HasTheDocumentedBytes() =>
        Assert.Equal(Convert.FromHexString("13" + "05" + "60EA" + "D104" + "01" + "3930" + "00"), TokenLayersCodec.Pack(
        [
            new TokenLayer(4, TokenPlace.Patch, 5, 60_000, 593),
            new TokenLayer(4, TokenPlace.Text, 1, 12_345, 0),
        ]));

    [Fact]
    public void Read_AnyLayers_GivesBackWhatWasPacked()
    {
        var random = new Random(20261125);
        for (var round = 0; round < 200; round++)
        {
            var layers = Enumerable.Range(0, 200)
                .SelectMany(layer => Enum.GetValues<TokenPlace>().Select(place => new TokenLayer(layer, place, random.Next(1, int.MaxValue), random.Next(60_001), random.Next(int.MaxValue))))
                .Where(_ => random.Next(round + 2) == 0)
                .ToArray();

            var read = new List<TokenLayer>();
            foreach (var layer in TokenLayersCodec.Read(TokenLayersCodec.Pack(layers)))
            {
                read.Add(layer);
            }

            Assert.Equal(layers, read);
        }
    }

    [Theory]
    [InlineData("00")]
    [InlineData("13")]
    [InlineData("1305")]
    [InlineData("130560")]
    [InlineData("130560EA")]
    [InlineData("FFFFFFFFFFFF")]
    public void Read_Damaged_Refuses(string bytes) => Assert.Throws<InvalidDataException>(() =>
    {
        foreach (var _ in TokenLayersCodec.Read(Convert.FromHexString(bytes)))
        {
        }
    });
}
