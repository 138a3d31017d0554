using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Tests.Runtime;

public sealed class DevicePlanTests
{
    [Fact]
    public void Spread_FitsOnOne_TakesTheOneWithTheMostFreeMemory() => Assert.Equal([1, 1, 1], DevicePlan.Spread([10, 10, 10], 10, [50, 80, 60], "m"));

    [Fact]
    public void Spread_TwoEqualGpus_ShareTheBlocks()
    {
        var plan = DevicePlan.Spread([.. Enumerable.Repeat(10L, 32)], 20, [300, 300], "m");
        Assert.Equal(plan.Order(), plan);
        Assert.InRange(plan.Count(device => device == 0), 14, 17);
        Assert.InRange(plan.Count(device => device == 1), 15, 18);
    }

    [Fact]
    public void Spread_UnequalGpus_FitEachByItsFreeMemory()
    {
        long[] free = [100, 300, 50];
        var plan = DevicePlan.Spread([.. Enumerable.Repeat(10L, 34)], 30, free, "m");
        for (var device = 0; device < free.Length; device++)
        {
            var used = plan.Count(d => d == device) * 10 + (plan[0] == device ? 30 : 0);
            Assert.True(used <= free[device] * 0.9, $"GPU {device} holds {used} of {free[device]}.");
        }
    }

    [Fact]
    public void Spread_FirstGpuTooSmallForTheRest_IsLeftOut() => Assert.Equal([1, 1, 1, 2], DevicePlan.Spread([10, 10, 10, 10], 50, [40, 90, 60], "m"));

    [Theory]
    [InlineData(new long[0])]
    [InlineData(new long[] { 100, 100 })]
    public void Spread_TooLittleMemory_IsRefusedWithBothFigures(long[] free)
    {
        const long Gibibyte = 1L << 30;
        var refusal = Assert.Throws<RefusedInputException>(() => DevicePlan.Spread([.. Enumerable.Repeat(Gibibyte, 32)], Gibibyte, free, "llava-13b"));
        Assert.Contains("llava-13b takes 33.0 GiB", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("device cpu", refusal.Message, StringComparison.Ordinal);
    }
}
