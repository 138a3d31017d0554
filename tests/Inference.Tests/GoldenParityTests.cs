using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tracing;
using TorchSharp;

namespace LogitLens.Inference.Tests;

/// <summary>From a picture's file to readings and answer, every tensor of every golden, with the tolerances of the goldens' own README.</summary>
/// <remarks>Each test writes the largest deviations it saw; <c>docs/models.md</c> quotes them.</remarks>
public sealed class GoldenParityTests
{
    // The demo's file holds the hidden states of these layers only.
    private static readonly int[] DemoLayers = [0, 4, 8, 12];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("llava-1.5/chelsea", Residency.Resident)]
    [InlineData("llava-1.5/chelsea", Residency.Streamed)]
    [InlineData("experiments/chelsea", Residency.Resident)]
    [InlineData("experiments/chelsea", Residency.Streamed)]
    [InlineData("bakllava/chelsea", Residency.Resident)]
    [InlineData("bakllava/chelsea", Residency.Streamed)]
    [InlineData("bakllava/tall", Residency.Resident)]
    [InlineData("bakllava/tall", Residency.Streamed)]
    [InlineData("vip-llava/wide", Residency.Resident)]
    [InlineData("vip-llava/wide", Residency.Streamed)]
    [InlineData("llava-interleave/coffee", Residency.Resident)]
    [InlineData("llava-interleave/coffee", Residency.Streamed)]
    [InlineData("llava-next/chelsea", Residency.Resident)]
    [InlineData("llava-next/chelsea", Residency.Streamed)]
    [InlineData("llava-next/tall", Residency.Resident)]
    [InlineData("llava-next/tall", Residency.Streamed)]
    [InlineData("llava-next/wide", Residency.Resident)]
    [InlineData("llava-next/wide", Residency.Streamed)]
    [InlineData("llava-onevision/coffee", Residency.Resident)]
    [InlineData("llava-onevision/coffee", Residency.Streamed)]
    [InlineData("llava-onevision/small", Residency.Resident)]
    [InlineData("llava-onevision/small", Residency.Streamed)]
    [InlineData("llava-onevision/tall", Residency.Resident)]
    [InlineData("llava-onevision/tall", Residency.Streamed)]
    [InlineData("demo", Residency.Resident)]
    [InlineData("demo", Residency.Streamed)]
    public void Analyze_GoldenPicture_GivesEveryNumberOfTransformers(string name, Residency residency)
    {
        var golden = GoldenFile.Open(SharedFolder.Require(name == "demo" ? "demo/golden.safetensors" : $"goldens/{name}/golden.safetensors"));
        var comparison = new GoldenComparison(golden);
        using var checkpoint = Checkpoint.Open(SharedFolder.Require(name == "demo" ? "demo/checkpoint" : $"goldens/{name.Split('/')[0]}/checkpoint"));
        using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, residency, Token);
        Assert.Equal(residency, engine.Residency);
        var picture = File.ReadAllBytes(SharedFolder.Require(name == "demo" ? "demo/pictures/music-in-the-snow.png" : $"goldens/pictures/{name.Split('/')[1]}.png"));

        var input = engine.Prepare(picture, PromptTemplate.DefaultQuestion, PictureOrientation.AsStored, PictureLimits.Default, 12);
        comparison.Equal("input_ids", input.Positions.Select(position => position.Id));
        Assert.All(input.Positions, position => Assert.Equal(position.Id == engine.Config.ImageTokenId, position.Kind is PositionKind.Patch or PositionKind.Newline));
        CompareFeatures(engine, input, golden, comparison);
        CompareReadings(engine, input, golden, comparison, name == "demo" ? DemoLayers : [.. Enumerable.Range(0, engine.Config.Text.Layers + 1)]);
        CompareTrace(engine, input, golden, comparison);
        if (name == "demo")
        {
            CompareMeanEmbedding(engine, comparison);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{name} {residency}: {comparison.Finish()}");
    }

    private static void CompareFeatures(LensEngine engine, PreparedInput input, GoldenFile golden, GoldenComparison comparison)
    {
        if (golden.Contains("pixel_values"))
        {
            comparison.Close("pixel_values", input.Picture.PixelValues, 1e-6f);
        }

        if (golden.Contains("projector_input"))
        {
            using var scope = torch.NewDisposeScope();
            var picture = input.Picture;
            var features = engine.Model.Tower.Forward([.. picture.PixelsByView], picture.Width, picture.Height, onBlock: null, Token);
            comparison.Close("projector_input", TensorMemory.AsSpan(features), 1e-4f);
        }
    }

    private static void CompareReadings(LensEngine engine, PreparedInput input, GoldenFile golden, GoldenComparison comparison, int[] hiddenLayers)
    {
        var readings = new List<LayerReading>();
        var states = new List<HiddenState>();
        var answer = engine.Analyze(input, new LensSettings(), 12, readings.Add, onProgress: null, Token, new HiddenStateRequest(hiddenLayers, states.Add));

        var layers = engine.Config.Text.Layers + 1;
        var p = input.Positions.Count;
        Assert.Equal(Enumerable.Range(0, layers).Concat(Enumerable.Range(0, layers)), readings.Select(reading => reading.Layer));
        foreach (var reading in readings.Take(layers))
        {
            Assert.Equal((0, p), (reading.FirstPosition, reading.Positions));
            comparison.TopK("lens", reading.Ids, reading.LogProbabilities, 10, reading.Layer * p * 10);
            comparison.Close("lens_entropy_bits", reading.EntropyBits, 1e-4f, reading.Layer * p);
            comparison.Close("lens_logsumexp", reading.LogSumExp, 1e-4f, reading.Layer * p);
        }

        foreach (var (index, state) in states.Take(hiddenLayers.Length).Index())
        {
            Assert.Equal((hiddenLayers[index], 0, p), (state.Layer, state.FirstPosition, state.Positions));
            comparison.RowsClose("hidden_states", state.Values, state.Width, 1e-4f, index * p * state.Width);
        }

        if (golden.Contains("legacy_last_ids"))
        {
            var legacy = new List<LayerReading>();
            engine.Analyze(input, new LensSettings(Layers: [layers - 1], Legacy: true), 0, legacy.Add, onProgress: null, Token);
            comparison.TopK("legacy_last", legacy[0].Ids, legacy[0].LogProbabilities, 10, 0);
        }

        if (golden.Contains("logits_last_position"))
        {
            using var scope = torch.NewDisposeScope();
            var last = states[hiddenLayers.Length - 1];
            var logits = engine.Model.Decoder.Logits(TensorMemory.From(last.Values.AsSpan((p - 1) * last.Width), 1, last.Width));
            comparison.Close("logits_last_position", TensorMemory.AsSpan(logits), 1e-4f);
        }

        Assert.NotNull(answer);
        comparison.Equal("generated_ids", answer.Ids);
        Assert.Equal(engine.Tokenizer.Decode(answer.Ids, skipSpecialTokens: true).Trim(), answer.Text);

        // lens(L) is the model's own output: what it holds most probable at a position is the token that greedy decoding puts next.
        Assert.Equal(answer.Ids[0], readings[layers - 1].Ids[(p - 1) * 10]);
        var fedBack = readings[^1];
        Assert.Equal((p, answer.Ids.Count - 1), (fedBack.FirstPosition, fedBack.Positions));
        Assert.Equal(answer.Ids.Skip(1), Enumerable.Range(0, fedBack.Positions).Select(row => fedBack.Ids[row * 10]));
    }

    /// <summary>What only the plain pass can see: attention, the stream between attention and MLP, divergences of layers from the last.</summary>
    private static void CompareTrace(LensEngine engine, PreparedInput input, GoldenFile golden, GoldenComparison comparison)
    {
        var p = input.Positions.Count;
        var heads = engine.Config.Text.Heads;
        using var tracer = engine.Trace(input, Token);
        tracer.Run(
            intervention: null,
            new TraceObserver
            {
                OnAttention = golden.Contains("attentions") ? map => comparison.Close("attentions", map.Weights, 1e-5f, (((map.Block - 1) * heads) + map.Head) * p * p) : null,
                OnAfterAttention = golden.Contains("after_attention_ids")
                    ? reading => comparison.TopK("after_attention", reading.Ids, reading.LogProbabilities, TraceObserver.AfterAttentionTopK, (reading.Layer - 1) * p * TraceObserver.AfterAttentionTopK)
                    : null,
                OnDivergence = golden.Contains("kl_final_to_layer") ? (layer, divergence) => comparison.Close("kl_final_to_layer", divergence, 1e-4f, layer * p) : null,
            },
            Token);
    }

    /// <summary>The demo's mean over the patches of all its pictures, most of them JPEG or lossy WebP, which decoders round each in their way.</summary>
    private static void CompareMeanEmbedding(LensEngine engine, GoldenComparison comparison)
    {
        var pictures = Directory.EnumerateFiles(SharedFolder.Require("demo/pictures")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).ToList();
        Assert.Equal(12, pictures.Count);
        var sums = new double[engine.Config.Text.HiddenSize];
        foreach (var picture in pictures)
        {
            var input = engine.Prepare(File.ReadAllBytes(picture), PromptTemplate.DefaultQuestion, PictureOrientation.AsStored, PictureLimits.Default, 0);
            using var tracer = engine.Trace(input, Token);
            Assert.Equal(576, tracer.Visual.Positions.Count);
            foreach (var (i, value) in tracer.Visual.Mean.Index())
            {
                sums[i] += value;
            }
        }

        comparison.Close("ablation_mean", [.. sums.Select(sum => (float)(sum / pictures.Count))], 1e-4f);
    }
}
