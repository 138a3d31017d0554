using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Tests.Models;

public sealed class MemoryPlanTests
{
    private const long Gibibyte = 1L << 30;

    private static readonly ModelBytes SevenB = new(Resident: 27 * Gibibyte, Streamed: 3 * Gibibyte, DecoderBlock: 800L << 20, PerPosition: 1 << 20);

    [Theory]
    [InlineData(Residency.Auto, 40, Residency.Resident)]
    [InlineData(Residency.Auto, 24, Residency.Streamed)]
    [InlineData(Residency.Auto, 4, Residency.Streamed)]
    [InlineData(Residency.Resident, 40, Residency.Resident)]
    [InlineData(Residency.Streamed, 40, Residency.Streamed)]
    public void Choose_ByFreeMemory_TakesWhatFits(Residency wanted, int free, Residency expected) =>
        Assert.Equal(expected, MemoryPlan.Choose(wanted, "m", SevenB, free * Gibibyte));

    [Theory]
    [InlineData(Residency.Auto, 2, "even with its weights streamed")]
    [InlineData(Residency.Streamed, 2, "even with its weights streamed")]
    [InlineData(Residency.Resident, 24, "let its weights be streamed")]
    public void Choose_TooLittleMemory_IsRefusedWithARemedy(Residency wanted, int free, string expected)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => MemoryPlan.Choose(wanted, "llava-7b", SevenB, free * Gibibyte));
        Assert.Contains("llava-7b", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{free}.0 GiB are free", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(4, 3)]
    [InlineData(100, 8)]
    public void Pictures_ByFreeMemory_UseHalfOfIt(int free, int expected) => Assert.Equal(expected, MemoryPlan.Pictures(SevenB, 600, free * Gibibyte));

    [Fact]
    public void Of_Checkpoint_CountsEveryTensorOnce()
    {
        using var checkpoint = Checkpoint.Open(SharedFolder.Require("goldens/llava-1.5/checkpoint"));
        var bytes = ModelBytes.Of(checkpoint.Config, checkpoint.Weights);
        Assert.Equal(checkpoint.Weights.Elements * sizeof(float), bytes.Resident);
        Assert.InRange(bytes.Streamed, 1, bytes.Resident);
    }

    [Fact]
    public void Read_FreeMemory_IsSomethingButNotEverything() => Assert.InRange(FreeMemory.Read(), 1L << 20, 1L << 50);
}
