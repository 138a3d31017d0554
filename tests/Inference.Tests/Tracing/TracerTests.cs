using System.Text.Json;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tests.Models;
using LogitLens.Inference.Tracing;
using TorchSharp;

namespace LogitLens.Inference.Tests.Tracing;

/// <summary>The plain pass: every experiment of the goldens, and the lens once more, by other operations than the fast engine's.</summary>
public sealed class TracerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Residency.Resident)]
    [InlineData(Residency.Streamed)]
    public void Run_KnockoutsOfTheGolden_GiveTheirStatesAndLogits(Residency residency)
    {
        using var traced = Traced.Open("experiments/chelsea", residency);
        var golden = Experiments();
        var comparison = new GoldenComparison(golden);
        foreach (var (name, _, experiment) in Described().Where(one => one.Kind == "knockout"))
        {
            var output = traced.Tracer.Run(new Knockout(Ints(experiment, "blocks_1based"), Ints(experiment, "query_positions"), Ints(experiment, "key_positions")), observer: null, Token);

            comparison.RowsClose($"{name}.last_state", output.LastState, traced.Width, 1e-4f, 0);
            comparison.Close($"{name}.logits_last", output.LastLogits, 1e-4f);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(comparison.Finish([.. golden.Names.Where(name => !name.StartsWith("knockout.", StringComparison.Ordinal))]));
    }

    [Theory]
    [InlineData(Residency.Resident)]
    [InlineData(Residency.Streamed)]
    public void Run_AblationsOfTheGolden_GiveTheirLogits(Residency residency)
    {
        using var traced = Traced.Open("experiments/chelsea", residency);
        var golden = Experiments();
        var comparison = new GoldenComparison(golden);
        foreach (var (name, _, experiment) in Described().Where(one => one.Kind == "ablation"))
        {
            var with = name.Contains("mean", StringComparison.Ordinal) ? Replacement.Mean : Replacement.Zero;
            var output = traced.Tracer.Run(new Ablation(with, Ints(experiment, "positions")), observer: null, Token);

            comparison.Close($"{name}.logits_last", output.LastLogits, 1e-4f);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(comparison.Finish([.. golden.Names.Where(name => !name.StartsWith("ablation.", StringComparison.Ordinal))]));
    }

    [Fact]
    public void Visual_OfTheGolden_HasItsMeanNormsAndRegisters()
    {
        using var traced = Traced.Open("experiments/chelsea", Residency.Resident);
        var comparison = new GoldenComparison(Experiments());

        comparison.Close("visual_mean", [.. traced.Tracer.Visual.Mean], 1e-4f);
        comparison.Close("visual_norms", [.. traced.Tracer.Visual.Norms], 1e-4f);

        Assert.Equal(Ints(Described().Single(one => one.Name == "ablation.mean_registers").Value, "positions"), traced.Tracer.Visual.Registers);
    }

    [Theory]
    [InlineData(Residency.Resident)]
    [InlineData(Residency.Streamed)]
    public void Relevancy_OfTheGoldensToken_GivesItsRow(Residency residency)
    {
        using var traced = Traced.Open("experiments/chelsea", residency);
        var comparison = new GoldenComparison(Experiments());

        var row = traced.Tracer.Relevancy(Described().Single(one => one.Name == "relevancy").Value.GetProperty("target_token").GetInt32(), Token);

        // Values of 1e-2: within a share of the largest, as for hidden states, and as close as attention itself.
        comparison.RowsClose("relevancy.row_last", row, row.Length, 1e-4f, 0);
        comparison.Close("relevancy.row_last", row, 1e-5f);
        TestContext.Current.TestOutputHelper!.WriteLine($"relevancy of at most {row.Max()}: {comparison.Deviations()}");
    }

    [Theory]
    [InlineData("llava-1.5/chelsea")]
    [InlineData("experiments/chelsea")]
    [InlineData("bakllava/tall")]
    [InlineData("vip-llava/wide")]
    [InlineData("llava-interleave/coffee")]
    [InlineData("llava-next/wide")]
    [InlineData("llava-onevision/tall")]
    [InlineData("demo")]
    public void Run_Unchanged_ReadsWhatTransformersReads(string name)
    {
        using var traced = Traced.Open(name, Residency.Resident);
        var golden = traced.Golden;
        var comparison = new GoldenComparison(golden);
        var p = traced.Tracer.Positions.Count;

        var output = traced.Tracer.Run(
            intervention: null,
            new TraceObserver
            {
                OnReading = reading =>
                {
                    comparison.TopK("lens", reading.Ids, reading.LogProbabilities, 10, reading.Layer * p * 10);
                    comparison.Close("lens_entropy_bits", reading.EntropyBits, 1e-4f, reading.Layer * p);
                    comparison.Close("lens_logsumexp", reading.LogSumExp, 1e-4f, reading.Layer * p);
                },
            },
            Token);

        var states = golden.Floats("hidden_states");
        comparison.RowsClose("hidden_states", output.LastState, traced.Width, 1e-4f, states.Length - output.LastState.Length);
        Assert.Equal(golden.Ints("generated_ids")[0], output.TopToken);
    }

    [Fact]
    public void Run_OnTheDemo_GivesTheProbabilitiesOfTheFastEngine()
    {
        using var traced = Traced.Open("demo", Residency.Resident);
        var fast = new List<LayerReading>();
        var plain = new List<LayerReading>();
        traced.Engine.Analyze(traced.Input, new LensSettings(), 0, fast.Add, onProgress: null, Token);

        traced.Tracer.Run(intervention: null, new TraceObserver { OnReading = plain.Add }, Token);

        Assert.Equal(13, plain.Count);
        var largest = 0f;
        foreach (var (one, other) in fast.Zip(plain))
        {
            var expected = one.LogProbabilities.Select(MathF.Exp).ToArray();
            GoldenCase.AssertTopK(one.Ids, expected, other.Ids, other.LogProbabilities, one.TopK, $"layer {one.Layer}");
            GoldenCase.AssertClose(one.EntropyBits, other.EntropyBits, 1e-4f, $"entropy of layer {one.Layer}");
            largest = Math.Max(largest, expected.Zip(other.LogProbabilities, (p, log) => Math.Abs(p - MathF.Exp(log))).Max());
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"largest difference between the engines' probabilities: {largest:0.0e0}");
    }

    [Theory]
    [InlineData("block 7, but this checkpoint's blocks are 1 to 6", new[] { 7 }, new[] { 49 }, new[] { 4 })]
    [InlineData("block 0, but", new[] { 0 }, new[] { 49 }, new[] { 4 })]
    [InlineData("position 50, but this prompt's positions are 0 to 49", new[] { 1 }, new[] { 50 }, new[] { 4 })]
    [InlineData("position -1", new[] { 1 }, new[] { 49 }, new[] { -1 })]
    [InlineData("hides from position 0 everything", new[] { 1 }, new[] { 0, 1 }, new[] { 0 })]
    public void Run_KnockoutThatCannotBe_IsRefusedInASentence(string expected, int[] blocks, int[] queries, int[] keys)
    {
        using var traced = Traced.Open("experiments/chelsea", Residency.Resident);

        var refused = Assert.Throws<RefusedInputException>(() => traced.Tracer.Run(new Knockout(blocks, queries, keys), observer: null, Token));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Relevancy_OfATokenThatDoesNotExist_IsRefusedInASentence()
    {
        using var traced = Traced.Open("experiments/chelsea", Residency.Resident);

        var refused = Assert.Throws<RefusedInputException>(() => traced.Tracer.Relevancy(1024, Token));

        Assert.Contains("tokens are 0 to 1023", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Cancelled_Ends()
    {
        using var traced = Traced.Open("experiments/chelsea", Residency.Streamed);
        using var stop = new CancellationTokenSource();
        var done = 0;

        Assert.Throws<OperationCanceledException>(() => traced.Tracer.Run(
            intervention: null,
            new TraceObserver
            {
                OnBlock = block =>
                {
                    done = block;
                    stop.Cancel();
                },
            },
            stop.Token));

        Assert.Equal(1, done);
    }

    [Fact]
    public void Passes_OneAfterAnother_LeaveNoTensors()
    {
        using var traced = Traced.Open("experiments/chelsea", Residency.Streamed);
        Pass();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 3; i++)
        {
            Pass();
        }

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Pass()
        {
            using var tracer = traced.Engine.Trace(traced.Input, Token);
            tracer.Run(new Knockout([1, 2], [49], [4]), new TraceObserver { OnReading = _ => { }, OnAfterAttention = _ => { }, OnDivergence = (_, _) => { }, OnAttention = _ => { } }, Token);
            tracer.Run(new Ablation(Replacement.Mean, [4]), observer: null, Token);
            tracer.Relevancy(5, Token);
        }
    }

    private static GoldenFile Experiments() => GoldenFile.Open(SharedFolder.Require("goldens/experiments/chelsea/experiments.safetensors"));

    private static List<(string Name, string Kind, JsonElement Value)> Described()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("goldens/experiments/chelsea/experiments.json")));
        return [.. document.RootElement.EnumerateObject().Select(one => (one.Name, one.Name.Split('.')[0], one.Value.Clone()))];
    }

    private static int[] Ints(JsonElement experiment, string name) => [.. experiment.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    private sealed class Traced : IDisposable
    {
        private readonly Checkpoint _checkpoint;

        private Traced(string name, Residency residency)
        {
            var isDemo = name == "demo";
            Golden = GoldenFile.Open(SharedFolder.Require(isDemo ? "demo/golden.safetensors" : $"goldens/{name}/golden.safetensors"));
            _checkpoint = Checkpoint.Open(SharedFolder.Require(isDemo ? "demo/checkpoint" : $"goldens/{name.Split('/')[0]}/checkpoint"));
            Engine = LensEngine.Load(_checkpoint, DeviceChoice.Cpu, residency, Token);
            var picture = File.ReadAllBytes(SharedFolder.Require(isDemo ? "demo/pictures/music-in-the-snow.png" : $"goldens/pictures/{name.Split('/')[1]}.png"));
            Input = Engine.Prepare(picture, PromptTemplate.DefaultQuestion, PictureOrientation.AsStored, PictureLimits.Default, 0);
            Tracer = Engine.Trace(Input, Token);
        }

        public GoldenFile Golden { get; }

        public LensEngine Engine { get; }

        public PreparedInput Input { get; }

        public Tracer Tracer { get; }

        public int Width => Engine.Config.Text.HiddenSize;

        public static Traced Open(string name, Residency residency) => new(name, residency);

        public void Dispose()
        {
            Tracer.Dispose();
            Engine.Dispose();
            _checkpoint.Dispose();
        }
    }
}
