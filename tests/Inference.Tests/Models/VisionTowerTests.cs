using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests.Models;

public sealed class VisionTowerTests
{
    [Theory]
    [InlineData("experiments/chelsea")]
    [InlineData("bakllava/chelsea")]
    [InlineData("bakllava/tall")]
    [InlineData("vip-llava/wide")]
    [InlineData("llava-interleave/coffee")]
    [InlineData("llava-next/chelsea")]
    [InlineData("llava-onevision/coffee")]
    public void Forward_PixelsOfTransformers_GivesItsFeatures(string name)
    {
        using var golden = GoldenCase.Open(name);
        using var scope = torch.NewDisposeScope();
        var size = golden.Config.Vision.ImageSize;
        var features = golden.Model.Tower.Forward([.. golden.Golden.Floats("pixel_values").Chunk(3 * size * size).Select(view => (ReadOnlyMemory<float>)view)], size, size, onBlock: null, TestContext.Current.CancellationToken);
        GoldenCase.AssertClose(golden.Golden.Floats("projector_input"), TensorMemory.AsSpan(features), 1e-4f, "projector_input");
    }

    [Fact]
    public void Forward_PictureOfAnotherSize_IsRefused()
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        var refusal = Assert.Throws<RefusedInputException>(
            () => golden.Model.Tower.Forward([new float[3 * 98 * 84]], 98, 84, onBlock: null, TestContext.Current.CancellationToken));
        Assert.Contains("42 patches", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("36 patches", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_Cancelled_Stops()
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        Assert.Throws<OperationCanceledException>(
            () => golden.Model.Tower.Forward([golden.Golden.Floats("pixel_values")], 84, 84, onBlock: null, new CancellationToken(canceled: true)));
    }
}
