using System.CommandLine;
using LogitLens.Inference;

namespace LogitLens.Dashboard.Commands;

/// <summary>Experiments on one picture and prompt: attention maps, knockouts, ablations, relevancy.</summary>
internal static class TraceCommand
{
    private static readonly Option<string> Image = new("--image") { Description = "The picture (JPEG, PNG, WebP, GIF, BMP).", HelpName = "FILE", Required = true };
    private static readonly Option<string> Checkpoint = new("--checkpoint") { Description = "A checkpoint's folder in Hugging Face layout.", HelpName = "DIR", Required = true };

    private static readonly Option<string> Prompt = new("--prompt")
    {
        Description = "A question, or a full prompt with one <image> in it.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => PromptTemplate.DefaultQuestion,
    };

    private static readonly Option<string[]> Knockouts = new("--knockout")
    {
        Description = $"Hide keys from queries in the attention of blocks, all heads; blocks are all and queries last if left out. Positions: {TracePositions.Words}, numbers from 0, ranges; with commas. May come several times, each an experiment of its own.",
        HelpName = "\"blocks=1-6;queries=last;keys=patches\"",
    };

    private static readonly Option<string[]> Ablations = new("--ablate")
    {
        Description = "Replace input embeddings by the mean of the picture's patches, or by zeros. May come several times, each an experiment of its own.",
        HelpName = "\"mean|zero;positions=registers\"",
    };

    private static readonly Option<string> Relevancy = new("--relevancy")
    {
        Description = "How much each position has to do with a token's logit at the last position, by attention and its gradient: an id, a token's text, or nothing for the most probable next token.",
        HelpName = "TOKEN",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Attentions = new("--attentions")
    {
        Description = "Keep attention weights: the last position's row of every head, all rows as a mean over heads, or all rows of every head.",
        HelpName = "none|last|mean|all",
        DefaultValueFactory = _ => "none",
    };

    private static readonly Option<string> Out = new("--out") { Description = "The safetensors file to write; one of that name is replaced.", HelpName = "FILE", Required = true };
    private static readonly Option<string> Device = new("--device") { Description = "auto, cpu, cuda or cuda:N.", HelpName = "auto|cpu|cuda|cuda:N", DefaultValueFactory = _ => "auto" };
    private static readonly Option<string> Residency = new("--residency") { Description = "resident (all weights in memory), streamed (block by block from disk) or auto (by free memory).", HelpName = "auto|resident|streamed", DefaultValueFactory = _ => "auto" };
    private static readonly Option<bool> Exif = new("--exif") { Description = "Turn the picture as its EXIF tag says; by default pixels are taken as stored." };

    public static Command Create()
    {
        var command = new Command("trace", "Experiments on one picture: attention maps, knockouts, ablations, relevancy, as tensors in one file.")
        {
            Image, Checkpoint, Prompt, Knockouts, Ablations, Relevancy, Attentions, Out, Device, Residency, Exif,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new TraceRequest(
            parsed.GetRequiredValue(Image),
            parsed.GetRequiredValue(Checkpoint),
            parsed.GetRequiredValue(Prompt),
            parsed.GetValue(Knockouts) ?? [],
            parsed.GetValue(Ablations) ?? [],
            parsed.GetResult(Relevancy) is not null,
            parsed.GetValue(Relevancy),
            parsed.GetRequiredValue(Attentions),
            parsed.GetRequiredValue(Out),
            parsed.GetRequiredValue(Device),
            parsed.GetRequiredValue(Residency),
            parsed.GetValue(Exif));
        var configuration = parsed.InvocationConfiguration;
        return StopSignals.RunAsync(token => new TraceJob(request, configuration.Output, configuration.Error).RunAsync(token), cancellationToken);
    }
}
