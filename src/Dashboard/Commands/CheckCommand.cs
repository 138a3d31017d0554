using System.CommandLine;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Care;

namespace LogitLens.Dashboard.Commands;

/// <summary>Checks a database for damage. Without <c>--repair</c> it only reads, so it may run beside the dashboard.</summary>
internal static class CheckCommand
{
    private static readonly Option<string> Data = CareOptions.Data();

    private static readonly Option<bool> Repair = new("--repair") { Description = "Put right what can be put right from the data itself: what belongs to nothing is deleted, token indexes and statistics that are not right are made anew." };

    public static Command Create()
    {
        var command = new Command("check", "Checks a database: its file, images, every reading's checksum, what belongs to nothing. Exit code 1 if anything is wrong.") { Repair, Data };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var call = parsed.Call(Data);
        return call.RunAsync(mustExist: true, alone: false, WorkAsync, cancellationToken);

        async Task<int> WorkAsync(IServiceProvider services, IProgress<CareProgress> progress, CancellationToken token)
        {
            if (parsed.GetValue(Repair))
            {
                foreach (var done in await services.GetRequiredService<DatabaseRepair>().RepairAsync(token))
                {
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(done);
                }
            }

            var report = await services.GetRequiredService<DatabaseCheck>().CheckAsync(progress, token);
            foreach (var finding in report.Findings)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(finding.ToString());
            }

            if (report.IsWhole)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(
                    $"{call.DatabasePath} is whole: {Words.Count(report.Images, "image", "images")}, {Words.Count(report.Analyses, "analysis", "analyses")} "
                    + $"and {Words.Count(report.Readings, "packed reading", "packed readings")} were looked at in {Words.Duration(report.Took)}.");
            }

            return report.IsWhole ? ExitCode.Success : ExitCode.Failure;
        }
    }
}
