using System.CommandLine;
using LogitLens.Storage.Care;

namespace LogitLens.Dashboard.Commands;

/// <summary>Puts a backup in the place of a database that nobody uses.</summary>
internal static class RestoreCommand
{
    private static readonly Option<string> Data = CareOptions.Data();

    private static readonly Argument<string> Backup = new("backup") { Description = "A file that backup has written.", HelpName = "BACKUP" };
    private static readonly Option<bool> Force = new("--force") { Description = "Restore a backup whose readings are not all sound, as long as its pages are." };

    public static Command Create()
    {
        var command = new Command("restore", "Checks a backup and puts it in the place of the database, which is kept under a dated name. The dashboard must not be running.") { Backup, Data, Force };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.Call(Data).RunAsync(
        mustExist: false,
        alone: true,
        async (services, progress, token) =>
        {
            var restored = await services.GetRequiredService<DatabaseRestore>().RestoreAsync(parsed.GetRequiredValue(Backup), parsed.GetValue(Force), progress, token);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"{restored.Path} is now the backup {Path.GetFullPath(parsed.GetRequiredValue(Backup))}.");
            if (restored.Replaced is { } kept)
            {
                await output.WriteLineAsync($"The database it replaced is kept as {kept}.");
            }

            if (restored.NeedsUpgrade)
            {
                await output.WriteLineAsync("The backup is of an older version: the next start of LogitLens upgrades it.");
            }

            return ExitCode.Success;
        },
        cancellationToken);
}
