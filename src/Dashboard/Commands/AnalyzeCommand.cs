using System.CommandLine;
using LogitLens.Inference;

namespace LogitLens.Dashboard.Commands;

/// <summary>Analyses pictures without the dashboard.</summary>
internal static class AnalyzeCommand
{
    private static readonly Option<string[]> Images = new("--images")
    {
        Description = "Pictures, or folders of pictures (JPEG, PNG, WebP, GIF, BMP).",
        HelpName = "DIR|FILE…",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Items = new("--items")
    {
        Description = "A CSV with columns image, question, answer: a prompt per picture. Its images are looked for beside it and among --images.",
        HelpName = "CSV",
    };

    private static readonly Option<string> Checkpoint = new("--checkpoint") { Description = "A checkpoint's folder in Hugging Face layout.", HelpName = "DIR", Required = true };

    private static readonly Option<string> Prompt = new("--prompt")
    {
        Description = "A question, or a full prompt with one <image> in it.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => PromptTemplate.DefaultQuestion,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Where the results go: a database, NAME.html for each picture NAME.jpg (NAME-2.html where a name comes again). Files of those names are replaced.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Device = new("--device") { Description = "auto, cpu, cuda or cuda:N.", HelpName = "auto|cpu|cuda|cuda:N", DefaultValueFactory = _ => "auto" };
    private static readonly Option<string> Residency = new("--residency") { Description = "resident (all weights in memory), streamed (block by block from disk) or auto (by free memory).", HelpName = "auto|resident|streamed", DefaultValueFactory = _ => "auto" };
    private static readonly Option<int> TopK = new("--top-k") { Description = "Tokens kept per position and layer, 1 to 50.", HelpName = "K", DefaultValueFactory = _ => 10 };
    private static readonly Option<string> Layers = new("--layers") { Description = "all, or a list such as emb,1-12,20; emb are the input embeddings.", HelpName = "LIST", DefaultValueFactory = _ => "all" };
    private static readonly Option<int> Answer = new("--answer") { Description = "At most so many tokens of greedy answer; 0 for none.", HelpName = "N", DefaultValueFactory = _ => 32 };
    private static readonly Option<int?> Limit = new("--limit") { Description = "At most so many pictures.", HelpName = "N" };
    private static readonly Option<bool> Json = new("--json") { Description = "Write NAME.json too: every reading in single precision, for scripts." };
    private static readonly Option<bool> Exif = new("--exif") { Description = "Turn pictures as their EXIF tag says; by default pixels are taken as stored." };
    private static readonly Option<bool> Legacy = new("--legacy") { Description = "Apply the final norm twice at the last layer, as llava-interp does." };

    private static readonly Option<string> KeepStates = new("--keep-states")
    {
        Description = "Keep the raw hidden states of these layers for export as safetensors; the room they take is said before.", HelpName = "LIST",
    };

    private static readonly Option<int> StateBits = new("--state-bits") { Description = "Keep them in 16 or 32 bits.", HelpName = "16|32", DefaultValueFactory = _ => 16 };

    public static Command Create()
    {
        var command = new Command("analyze", "Analyses pictures without the dashboard. The exit code is 0 only if every picture succeeded.")
        {
            Images, Items, Checkpoint, Prompt, Out, Device, Residency, TopK, Layers, Answer, Limit, Json, Exif, Legacy, KeepStates, StateBits,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new AnalyzeRequest(
            parsed.GetValue(Images) ?? [],
            parsed.GetValue(Items),
            parsed.GetRequiredValue(Checkpoint),
            parsed.GetRequiredValue(Prompt),
            parsed.GetRequiredValue(Out),
            parsed.GetRequiredValue(Device),
            parsed.GetRequiredValue(Residency),
            parsed.GetRequiredValue(TopK),
            parsed.GetRequiredValue(Layers),
            parsed.GetRequiredValue(Answer),
            parsed.GetValue(Limit),
            parsed.GetValue(Json),
            parsed.GetValue(Exif),
            parsed.GetValue(Legacy),
            parsed.GetValue(KeepStates),
            parsed.GetRequiredValue(StateBits));

        var configuration = parsed.InvocationConfiguration;
        return StopSignals.RunAsync(token => new AnalyzeJob(request, configuration.Output, configuration.Error).RunAsync(token), cancellationToken);
    }
}
