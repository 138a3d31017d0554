using System.CommandLine;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Care;

namespace LogitLens.Dashboard.Commands;

/// <summary>Backs a database up, beside a running dashboard too.</summary>
internal static class BackupCommand
{
    private static readonly Option<string> Data = CareOptions.Data();

    private static readonly Argument<string> Target = new("path") { Description = "The backup file, or a folder: there it is named by the time.", HelpName = "PATH" };

    public static Command Create()
    {
        var command = new Command("backup", "Backs the database up, while the dashboard runs too. The copy is checked before it gets its name.") { Target, Data };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.Call(Data).RunAsync(
        mustExist: true,
        alone: false,
        async (services, progress, token) =>
        {
            var backup = await services.GetRequiredService<DatabaseBackup>().WriteAsync(parsed.GetRequiredValue(Target), progress, token);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{backup.Path} ({Words.Size(backup.Bytes)}, SHA-256 {backup.Sha256}) written and checked in {Words.Duration(backup.Took)}.");
            return ExitCode.Success;
        },
        cancellationToken);
}
