using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tests.Models;
using TorchSharp;

namespace LogitLens.Inference.Tests.Lens;

public sealed class LensReaderTests
{
    [Theory]
    [InlineData("llava-1.5/chelsea")]
    [InlineData("experiments/chelsea")]
    [InlineData("bakllava/chelsea")]
    [InlineData("bakllava/tall")]
    public void Read_HiddenStatesOfTransformers_GivesItsLens(string name)
    {
        using var golden = GoldenCase.Open(name);
        using var scope = torch.NewDisposeScope();
        var reader = new LensReader(golden.Model.Decoder, new LensSettings());
        var ids = golden.Golden.Ints("lens_ids");
        var probabilities = golden.Golden.Floats("lens_probs");
        var entropies = golden.Golden.Floats("lens_entropy_bits");
        var logSumExps = golden.Golden.Floats("lens_logsumexp");
        for (var layer = 0; layer <= golden.Model.Decoder.Layers; layer++)
        {
            var reading = reader.Read(golden.Hidden(layer), layer, firstPosition: 0);
            var p = reading.Positions;
            GoldenCase.AssertTopK(ids.AsSpan(layer * p * 10, p * 10), probabilities.AsSpan(layer * p * 10, p * 10), reading.Ids, reading.LogProbabilities, 10, $"layer {layer}");
            GoldenCase.AssertClose(entropies.AsSpan(layer * p, p), reading.EntropyBits, 1e-4f, $"entropy of layer {layer}");
            GoldenCase.AssertClose(logSumExps.AsSpan(layer * p, p), reading.LogSumExp, 1e-4f, $"log-sum-exp of layer {layer}");
        }
    }

    [Theory]
    [InlineData("llava-1.5/chelsea")]
    [InlineData("experiments/chelsea")]
    public void Read_LegacyAtTheLastLayer_NormsTwice(string name)
    {
        using var golden = GoldenCase.Open(name);
        using var scope = torch.NewDisposeScope();
        var reader = new LensReader(golden.Model.Decoder, new LensSettings(Legacy: true));
        var last = golden.Model.Decoder.Layers;
        var reading = reader.Read(golden.Hidden(last), last, firstPosition: 0);
        GoldenCase.AssertTopK(golden.Golden.Ints("legacy_last_ids"), golden.Golden.Floats("legacy_last_probs"), reading.Ids, reading.LogProbabilities, 10, "legacy");

        var plain = new LensReader(golden.Model.Decoder, new LensSettings());
        var before = plain.Read(golden.Hidden(last - 1), last - 1, firstPosition: 0);
        Assert.Equal(before.LogProbabilities, reader.Read(golden.Hidden(last - 1), last - 1, firstPosition: 0).LogProbabilities);
    }

    [Fact]
    public void Read_LastLayer_IsTheModelsOwnOutput()
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        using var scope = torch.NewDisposeScope();
        var reader = new LensReader(golden.Model.Decoder, new LensSettings(TopK: 50));
        var last = golden.Model.Decoder.Layers;
        using var hidden = golden.Hidden(last);
        var reading = reader.Read(hidden, last, firstPosition: 0);
        var expected = golden.Model.Decoder.Logits(hidden).log_softmax(-1);
        var all = TensorMemory.AsSpan(expected);
        for (var i = 0; i < reading.Ids.Length; i++)
        {
            Assert.Equal(all[(i / 50 * golden.Config.Text.VocabularySize) + reading.Ids[i]], reading.LogProbabilities[i], 1e-5f);
        }
    }

    [Fact]
    public void Read_TrackedTokens_AgreeWithTheTopK()
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        using var scope = torch.NewDisposeScope();
        var common = golden.Golden.Ints("lens_ids")[0];
        var reader = new LensReader(golden.Model.Decoder, new LensSettings(TopK: 50, TrackedTokens: [common, 2]));
        var reading = reader.Read(golden.Hidden(3), 3, firstPosition: 7);
        Assert.Equal(7, reading.FirstPosition);
        Assert.Equal([common, 2], reading.Tracked);
        var met = 0;
        for (var i = 0; i < reading.Positions * 2; i++)
        {
            var row = reading.Ids.AsSpan(i / 2 * 50, 50);
            var at = row.IndexOf(reading.Tracked[i % 2]);
            if (at >= 0)
            {
                met++;
                Assert.Equal(at + 1, reading.TrackedRanks[i]);
                Assert.Equal(reading.LogProbabilities[(i / 2 * 50) + at], reading.TrackedLogProbabilities[i], 1e-5f);
            }
            else
            {
                Assert.True(reading.TrackedRanks[i] > 50);
            }
        }

        Assert.True(met > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(51)]
    public void Construct_TopKOutOfRange_IsRefused(int k)
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        var refusal = Assert.Throws<RefusedInputException>(() => new LensReader(golden.Model.Decoder, new LensSettings(k)));
        Assert.Contains("1 to 50", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1024)]
    public void Construct_TrackedTokenThatDoesNotExist_IsRefused(int id)
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        var refusal = Assert.Throws<RefusedInputException>(() => new LensReader(golden.Model.Decoder, new LensSettings(TrackedTokens: [id])));
        Assert.Contains("0 to 1023", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(2, 7)]
    public void Construct_LayersThatCannotBeRead_AreRefused(int first, int second)
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        var refusal = Assert.Throws<RefusedInputException>(() => new LensReader(golden.Model.Decoder, new LensSettings(Layers: [first, second])));
        Assert.Contains("to 6", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ValuesThatAreNotNumbers_IsRefused()
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        using var scope = torch.NewDisposeScope();
        var reader = new LensReader(golden.Model.Decoder, new LensSettings());
        var hidden = golden.Hidden(2);
        hidden[5].fill_(float.NaN);
        var refusal = Assert.Throws<RefusedInputException>(() => reader.Read(hidden, 2, firstPosition: 100));
        Assert.Contains("layer 2, position 105", refusal.Message, StringComparison.Ordinal);
    }
}
