using System.CommandLine;
using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Commands;

/// <summary>Starts the dashboard.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    private static readonly Option<string> Data = new("--data") { Description = "The folder for the database.", HelpName = "DIR" };
    private static readonly Option<string> Urls = new("--urls") { Description = $"Where to listen; {DashboardHost.DefaultUrl} if left out. There is no login yet: other addresses are for networks you trust.", HelpName = "URLS" };
    private static readonly Option<string> Checkpoint = new("--checkpoint") { Description = "The checkpoint a new run starts with; the demo if left out.", HelpName = "DIR" };
    private static readonly Option<string> Device = new("--device") { Description = "auto, cpu, cuda or cuda:N.", HelpName = "DEVICE" };
    private static readonly Option<string> Residency = new("--residency") { Description = "resident (all weights in memory), streamed (block by block from disk) or auto (by free memory).", HelpName = "auto|resident|streamed" };
    private static readonly Option<bool> NoDemo = new("--no-demo") { Description = "Leave an empty database empty." };

    public static Command Create()
    {
        var command = new Command(Name, "Starts the dashboard (the default). Settings can be given as --LogitLens:KEY VALUE too.") { Data, Urls, Checkpoint, Device, Residency, NoDemo };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var output = parsed.InvocationConfiguration.Output;
        var error = parsed.InvocationConfiguration.Error;
        if (Unknown(parsed.UnmatchedTokens) is { } unknown)
        {
            await error.WriteLineAsync($"\"{unknown}\" is no command or option; see --help for those there are.");
            return ExitCode.BadOption;
        }

        try
        {
            await using var app = DashboardHost.Build(HostArguments(parsed));
            try
            {
                await app.StartAsync(cancellationToken);
            }
            catch
            {
                // What has started already puts its work down before the process ends.
                await app.StopAsync(CancellationToken.None);
                throw;
            }

            var folder = Path.GetFullPath(app.Services.GetRequiredService<IOptions<LogitLensOptions>>().Value.DataFolder);
            await output.WriteLineAsync($"LogitLens {ProductVersion.Short} listens on {string.Join(" and ", app.Urls)} (data in {folder}). Ctrl+C ends it.");
            await app.WaitForShutdownAsync(cancellationToken);
            return ExitCode.Success;
        }
        catch (OptionsValidationException exception)
        {
            foreach (var failure in exception.Failures)
            {
                await error.WriteLineAsync(failure);
            }

            return ExitCode.BadOption;
        }
        catch (Exception exception) when (exception is StartFailureException or StorageException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
        catch (FormatException exception)
        {
            await error.WriteLineAsync($"{exception.Message.TrimEnd('.')}: give --urls an address such as {DashboardHost.DefaultUrl}.");
            return ExitCode.BadOption;
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            await error.WriteLineAsync($"{exception.Message.TrimEnd('.')}: stop what listens there, or choose another address with --urls http://localhost:PORT.");
            return ExitCode.Failure;
        }
    }

    private static string[] HostArguments(ParseResult parsed)
    {
        var arguments = new List<string>();
        Add($"{LogitLensOptions.Section}:{nameof(LogitLensOptions.DataFolder)}", parsed.GetValue(Data));
        Add($"{LogitLensOptions.Section}:{nameof(LogitLensOptions.DefaultCheckpoint)}", parsed.GetValue(Checkpoint));
        Add($"{LogitLensOptions.Section}:{nameof(LogitLensOptions.Device)}", parsed.GetValue(Device));
        Add($"{LogitLensOptions.Section}:{nameof(LogitLensOptions.Residency)}", parsed.GetValue(Residency));
        Add($"{LogitLensOptions.Section}:{nameof(LogitLensOptions.SeedDemo)}", parsed.GetValue(NoDemo) ? "false" : null);
        Add("urls", parsed.GetValue(Urls));
        arguments.AddRange(parsed.UnmatchedTokens);
        return [.. arguments];

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                arguments.AddRange([$"--{key}", value]);
            }
        }
    }

    /// <summary>Configuration keys have a colon; anything else that is left over is a slip of the hand.</summary>
    private static string? Unknown(IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!tokens[i].StartsWith("--", StringComparison.Ordinal) || !tokens[i].Split('=')[0].Contains(':', StringComparison.Ordinal))
            {
                return tokens[i];
            }

            if (!tokens[i].Contains('=', StringComparison.Ordinal) && ++i == tokens.Count)
            {
                return tokens[^1];
            }
        }

        return null;
    }
}
