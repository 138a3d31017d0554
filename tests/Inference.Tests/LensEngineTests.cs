using System.Text;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tests.Models;
using TorchSharp;

namespace LogitLens.Inference.Tests;

public sealed class LensEngineTests
{
    private const string Question = "Describe the image.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("experiments/chelsea")]
    [InlineData("bakllava/chelsea")]
    [InlineData("vip-llava/wide")]
    [InlineData("llava-interleave/coffee")]
    [InlineData("llava-next/wide")]
    [InlineData("llava-onevision/small")]
    [InlineData("demo")]
    public void Analyze_AnswerPositions_ReadAsAFreshPromptWithTheAnswerAppended(string name)
    {
        using var engine = Load(name);
        var input = engine.Prepare(Picture(name), Question, PictureOrientation.AsStored, PictureLimits.Default, 12);
        var settings = new LensSettings(TrackedTokens: [5, 300]);
        var readings = new List<LayerReading>();
        var answer = engine.Analyze(input, settings, 12, readings.Add, onProgress: null, Token);
        Assert.NotNull(answer);

        var longer = input with { Positions = [.. input.Positions, .. answer.Ids.SkipLast(1).Select(id => new InputPosition(id, PositionKind.Text, Patch: null))] };
        var fresh = new List<LayerReading>();
        Assert.Null(engine.Analyze(longer, settings, 0, fresh.Add, onProgress: null, Token));
        var p = input.Positions.Count;
        foreach (var (layer, kept) in readings.Skip(fresh.Count).Index())
        {
            var whole = fresh[layer];
            Assert.Equal(whole.Layer, kept.Layer);
            for (var i = 0; i < kept.LogProbabilities.Length; i++)
            {
                Assert.Equal(MathF.Exp(whole.LogProbabilities[(p * 10) + i]), MathF.Exp(kept.LogProbabilities[i]), 1e-5f);
            }

            GoldenCase.AssertClose(whole.EntropyBits.AsSpan(p), kept.EntropyBits, 1e-4f, "entropy");
            GoldenCase.AssertClose(whole.TrackedLogProbabilities.AsSpan(p * 2), kept.TrackedLogProbabilities, 1e-3f, "tracked");
        }
    }

    [Fact]
    public void Analyze_SomeLayers_ReadsTheseAsItReadsAll()
    {
        using var engine = Load("experiments/chelsea");
        var input = engine.Prepare(Picture("experiments/chelsea"), Question, PictureOrientation.AsStored, PictureLimits.Default, 12);
        var all = new List<LayerReading>();
        engine.Analyze(input, new LensSettings(), 0, all.Add, onProgress: null, Token);

        var some = new List<LayerReading>();
        var steps = new List<AnalysisProgress>();
        var answer = engine.Analyze(input, new LensSettings(Layers: [2, 4]), 0, some.Add, steps.Add, Token);
        Assert.Null(answer);
        Assert.Equal([2, 4], some.Select(reading => reading.Layer));
        Assert.Equal(all[2].LogProbabilities, some[0].LogProbabilities);
        Assert.Equal(all[4].Ids, some[1].Ids);

        // Blocks 5 and 6 serve nothing and are not run …
        Assert.Equal(new AnalysisProgress(AnalysisStage.Layers, 4, 4), steps[^1]);

        // … unless there is an answer to give.
        some.Clear();
        answer = engine.Analyze(input, new LensSettings(Layers: [2, 4]), 12, some.Add, onProgress: null, Token);
        Assert.Equal(Golden("experiments/chelsea").Ints("generated_ids"), answer!.Ids);
        Assert.Equal([2, 4, 2, 4], some.Select(reading => reading.Layer));
    }

    [Theory]
    [InlineData("llava-1.5/chelsea")]
    [InlineData("bakllava/tall")]
    [InlineData("llava-interleave/coffee")]
    public void Analyze_HiddenStatesAskedFor_AreThoseOfTransformers(string name)
    {
        using var engine = Load(name);
        var golden = Golden(name);
        var input = engine.Prepare(Picture(name), Question, PictureOrientation.AsStored, PictureLimits.Default, 12);
        var layers = engine.Config.Text.Layers;
        var states = new List<HiddenState>();
        var answer = engine.Analyze(
            input, new LensSettings(Layers: [1]), 12, _ => { }, onProgress: null, Token, new HiddenStateRequest([layers, 0, 2], states.Add));

        Assert.NotNull(answer);
        Assert.Equal([0, 2, layers, 0, 2, layers], states.Select(state => state.Layer));
        var p = input.Positions.Count;
        foreach (var state in states.Take(3))
        {
            Assert.Equal((0, p, engine.Config.Text.HiddenSize), (state.FirstPosition, state.Positions, state.Width));
            var size = p * state.Width;
            GoldenCase.AssertRowsClose(golden.Floats("hidden_states").AsSpan(state.Layer * size, size), state.Values, state.Width, 1e-4f, $"layer {state.Layer}");
        }

        Assert.All(states.Skip(3), state => Assert.Equal((p, answer.Ids.Count - 1), (state.FirstPosition, state.Positions)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(7)]
    public void Analyze_HiddenStatesOfALayerThatDoesNotExist_IsRefused(int layer)
    {
        using var engine = Load("experiments/chelsea");
        var input = engine.Prepare(Picture("experiments/chelsea"), Question, PictureOrientation.AsStored, PictureLimits.Default, 0);
        var refusal = Assert.Throws<RefusedInputException>(
            () => engine.Analyze(input, new LensSettings(), 0, _ => { }, onProgress: null, Token, new HiddenStateRequest([layer], _ => { })));
        Assert.Contains("0 (emb) to 6", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public void Analyze_OtherTopK_IsAPrefixOfTheSameOrder(int k)
    {
        using var engine = Load("experiments/chelsea");
        var input = engine.Prepare(Picture("experiments/chelsea"), Question, PictureOrientation.AsStored, PictureLimits.Default, 0);
        var ten = new List<LayerReading>();
        engine.Analyze(input, new LensSettings(), 0, ten.Add, onProgress: null, Token);
        var other = new List<LayerReading>();
        engine.Analyze(input, new LensSettings(k), 0, other.Add, onProgress: null, Token);
        foreach (var (expected, actual) in ten.Zip(other))
        {
            Assert.Equal(k, actual.TopK);
            Assert.Equal(expected.EntropyBits, actual.EntropyBits);
            for (var position = 0; position < actual.Positions; position++)
            {
                Assert.Equal(expected.Ids.Skip(position * 10).Take(Math.Min(k, 10)), actual.Ids.Skip(position * k).Take(Math.Min(k, 10)));
            }
        }
    }

    [Theory]
    [InlineData(AnalysisStage.Vision, 0)]
    [InlineData(AnalysisStage.Layers, 3)]
    [InlineData(AnalysisStage.Answer, 6)]
    public void Analyze_CancelledOnTheWay_StopsAtTheNextStep(AnalysisStage stage, int readingsAtLeast)
    {
        using var engine = Load("experiments/chelsea");
        var input = engine.Prepare(Picture("experiments/chelsea"), Question, PictureOrientation.AsStored, PictureLimits.Default, 12);
        using var source = new CancellationTokenSource();
        var readings = 0;
        var stepsAfter = -1;
        Assert.Throws<OperationCanceledException>(() => engine.Analyze(
            input,
            new LensSettings(),
            12,
            _ => readings++,
            step =>
            {
                stepsAfter += source.IsCancellationRequested ? 1 : 0;
                if (step.Stage == stage && step.Done == 3)
                {
                    stepsAfter = 0;
                    source.Cancel();
                }
            },
            source.Token));
        Assert.Equal(0, stepsAfter);
        Assert.InRange(readings, readingsAtLeast, 7);

        // And the engine is as good as before.
        Assert.Equal(Golden("experiments/chelsea").Ints("generated_ids"), engine.Analyze(input, new LensSettings(), 12, _ => { }, onProgress: null, Token)!.Ids);
    }

    [Fact]
    public void Analyze_Progress_CountsEveryStepOnce()
    {
        using var engine = Load("experiments/chelsea");
        var input = engine.Prepare(Picture("experiments/chelsea"), Question, PictureOrientation.AsStored, PictureLimits.Default, 12);
        var steps = new List<AnalysisProgress>();
        engine.Analyze(input, new LensSettings(), 12, _ => { }, steps.Add, Token);
        Assert.Equal(
            [
                .. Enumerable.Range(1, 4).Select(done => new AnalysisProgress(AnalysisStage.Vision, done, 4)),
                .. Enumerable.Range(1, 6).Select(done => new AnalysisProgress(AnalysisStage.Layers, done, 6)),
                .. Enumerable.Range(1, 12).Select(done => new AnalysisProgress(AnalysisStage.Answer, done, 12)),
            ],
            steps);
    }

    [Fact]
    public void Analyze_AgainAndAgain_LeavesNoTensorBehind()
    {
        using var engine = Load("experiments/chelsea");
        var input = engine.Prepare(Picture("experiments/chelsea"), Question, PictureOrientation.AsStored, PictureLimits.Default, 12);
        engine.Analyze(input, new LensSettings(), 12, _ => { }, onProgress: null, Token);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++)
        {
            engine.Analyze(input, new LensSettings(), 12, _ => { }, onProgress: null, Token);
            Assert.Throws<InvalidOperationException>(() => engine.Analyze(input, new LensSettings(), 12, _ => throw new InvalidOperationException(), onProgress: null, Token));
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Dispose_AfterLoad_FreesEveryWeight()
    {
        var folder = Folder("experiments/chelsea");
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var checkpoint = Checkpoint.Open(folder))
        {
            using var engine = LensEngine.Load(checkpoint, DeviceChoice.Cpu, Token);
            Assert.True(DisposeScopeManager.Statistics.ThreadTotalLiveCount > before);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Load_Cancelled_StopsAndFreesWhatWasRead()
    {
        using var checkpoint = Checkpoint.Open(Folder("experiments/chelsea"));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<OperationCanceledException>(() => LensEngine.Load(checkpoint, DeviceChoice.Cpu, new CancellationToken(canceled: true)));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Load_CudaWhereThereIsNone_NamesTheBuildSwitch()
    {
        Assert.SkipWhen(torch.cuda.is_available(), "This machine has CUDA.");
        using var checkpoint = Checkpoint.Open(Folder("experiments/chelsea"));
        var refusal = Assert.Throws<RefusedInputException>(() => LensEngine.Load(checkpoint, DeviceChoice.Cuda, Token));
        Assert.Contains("-p:TorchBackend=cuda", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \n", "empty")]
    [InlineData("USER: <image> and <image> ASSISTANT:", "more than one <image>")]
    public void Prepare_PromptThatCannotBeUsed_IsRefused(string prompt, string expected)
    {
        using var engine = Load("experiments/chelsea");
        var refusal = Assert.Throws<RefusedInputException>(() => engine.Prepare(Picture("experiments/chelsea"), prompt, PictureOrientation.AsStored, PictureLimits.Default, 0));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_LongerThanTheContext_IsRefusedWithBothNumbers()
    {
        using var engine = Load("experiments/chelsea");
        var picture = Picture("experiments/chelsea");
        var limit = engine.Config.Text.MaxPositions;
        var positions = engine.Prepare(picture, Question, PictureOrientation.AsStored, PictureLimits.Default, 0).Positions.Count;
        engine.Prepare(picture, Question, PictureOrientation.AsStored, PictureLimits.Default, limit - positions);
        var refusal = Assert.Throws<RefusedInputException>(() => engine.Prepare(picture, Question, PictureOrientation.AsStored, PictureLimits.Default, limit - positions + 1));
        Assert.Contains($"{positions} positions", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"context is {limit}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_NotAPicture_IsRefused()
    {
        using var engine = Load("experiments/chelsea");
        Assert.Throws<RefusedInputException>(() => engine.Prepare("no picture at all"u8, Question, PictureOrientation.AsStored, PictureLimits.Default, 0));
    }

    [Fact]
    public void Prepare_FullPrompt_StaysAsItIs()
    {
        using var engine = Load("experiments/chelsea");
        var input = engine.Prepare(Picture("experiments/chelsea"), "<image>", PictureOrientation.AsStored, PictureLimits.Default, 0);
        Assert.Equal("<image>", input.Prompt);
        Assert.Equal(36, input.Positions.Count(position => position.Kind == PositionKind.Patch));
        Assert.Equal(Enumerable.Range(0, 36), input.Positions.Where(position => position.Patch is not null).Select(position => (position.Patch!.Value.Row * 6) + position.Patch.Value.Column));
    }

    [Fact]
    public void Prepare_TilesOfLlavaNext_LaysOutTheWholeThenRowsWithLineFeatures()
    {
        using var engine = Load("llava-next/wide");
        var input = engine.Prepare(Picture("llava-next/wide"), Question, PictureOrientation.AsStored, PictureLimits.Default, 0);
        var picture = input.Positions.Where(position => position.Kind != PositionKind.Text).ToList();
        var grid = input.Picture.Fine!;
        Assert.Equal(68, picture.Count);
        Assert.Equal(16 + (grid.Rows * (grid.Columns + 1)), picture.Count);
        Assert.All(picture.Take(16).Index(), entry => Assert.Equal((0, entry.Index / 4, entry.Index % 4), Place(entry.Item)));
        Assert.All(picture.Skip(16).Index(), entry =>
        {
            var (row, column) = Math.DivRem(entry.Index, grid.Columns + 1);
            Assert.Equal(column == grid.Columns ? PositionKind.Newline : PositionKind.Patch, entry.Item.Kind);
            Assert.Equal(column == grid.Columns ? null : (1, row, column), Place(entry.Item));
        });

        static (int Tile, int Row, int Column)? Place(InputPosition position) => position.Patch is { } patch ? (patch.Tile, patch.Row, patch.Column) : null;
    }

    [Fact]
    public void Load_TokenizerWithoutTheImageToken_IsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("logitlens-test-");
        try
        {
            foreach (var file in Directory.GetFiles(Folder("experiments/chelsea")))
            {
                var bytes = File.ReadAllBytes(file);
                File.WriteAllBytes(
                    Path.Combine(folder.FullName, Path.GetFileName(file)),
                    Path.GetFileName(file) == "config.json" ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("1000,", "999,", StringComparison.Ordinal)) : bytes);
            }

            using var checkpoint = Checkpoint.Open(folder.FullName);
            var refusal = Assert.Throws<RefusedInputException>(() => LensEngine.Load(checkpoint, DeviceChoice.Cpu, Token));
            Assert.Contains("<image>", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("999", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static LensEngine Load(string name, Residency residency = Residency.Resident)
    {
        using var checkpoint = Checkpoint.Open(Folder(name));
        return LensEngine.Load(checkpoint, DeviceChoice.Cpu, residency, Token);
    }

    private static string Folder(string name) => SharedFolder.Require(name == "demo" ? "demo/checkpoint" : $"goldens/{name.Split('/')[0]}/checkpoint");

    private static GoldenFile Golden(string name) => GoldenFile.Open(SharedFolder.Require(name == "demo" ? "demo/golden.safetensors" : $"goldens/{name}/golden.safetensors"));

    private static byte[] Picture(string name) =>
        File.ReadAllBytes(SharedFolder.Require(name == "demo" ? "demo/pictures/music-in-the-snow.png" : $"goldens/pictures/{name.Split('/')[1]}.png"));
}
