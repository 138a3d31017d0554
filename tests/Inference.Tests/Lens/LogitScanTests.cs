using LogitLens.Inference.Lens;

namespace LogitLens.Inference.Tests.Lens;

public sealed class LogitScanTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(333, 10)]
    [InlineData(1000, 10)]
    [InlineData(1024, 32)]
    [InlineData(1701, 33)]
    [InlineData(32064, 50)]
    public void Read_RandomLogits_EqualsTheDefinitionInDoubles(int size, int k)
    {
        var random = new Random(size);
        var logits = Enumerable.Range(0, size).Select(_ => (float)((random.NextDouble() * 40) - 20)).ToArray();
        var ids = new int[k];
        var logProbabilities = new float[k];
        Assert.True(LogitScan.Read(logits, ids, logProbabilities, out var logSumExp, out var entropy));

        var max = (double)logits.Max();
        var lse = max + Math.Log(logits.Sum(logit => Math.Exp(logit - max)));
        Assert.Equal(lse, logSumExp, 1e-5);
        Assert.Equal(-logits.Sum(logit => Math.Exp(logit - lse) * (logit - lse)) / Math.Log(2), entropy, 1e-5);
        var expected = Enumerable.Range(0, size).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(k).ToArray();
        Assert.Equal(expected, ids);
        for (var i = 0; i < k; i++)
        {
            Assert.Equal(logits[expected[i]] - lse, logProbabilities[i], 1e-5);
        }
    }

    [Fact]
    public void Read_Ties_PutTheLowerIdFirst()
    {
        var logits = new float[100];
        logits[40] = logits[3] = logits[99] = 1;
        var ids = new int[6];
        Assert.True(LogitScan.Read(logits, ids, new float[6], out _, out _));
        Assert.Equal([3, 40, 99, 0, 1, 2], ids);
    }

    [Fact]
    public void Read_TiesInALargeVocabulary_PutTheLowerIdFirst()
    {
        var logits = Enumerable.Range(0, 2003).Select(id => (float)(id / 5 % 20)).ToArray();
        var ids = new int[12];
        Assert.True(LogitScan.Read(logits, ids, new float[12], out _, out _));
        Assert.Equal([95, 96, 97, 98, 99, 195, 196, 197, 198, 199, 295, 296], ids);
    }

    [Fact]
    public void Read_EqualLogits_HaveTheEntropyOfTheVocabulary()
    {
        var logits = new float[4096];
        Array.Fill(logits, 300f);
        Assert.True(LogitScan.Read(logits, new int[1], new float[1], out var logSumExp, out var entropy));
        Assert.Equal(12f, entropy, 1e-6f);
        Assert.Equal(300f + MathF.Log(4096), logSumExp, 1e-4f);
    }

    [Fact]
    public void Read_OneLogitFarAbove_HasNoEntropy()
    {
        var logits = new float[1000];
        logits[17] = 500;
        var logProbabilities = new float[2];
        Assert.True(LogitScan.Read(logits, new int[2], logProbabilities, out _, out var entropy));
        Assert.Equal(0f, entropy, 1e-6f);
        Assert.Equal(0f, logProbabilities[0], 1e-6f);
        Assert.Equal(-500f, logProbabilities[1]);
    }

    [Theory]
    [InlineData(float.NaN, 100)]
    [InlineData(float.NaN, 2000)]
    [InlineData(float.PositiveInfinity, 100)]
    [InlineData(float.PositiveInfinity, 2000)]
    public void Read_NotFinite_SaysSo(float value, int size)
    {
        var logits = new float[size];
        logits[50] = value;
        Assert.False(LogitScan.Read(logits, new int[3], new float[3], out _, out _));
    }

    [Fact]
    public void CountGreater_Ties_AreNotCounted()
    {
        var logits = Enumerable.Range(0, 101).Select(i => (float)(i / 2)).ToArray();
        Assert.Equal(0, LogitScan.CountGreater(logits, 50));
        Assert.Equal(1, LogitScan.CountGreater(logits, 49));
        Assert.Equal(99, LogitScan.CountGreater(logits, 0));
    }
}
