using System.CommandLine;
using LogitLens.Dashboard.Hosting;

namespace LogitLens.Dashboard.Commands;

/// <summary>What the commands that care for a database have in common.</summary>
internal static class CareOptions
{
    /// <summary>Which database; a new option each time, as one belongs to one command.</summary>
    public static Option<string> Data() => new("--data")
    {
        Description = "The folder of the database.",
        HelpName = "DIR",
        DefaultValueFactory = _ => LogitLensOptions.DefaultDataFolder(),
    };

    /// <summary>The call that was parsed.</summary>
    public static CareCall Call(this ParseResult parsed, Option<string> data) =>
        new(parsed.GetRequiredValue(data), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
}
