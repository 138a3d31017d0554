using System.CommandLine;
using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Data;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Commands;

/// <summary>Says and sets how long the tokens beyond top-1 of a run stay, and lets go of what is due.</summary>
internal static class RetentionCommand
{
    private const int RunsAtOnce = 500;

    private static readonly Option<string> Data = CareOptions.Data();

    private static readonly Argument<string?> Run = new("run") { Description = "A run, by its id or its name; all runs are listed if left out.", HelpName = "RUN", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<string> Keep = new("--keep")
    {
        Description = "How long the run's tokens beyond top-1 stay: a number of days, summaries (not at all), pinned (for ever), or default (as the server says).",
        HelpName = "DAYS|summaries|pinned|default",
    };

    private static readonly Option<bool> Apply = new("--apply") { Description = "Let go of what is due now. Beside a running dashboard this happens by itself every hour." };

    public static Command Create()
    {
        var command = new Command("retention", "Lets the bulky readings of old runs go; maps, searches and statistics stay. Without options it lists what each run takes.") { Run, Keep, Apply, Data };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.Call(Data).RunAsync(
        mustExist: true, alone: false, (services, progress, token) => WorkAsync(parsed, services, progress, token), cancellationToken);

    private static async Task<int> WorkAsync(ParseResult parsed, IServiceProvider services, IProgress<CareProgress> progress, CancellationToken cancellationToken)
    {
        var output = parsed.InvocationConfiguration.Output;
        var error = parsed.InvocationConfiguration.Error;
        var retention = services.GetRequiredService<RetentionStore>();
        var name = parsed.GetValue(Run);
        var keep = parsed.GetValue(Keep);
        if (keep is not null && name is null)
        {
            await error.WriteLineAsync("--keep needs a run: give its id or its name before it.");
            return ExitCode.BadOption;
        }

        var chosen = await ChooseAsync(services.GetRequiredService<RunStore>(), name, cancellationToken);
        if (name is not null && chosen.Count != 1)
        {
            await error.WriteLineAsync(chosen.Count == 0
                ? $"There is no run \"{name}\": give an id or a name that retention lists."
                : $"{Words.Count(chosen.Count)} runs are called \"{name}\": give the id of one ({string.Join(", ", chosen.Select(run => run.Id))}).");
            return ExitCode.BadOption;
        }

        if (keep is not null)
        {
            if (Parse(keep) is not { } rule)
            {
                await error.WriteLineAsync($"--keep is \"{keep}\": give 0 to {RunRetention.MostDays} days, summaries, pinned or default.");
                return ExitCode.BadOption;
            }

            await retention.SetAsync(chosen[0].Id, rule, cancellationToken);
            chosen = await ChooseAsync(services.GetRequiredService<RunStore>(), name, cancellationToken);
        }

        if (parsed.GetValue(Apply))
        {
            var gone = await retention.LetGoAsync(null, progress, cancellationToken);
            await output.WriteLineAsync($"{Words.Count(gone.Analyses, "analysis", "analyses")} let go of {Words.Size(gone.Bytes)}; compact gives the room back to the disk.");
        }

        foreach (var run in chosen)
        {
            if (await retention.FindRoomAsync(run.Id, cancellationToken) is { } room)
            {
                await output.WriteLineAsync(
                    $"{run.Id}  {run.Name}: {DataWords.Rule(run.Retention)}; {Words.Size(room.Rests)} beyond {Words.Size(room.Summaries)} of summaries; {Words.Count(room.Gone)} of {Words.Count(room.Done)} let go");
            }
        }

        return ExitCode.Success;
    }

    private static RunRetention? Parse(string keep) => keep.ToLowerInvariant() switch
    {
        "summaries" => new RunRetention(RetentionKind.Summaries),
        "pinned" => new RunRetention(RetentionKind.Pinned),
        "default" => RunRetention.Default,
        _ => int.TryParse(keep, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= RunRetention.MostDays ? new RunRetention(RetentionKind.Days, days) : null,
    };

    private static async Task<IReadOnlyList<RunRow>> ChooseAsync(RunStore runs, string? name, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(name, out var id))
        {
            return await runs.FindAsync(new RunId(id), cancellationToken) is { } run ? [run] : [];
        }

        var found = new List<RunRow>();
        while (true)
        {
            var page = await runs.ListAsync(found.Count, RunsAtOnce, cancellationToken);
            found.AddRange(page.Items);
            if (page.Items.Count == 0 || found.Count >= page.Total)
            {
                return name is null ? found : found.FindAll(run => run.Name == name);
            }
        }
    }
}
