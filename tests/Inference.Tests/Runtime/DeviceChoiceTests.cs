using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Tests.Runtime;

public sealed class DeviceChoiceTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("cpu")]
    [InlineData("cuda")]
    [InlineData("cuda:0")]
    [InlineData("cuda:13")]
    public void TryParse_KnownForms_ComeBackAsTheyWere(string text)
    {
        Assert.True(DeviceChoice.TryParse(text, out var choice));
        Assert.Equal(text, choice.ToString());
        Assert.True(DeviceChoice.TryParse(text.ToUpperInvariant(), out var upper));
        Assert.Equal(choice, upper);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:99999999999")]
    public void TryParse_AnythingElse_IsFalse(string? text) => Assert.False(DeviceChoice.TryParse(text, out _));
}
