using System.CommandLine;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Care;

namespace LogitLens.Dashboard.Commands;

/// <summary>Gives the room of deleted data back to the disk.</summary>
internal static class CompactCommand
{
    private static readonly Option<string> Data = CareOptions.Data();

    public static Command Create()
    {
        var command = new Command("compact", "Gives the room of what was deleted back to the disk. Beside a running dashboard, its analyses wait meanwhile.") { Data };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.Call(Data).RunAsync(
        mustExist: true,
        alone: false,
        async (services, progress, token) =>
        {
            var done = await services.GetRequiredService<DatabaseCompaction>().CompactAsync(progress, token);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{Words.Size(done.BytesBefore)} before, {Words.Size(done.BytesAfter)} after: {Words.Size(Math.Max(0, done.BytesBefore - done.BytesAfter))} are free again. It took {Words.Duration(done.Took)}.");
            return ExitCode.Success;
        },
        cancellationToken);
}
