using LogitLens.EndToEnd.Tests.Guide;
using LogitLens.EndToEnd.Tests.Speed;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace LogitLens.EndToEnd.Tests;

/// <summary>Runs the tests; or, with the word <c>speed</c>, measures the explorer in Chromium and prints the table of docs/performance.md; or, with the word <c>guide</c>, takes the pictures of docs/guide.md anew.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args) => args switch
    {
        ["speed", "pages"] => await PagesSpeed.RunAsync(),
        ["speed", ..] => await SpeedCommand.RunAsync(),
        ["guide", ..] => await WriteGuideAsync(),
        _ when args.Any(argument => argument is "--server" or "--internal-msbuild-node") => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await ConsoleRunner.Run(args),
    };

    private static async Task<int> WriteGuideAsync()
    {
        Environment.SetEnvironmentVariable(GuidePictures.Switch, "1");
        return await ConsoleRunner.Run(["-class", typeof(GuideTests).FullName!]);
    }
}
