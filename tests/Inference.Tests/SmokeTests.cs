namespace LogitLens.Inference.Tests;

public sealed class LibTorchTests
{
    [Fact]
    public void Sum_TwoOnes_IsTwo() => Assert.Equal(2f, TorchSharp.torch.ones(2).sum().item<float>());
}
