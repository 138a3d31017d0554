using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests;

public sealed class LensEngineBatchTests
{
    private const int AnswerTokens = 12;

    private static readonly string[] Questions =
    [
        "Describe the image.", "Is there a cat?", "What is on the left?", "What is on the right?", "Is there a violin?", "Is there a dog?", "What is there?", "Is there a penguin?",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Residency.Resident)]
    [InlineData(Residency.Streamed)]
    public void Analyze_EightPicturesAtOnce_ReadsAsOneByOne(Residency residency)
    {
        using var engine = Load("demo/checkpoint", residency);
        var inputs = DemoPictures().Take(8).Select((picture, i) => Prepare(engine, picture, Questions[i % 2])).ToList();
        AssertAsOneByOne(engine, inputs);
    }

    [Theory]
    [InlineData("goldens/llava-next/checkpoint", Residency.Resident)]
    [InlineData("goldens/llava-next/checkpoint", Residency.Streamed)]
    [InlineData("goldens/llava-onevision/checkpoint", Residency.Resident)]
    [InlineData("goldens/llava-onevision/checkpoint", Residency.Streamed)]
    public void Analyze_PicturesOfSeveralShapesInTiles_ReadAsOneByOne(string folder, Residency residency)
    {
        using var engine = Load(folder, residency);
        var inputs = ((string[])["chelsea", "tall", "wide", "small", "coffee"]).Select(name => Prepare(engine, File.ReadAllBytes(SharedFolder.Require($"goldens/pictures/{name}.png")), Questions[0])).ToList();
        Assert.True(inputs.Select(input => input.Picture.Fine).Distinct().Count() >= 3);
        AssertAsOneByOne(engine, inputs);
    }

    [Fact]
    public void Analyze_BlackPicturesOfTwoShapesInTiles_AreNotTakenForOne()
    {
        using var engine = Load("goldens/llava-next/checkpoint", Residency.Resident);
        var inputs = ((int Width, int Height)[])[(100, 40), (100, 30)];
        var prepared = inputs.Select(size => Prepare(engine, PictureEncoder.ToPng(new Picture(size.Width, size.Height, new byte[size.Width * size.Height * 3])), Questions[0])).ToList();
        Assert.Equal(prepared[0].Picture.PixelValues, prepared[1].Picture.PixelValues);
        Assert.NotEqual(prepared[0].Picture.Fine, prepared[1].Picture.Fine);
        AssertAsOneByOne(engine, prepared);
    }

    [Theory]
    [InlineData("demo/checkpoint", Residency.Resident)]
    [InlineData("demo/checkpoint", Residency.Streamed)]
    [InlineData("goldens/bakllava/checkpoint", Residency.Resident)]
    [InlineData("goldens/llava-interleave/checkpoint", Residency.Resident)]
    public void Analyze_EightQuestionsOnOnePicture_ReadAsOneByOne(string folder, Residency residency)
    {
        using var engine = Load(folder, residency);
        var first = Prepare(engine, DemoPictures()[0], Questions[0]);
        var inputs = Questions.Select(question => engine.Prepare(first, question, AnswerTokens)).ToList();
        var shared = BatchLayout.SharedLength(first);
        Assert.Equal(shared + inputs.Sum(input => input.Positions.Count - shared), BatchLayout.Of(inputs).Stretches.Sum(stretch => stretch.Rows));
        AssertAsOneByOne(engine, inputs);
    }

    /// <summary>What storage keeps once: numbers that are the same to the bit, since they are one computation.</summary>
    [Fact]
    public void FindShared_QuestionsOnTwoPictures_NamesWhatIsReadTheSame()
    {
        using var engine = Load("demo/checkpoint", Residency.Resident);
        var first = Prepare(engine, DemoPictures()[0], Questions[0]);
        var other = Prepare(engine, DemoPictures()[1], Questions[0]);
        List<PreparedInput> inputs = [first, other, engine.Prepare(first, Questions[1], AnswerTokens), engine.Prepare(first, Questions[2], AnswerTokens)];

        var shared = Assert.Single(LensEngine.FindShared(inputs));

        Assert.Equal([0, 2, 3], shared.Inputs);
        Assert.Equal(BatchLayout.SharedLength(first), shared.Positions);
        var readings = Readings(engine, inputs);
        foreach (var question in shared.Inputs.Skip(1))
        {
            Assert.All(readings[0].Zip(readings[question]).Where(pair => pair.First.FirstPosition == 0), pair =>
            {
                var count = shared.Positions * pair.First.TopK;
                Assert.Equal(pair.First.Ids[..count], pair.Second.Ids[..count]);
                Assert.Equal(pair.First.LogProbabilities[..count], pair.Second.LogProbabilities[..count]);
                Assert.Equal(pair.First.EntropyBits[..shared.Positions], pair.Second.EntropyBits[..shared.Positions]);
            });
        }
    }

    [Fact]
    public void FindShared_NothingAlike_IsEmpty()
    {
        using var engine = Load("demo/checkpoint", Residency.Resident);

        Assert.Empty(LensEngine.FindShared([.. DemoPictures().Take(2).Select(picture => Prepare(engine, picture, Questions[0]))]));
        Assert.Empty(LensEngine.FindShared([Prepare(engine, DemoPictures()[0], Questions[0])]));
    }

    [Fact]
    public void Analyze_StreamedAndResident_AreTheSame()
    {
        using var resident = Load("goldens/vip-llava/checkpoint", Residency.Resident);
        using var streamed = Load("goldens/vip-llava/checkpoint", Residency.Streamed);
        var input = Prepare(resident, DemoPictures()[0], Questions[0]);
        var expected = Readings(resident, [input])[0];
        var actual = Readings(streamed, [input])[0];

        // Prompts are computed alike; an answer's few rows are multiplied by weights as stored, whose sums run in another order.
        AssertSame(expected, actual);
        foreach (var (one, other) in expected.Zip(actual).Where(pair => pair.First.FirstPosition == 0))
        {
            Assert.Equal(one.Ids, other.Ids);
            Assert.Equal(one.LogProbabilities, other.LogProbabilities);
        }
    }

    [Fact]
    public void Analyze_OneAndTwoThreads_ReadTheSame()
    {
        using var engine = Load("demo/checkpoint", Residency.Streamed);
        var inputs = DemoPictures().Take(2).Select(picture => Prepare(engine, picture, Questions[0])).ToList();
        var before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(1);
            var one = Readings(engine, inputs);
            torch.set_num_threads(2);
            var two = Readings(engine, inputs);
            for (var i = 0; i < inputs.Count; i++)
            {
                AssertSame(one[i], two[i]);
            }
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Theory]
    [InlineData(Residency.Resident)]
    [InlineData(Residency.Streamed)]
    public void Analyze_OneUnwantedOnTheWay_LeavesTheOthersAsTheyAre(Residency residency)
    {
        using var engine = Load("goldens/experiments/checkpoint", residency);
        var inputs = DemoPictures().Take(3).Select(picture => Prepare(engine, picture, Questions[0])).ToList();
        var alone = Readings(engine, inputs);
        var readings = inputs.Select(_ => new List<LayerReading>()).ToList();
        var answers = engine.Analyze(
            inputs,
            new LensSettings(),
            AnswerTokens,
            new BatchObserver((i, reading) => readings[i].Add(reading)) { IsWanted = i => i != 1 || readings[1].Count < 3 },
            Token);
        Assert.Equal(3, readings[1].Count);
        Assert.Null(answers[1]);
        AssertSame(alone[0], readings[0]);
        AssertSame(alone[2], readings[2]);
        Assert.NotNull(answers[2]);
    }

    [Fact]
    public void Analyze_NoneWantedAnyMore_Ends()
    {
        using var engine = Load("goldens/experiments/checkpoint", Residency.Resident);
        var inputs = DemoPictures().Take(2).Select(picture => Prepare(engine, picture, Questions[0])).ToList();
        var layers = 0;
        var answers = engine.Analyze(inputs, new LensSettings(), AnswerTokens, new BatchObserver((_, reading) => layers = reading.Layer) { IsWanted = _ => layers < 2 }, Token);
        Assert.Equal([null, null], answers);
        Assert.Equal(2, layers);
    }

    [Fact]
    public void Analyze_OnePictureThatIsNoNumber_FailsAlone()
    {
        using var engine = Load("goldens/experiments/checkpoint", Residency.Resident);
        var inputs = DemoPictures().Take(3).Select(picture => Prepare(engine, picture, Questions[0])).ToList();
        inputs[1] = inputs[1] with { Picture = inputs[1].Picture with { PixelValues = [.. Enumerable.Repeat(float.NaN, inputs[1].Picture.PixelValues.Length)] } };
        var readings = inputs.Select(_ => new List<LayerReading>()).ToList();
        var refused = new List<(int Input, string Message)>();
        var answers = engine.Analyze(
            inputs,
            new LensSettings(),
            AnswerTokens,
            new BatchObserver((i, reading) => readings[i].Add(reading)) { OnRefused = (i, refusal) => refused.Add((i, refusal.Message)) },
            Token);
        Assert.Equal(1, Assert.Single(refused).Input);
        Assert.Contains("not finite", refused[0].Message, StringComparison.Ordinal);
        Assert.Empty(readings[1]);
        Assert.Null(answers[1]);
        AssertSame(Readings(engine, [inputs[2]])[0], readings[2]);
    }

    [Fact]
    public void Load_StreamedCheckpoint_LivesOnAfterItIsClosed()
    {
        using var engine = Load("goldens/llava-1.5/checkpoint", Residency.Streamed);
        Assert.NotEmpty(Readings(engine, [Prepare(engine, DemoPictures()[0], Questions[0])])[0]);
    }

    private static void AssertAsOneByOne(LensEngine engine, List<PreparedInput> inputs)
    {
        var together = new List<LayerReading>[inputs.Count];
        var answers = Analyze(engine, inputs, together);
        for (var i = 0; i < inputs.Count; i++)
        {
            var alone = new List<LayerReading>[1];
            var answer = Analyze(engine, [inputs[i]], alone)[0];
            AssertSame(alone[0], together[i]);
            Assert.Equal(answer!.Ids, answers[i]!.Ids);
        }
    }

    private static List<LayerReading>[] Readings(LensEngine engine, List<PreparedInput> inputs)
    {
        var readings = new List<LayerReading>[inputs.Count];
        Analyze(engine, inputs, readings);
        return readings;
    }

    private static IReadOnlyList<Answer?> Analyze(LensEngine engine, List<PreparedInput> inputs, List<LayerReading>[] readings)
    {
        for (var i = 0; i < readings.Length; i++)
        {
            readings[i] = [];
        }

        return engine.Analyze(inputs, new LensSettings(TrackedTokens: [300]), AnswerTokens, new BatchObserver((i, reading) => readings[i].Add(reading)), Token);
    }

    /// <summary>Probabilities to 1e-5; ids may differ where neighbours are as close.</summary>
    private static void AssertSame(List<LayerReading> expected, List<LayerReading> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal((one.Layer, one.FirstPosition, one.Positions), (other.Layer, other.FirstPosition, other.Positions));
            for (var i = 0; i < one.LogProbabilities.Length; i++)
            {
                Assert.Equal(MathF.Exp(one.LogProbabilities[i]), MathF.Exp(other.LogProbabilities[i]), 1e-5f);
            }

            for (var i = 0; i < one.EntropyBits.Length; i++)
            {
                Assert.Equal(one.EntropyBits[i], other.EntropyBits[i], 1e-4f);
            }
        }
    }

    private static PreparedInput Prepare(LensEngine engine, byte[] picture, string question) =>
        engine.Prepare(picture, question, PictureOrientation.AsStored, PictureLimits.Default, AnswerTokens);

    private static List<byte[]> DemoPictures() =>
    [
        .. Directory.GetFiles(SharedFolder.Require("demo/pictures")).Where(path => !path.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];

    private static LensEngine Load(string folder, Residency residency)
    {
        using var checkpoint = Checkpoint.Open(SharedFolder.Require(folder));
        return LensEngine.Load(checkpoint, DeviceChoice.Cpu, residency, Token);
    }
}
