using System.Text.Json;
using LogitLens.Dashboard.Commands;
using LogitLens.Dashboard.Tests.Running;

namespace LogitLens.Dashboard.Tests.Commands;

public sealed class TraceCommandTests : IDisposable
{
    // The demo's: 12 blocks of 6 heads, 576 patches, 1024 words.
    private const int Blocks = 12;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Trace_OfTheDemo_WritesWhatItsFormatSays()
    {
        var (code, output, error) = await TraceAsync("--attentions", "mean", "--relevancy");

        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Contains("next token: ␣There 1.000\n", output, StringComparison.Ordinal);
        Assert.Contains("relevancy of ␣There: ", output, StringComparison.Ordinal);
        var file = new SafeTensors(_folder.File("trace.safetensors"));
        var p = file.Shape("input_ids")[0];
        Assert.Equal([Blocks + 1, p, 10], file.Shape("lens_probs"));
        Assert.Equal([Blocks + 1, p], file.Shape("lens_entropy_bits"));
        Assert.Equal([Blocks, p, 5], file.Shape("after_attention_ids"));
        Assert.Equal([Blocks + 1, p], file.Shape("kl_final_to_layer"));
        Assert.Equal([1024], file.Shape("logits_last"));
        Assert.Equal([Blocks, p, p], file.Shape("attentions_mean"));
        Assert.Equal([p], file.Shape("relevancy.row_last"));
        Assert.Equal([576], file.Shape("visual_norms"));

        var rows = file.Floats("attentions_mean").Chunk((int)p).ToList();
        Assert.All(rows, row => Assert.Equal(1, row.Sum(weight => (double)weight), 1e-5));
        Assert.All(rows.Index(), row => Assert.All(row.Item.AsSpan(((int)(row.Index % p)) + 1).ToArray(), ahead => Assert.Equal(0, ahead)));
        Assert.All(file.Floats("kl_final_to_layer")[^(int)p..], last => Assert.Equal(0, last));
        Assert.All(file.Floats("kl_final_to_layer"), value => Assert.InRange(value, -1e-6f, float.MaxValue));
        Assert.All(file.Floats("relevancy.row_last"), value => Assert.InRange(value, 0, float.MaxValue));
        Assert.Equal(Top(file.Floats("logits_last")), file.Ints("relevancy.token")[0]);
        var metadata = file.Metadata;
        Assert.Equal("USER: <image>\nDescribe the image. ASSISTANT:", metadata.GetProperty("prompt").GetString());
        Assert.Equal(64, metadata.GetProperty("checkpoint_hash").GetString()!.Length);
        Assert.StartsWith("R <- R + mean_heads", metadata.GetProperty("relevancy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_OfTheGoldenPicture_ReadsTheReferenceNumbers()
    {
        var golden = new SafeTensors(SharedFolder.Find("demo", "golden.safetensors"));

        await TraceAsync();

        var file = new SafeTensors(_folder.File("trace.safetensors"));
        Assert.Equal(golden.Ints("input_ids"), file.Ints("input_ids"));
        foreach (var (expected, actual) in golden.Floats("lens_probs").Zip(file.Floats("lens_probs")))
        {
            Assert.Equal(expected, actual, 1e-5f);
        }
    }

    [Fact]
    public async Task Trace_WithExperiments_ChangesTheAnswerAndSaysHow()
    {
        // The object that the answer names first is cut off from the position that names it.
        const string Prompt = "USER: <image>\nDescribe the image. ASSISTANT: There is a";
        var (code, output, error) = await TraceAsync(
            "--prompt", Prompt, "--knockout", "keys=patches", "--knockout", "blocks=2,4-5;queries=last;keys=question,4-9", "--ablate", "zero;patches", "--ablate", "mean;positions=20-21,30", "--attentions", "last");

        Assert.Equal("", error);
        Assert.Equal(0, code);
        var file = new SafeTensors(_folder.File("trace.safetensors"));
        var p = (int)file.Shape("input_ids")[0];
        Assert.Equal([Blocks, 6, p], file.Shape("attentions_last"));
        Assert.All(file.Floats("attentions_last").Chunk(p), row => Assert.Equal(1, row.Sum(weight => (double)weight), 1e-5));
        var before = file.Floats("logits_last");
        var top = Top(before);
        Assert.True(ProbabilityOf(file.Floats("knockout.1.logits_last"), top) < 0.5 * ProbabilityOf(before, top));
        Assert.True(ProbabilityOf(file.Floats("ablation.1.logits_last"), top) < 0.5 * ProbabilityOf(before, top));

        // A knockout of the last position's sight touches no other position; an ablation touches what comes after it and nothing before.
        var width = (int)file.Shape("last_state")[1];
        var state = file.Floats("last_state");
        Assert.Equal(state[..((p - 1) * width)], file.Floats("knockout.1.last_state")[..((p - 1) * width)]);
        Assert.NotEqual(state[((p - 1) * width)..], file.Floats("knockout.1.last_state")[((p - 1) * width)..]);
        var ablated = file.Floats("ablation.2.last_state");
        Assert.Equal(state[..(20 * width)], ablated[..(20 * width)]);
        Assert.NotEqual(state[(20 * width)..(21 * width)], ablated[(20 * width)..(21 * width)]);

        using var knockout = JsonDocument.Parse(file.Metadata.GetProperty("knockout.2").GetString()!);
        Assert.Equal([2, 4, 5], Ints(knockout, "blocks"));
        Assert.Equal([p - 1], Ints(knockout, "queries"));
        Assert.Equal([4, 5, 6, 7, 8, 9, .. Enumerable.Range(file.Ints("visual_positions")[^1] + 1, p - 2 - file.Ints("visual_positions")[^1])], Ints(knockout, "keys"));
        using var ablation = JsonDocument.Parse(file.Metadata.GetProperty("ablation.2").GetString()!);
        Assert.Equal([20, 21, 30], Ints(ablation, "positions"));
        Assert.Contains("\nexperiment ", output, StringComparison.Ordinal);
        Assert.Contains("\nknockout.1 keys=patches ", output, StringComparison.Ordinal);
        Assert.Contains("\nablation.1 zero;patches ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_AllAttentionsOfAStreamedCheckpoint_AreTheMeansParts()
    {
        await TraceAsync("--attentions", "mean");
        var mean = new SafeTensors(_folder.File("trace.safetensors")).Floats("attentions_mean");

        await TraceAsync("--attentions", "all", "--residency", "streamed", "--relevancy", "cat");

        var file = new SafeTensors(_folder.File("trace.safetensors"));
        var p = (int)file.Shape("input_ids")[0];
        Assert.Equal([Blocks, 6, p, p], file.Shape("attentions"));
        var lastBlock = file.Floats("attentions", (Blocks - 1) * 6 * p * p, 6 * p * p);
        for (var i = 0; i < p * p; i++)
        {
            var sum = 0f;
            for (var head = 0; head < 6; head++)
            {
                sum += lastBlock[(head * p * p) + i] / 6;
            }

            Assert.Equal(mean[((Blocks - 1) * p * p) + i], sum, 1e-6f);
        }

        Assert.NotEqual(Top(file.Floats("logits_last")), file.Ints("relevancy.token")[0]);
    }

    [Theory]
    [InlineData("positions \"everywhere\": write last, patches", "--knockout", "keys=everywhere")]
    [InlineData("names no keys", "--knockout", "blocks=1")]
    [InlineData("block 13, but this checkpoint's blocks are 1 to 12", "--knockout", "blocks=2-13;keys=patches")]
    [InlineData("block 0, but", "--knockout", "blocks=0;keys=patches")]
    [InlineData("the blocks \"6-2\"", "--knockout", "blocks=6-2;keys=patches")]
    [InlineData("a part \"heads=1\"", "--knockout", "heads=1;keys=patches")]
    [InlineData("says keys twice", "--knockout", "keys=1;keys=2")]
    [InlineData("position 100000, but this prompt's positions are 0 to ", "--knockout", "keys=100000")]
    [InlineData("hides nothing", "--knockout", "queries=3;keys=patches")]
    [InlineData("hides from position 0 everything", "--knockout", "queries=0;keys=0")]
    [InlineData("names lines, but", "--knockout", "keys=lines")]
    [InlineData("write mean or zero", "--ablate", "noise;patches")]
    [InlineData("write mean or zero", "--ablate", "mean")]
    [InlineData("positions \"5-4\"", "--ablate", "mean;positions=5-4")]
    [InlineData("no single token", "--relevancy", "nosuchtoken")]
    [InlineData("tokens are 0 to 1023", "--relevancy", "1024")]
    [InlineData("--attentions is \"some\": write none, last, mean or all", "--attentions", "some")]
    [InlineData("--residency is \"disk\"", "--residency", "disk")]
    [InlineData("--device is \"tpu\"", "--device", "tpu")]
    [InlineData("more than one <image>", "--prompt", "<image><image>")]
    public async Task Trace_WithAnOptionThatCannotBe_SaysWhyAndLeavesNothing(string expected, params string[] options)
    {
        var (code, _, error) = await TraceAsync(options);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Trace_WithoutAPictureOrAFileToWrite_SaysSo()
    {
        var (code, _, error) = await RunAsync("trace", "--image", "/nowhere.png", "--checkpoint", DemoFiles.Checkpoint, "--out", _folder.File("trace.safetensors"));
        Assert.Equal(2, code);
        Assert.Contains("--image names /nowhere.png, which cannot be read", error, StringComparison.Ordinal);

        (code, _, error) = await RunAsync("trace", "--image", DemoFiles.Picture("garden.jpg"), "--checkpoint", DemoFiles.Checkpoint, "--out", _folder.Path);
        Assert.Equal(2, code);
        Assert.Contains("--out names the folder", error, StringComparison.Ordinal);
    }

    private static int Top(float[] logits) => Array.IndexOf(logits, logits.Max());

    private static double ProbabilityOf(float[] logits, int token) => Math.Exp(logits[token]) / logits.Sum(logit => Math.Exp(logit));

    private static int[] Ints(JsonDocument document, string name) => [.. document.RootElement.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    private Task<(int Code, string Output, string Error)> TraceAsync(params string[] options) => RunAsync(
        ["trace", "--image", DemoFiles.Picture("music-in-the-snow.png"), "--checkpoint", DemoFiles.Checkpoint, "--out", _folder.File("trace.safetensors"), .. options]);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
