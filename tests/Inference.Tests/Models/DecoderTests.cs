using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests.Models;

public sealed class DecoderTests
{
    [Theory]
    [InlineData("llava-1.5/chelsea")]
    [InlineData("experiments/chelsea")]
    [InlineData("bakllava/chelsea")]
    [InlineData("bakllava/tall")]
    [InlineData("vip-llava/wide")]
    [InlineData("llava-interleave/coffee")]
    public void Apply_EmbeddingsOfTransformers_GivesItsHiddenStates(string name)
    {
        AssertHiddenStates(name, Residency.Resident);
        AssertHiddenStates(name, Residency.Streamed);
    }

    private static void AssertHiddenStates(string name, Residency residency)
    {
        using var golden = GoldenCase.Open(name, residency);
        Assert.Equal(residency, golden.Model.Residency);
        using var scope = torch.NewDisposeScope();
        using var residual = golden.Hidden(0);
        var length = (int)residual.shape[0];
        using var sequences = golden.Model.Decoder.Start(length);
        sequences.Begin((sequences.Add(length, keep: false), length));
        for (var block = 0; block < golden.Model.Decoder.Layers; block++)
        {
            golden.Model.Decoder.Apply(block, residual, sequences, block + 1 < golden.Model.Decoder.Layers ? block + 1 : null, TestContext.Current.CancellationToken);
            AssertHidden(golden, block + 1, residual, $"hidden state {block + 1}");
        }

        var logits = golden.Model.Decoder.Logits(residual.narrow(0, residual.shape[0] - 1, 1));
        GoldenCase.AssertClose(golden.Golden.Floats("logits_last_position"), TensorMemory.AsSpan(logits), 1e-4f, "logits");
        Assert.Equal([golden.Golden.Ints("generated_ids")[0]], golden.Model.Decoder.NextTokens(residual.narrow(0, residual.shape[0] - 1, 1)));
    }

    [Theory]
    [InlineData("llava-1.5/chelsea")]
    [InlineData("experiments/chelsea")]
    [InlineData("bakllava/chelsea")]
    [InlineData("vip-llava/wide")]
    [InlineData("llava-interleave/coffee")]
    public void Embed_FeaturesOfTransformers_GivesItsEmbeddings(string name)
    {
        using var golden = GoldenCase.Open(name);
        using var scope = torch.NewDisposeScope();
        var features = TensorMemory.From(golden.Golden.Floats("projector_input"), golden.Golden.Shape("projector_input")[1..]);
        var embedded = golden.Model.Embed(golden.Golden.Ints("input_ids"), golden.Model.Projector.Forward(features));
        AssertHidden(golden, 0, embedded, "embeddings");
    }

    [Fact]
    public void Embed_FewerFeaturesThanPlaces_IsRefused()
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        using var scope = torch.NewDisposeScope();
        var features = torch.zeros(35, golden.Width);
        var refusal = Assert.Throws<RefusedInputException>(() => golden.Model.Embed(golden.Golden.Ints("input_ids"), features));
        Assert.Contains("36 places", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("35 features", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("experiments/chelsea", 1)]
    [InlineData("experiments/chelsea", 17)]
    [InlineData("bakllava/chelsea", 1)]
    [InlineData("bakllava/chelsea", 17)]
    public void Apply_InPieces_GivesTheSameAsInOne(string name, int piece)
    {
        using var golden = GoldenCase.Open(name);
        using var scope = torch.NewDisposeScope();
        var residual = golden.Hidden(0);
        var length = (int)residual.shape[0];
        using var sequences = golden.Model.Decoder.Start(length);
        var sequence = sequences.Add(length, keep: true);
        while (sequence.Past < length)
        {
            var rows = Math.Min(piece, length - sequence.Past);
            var part = residual.narrow(0, sequence.Past, rows);
            sequences.Begin((sequence, rows));
            for (var block = 0; block < golden.Model.Decoder.Layers; block++)
            {
                golden.Model.Decoder.Apply(block, part, sequences, next: null, TestContext.Current.CancellationToken);
            }

            sequences.End();
        }

        AssertHidden(golden, golden.Model.Decoder.Layers, residual, "last hidden state");
    }

    [Fact]
    public void Begin_SecondPieceWithoutKeeping_Throws()
    {
        using var golden = GoldenCase.Open("experiments/chelsea");
        using var sequences = golden.Model.Decoder.Start(2);
        var sequence = sequences.Add(2, keep: false);
        sequences.Begin((sequence, 1));
        sequences.End();
        Assert.Throws<InvalidOperationException>(() => sequences.Begin((sequence, 1)));
    }

    private static void AssertHidden(GoldenCase golden, int index, torch.Tensor actual, string what)
    {
        using var expected = golden.Hidden(index);
        GoldenCase.AssertRowsClose(TensorMemory.AsSpan(expected), TensorMemory.AsSpan(actual), golden.Width, 1e-4f, what);
    }
}
