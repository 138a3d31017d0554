using LogitLens.EndToEnd.Tests.Speed;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace LogitLens.EndToEnd.Tests;

/// <summary>Runs the tests; or, with the word <c>speed</c>, measures the explorer in Chromium and prints the table of docs/performance.md.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args) => args switch
    {
        ["speed", ..] => await SpeedCommand.RunAsync(),
        _ when args.Any(argument => argument is "--server" or "--internal-msbuild-node") => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await ConsoleRunner.Run(args),
    };
}
