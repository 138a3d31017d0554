using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests.Models;

/// <summary>A checkpoint of the reference folder in memory, and the numbers transformers gave for one picture.</summary>
internal sealed class GoldenCase : IDisposable
{
    private readonly Checkpoint _checkpoint;

    private GoldenCase(string checkpoint, string golden, Residency residency)
    {
        Golden = GoldenFile.Open(SharedFolder.Require(golden));
        _checkpoint = Checkpoint.Open(SharedFolder.Require(checkpoint));
        Model = LlavaModel.Load(_checkpoint, TorchRuntime.Choose(DeviceChoice.Cpu), residency, TestContext.Current.CancellationToken);
    }

    public GoldenFile Golden { get; }

    public CheckpointConfig Config => _checkpoint.Config;

    public LlavaModel Model { get; }

    public int Width => Config.Text.HiddenSize;

    /// <summary>A case by <c>model/picture</c>, or <c>demo</c>.</summary>
    public static GoldenCase Open(string name, Residency residency = Residency.Resident)
    {
        if (name == "demo")
        {
            return new GoldenCase("demo/checkpoint", "demo/golden.safetensors", residency);
        }

        var model = name.Split('/')[0];
        return new GoldenCase($"goldens/{model}/checkpoint", $"goldens/{name}/golden.safetensors", residency);
    }

    /// <summary>The reference residual stream after so many blocks: positions × width.</summary>
    public torch.Tensor Hidden(int index)
    {
        var size = Golden.Ints("input_ids").Length * Width;
        return TensorMemory.From(Golden.Floats("hidden_states").AsSpan(index * size, size), size / Width, Width);
    }

    /// <summary>Asserts that each row differs from the reference by no more than a share of the row's largest value.</summary>
    public static void AssertRowsClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int width, float tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var start = 0; start < expected.Length; start += width)
        {
            var largest = 0f;
            var worst = 0f;
            for (var i = start; i < start + width; i++)
            {
                largest = Math.Max(largest, Math.Abs(expected[i]));
                worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
            }

            Assert.True(worst <= tolerance * largest, $"{what}, row {start / width}: off by {worst}, largest value {largest}.");
        }
    }

    /// <summary>Asserts that every value differs by no more than the tolerance.</summary>
    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{what}, value {i}: expected {expected[i]}, got {actual[i]}.");
        }
    }

    /// <summary>Asserts ids and probabilities row by row; ids may differ where the reference's neighbours are closer than 1e-6.</summary>
    public static void AssertTopK(ReadOnlySpan<int> expectedIds, ReadOnlySpan<float> expected, ReadOnlySpan<int> ids, ReadOnlySpan<float> logProbabilities, int k, string what)
    {
        Assert.Equal(expectedIds.Length, ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - MathF.Exp(logProbabilities[i])) <= 1e-5f, $"{what}, value {i}: expected {expected[i]}, got {MathF.Exp(logProbabilities[i])}.");

            // What follows the last of a row is not in the file: its neighbour below may be as close.
            var above = i % k == 0 ? float.PositiveInfinity : expected[i - 1];
            var below = i % k == k - 1 ? expected[i] : expected[i + 1];
            Assert.True(
                expectedIds[i] == ids[i] || above - expected[i] < 1e-6f || expected[i] - below < 1e-6f,
                $"{what}, value {i}: expected id {expectedIds[i]} ({expected[i]}), got {ids[i]} ({MathF.Exp(logProbabilities[i])}).");
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        _checkpoint.Dispose();
    }
}
