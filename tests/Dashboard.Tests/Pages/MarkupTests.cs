using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace LogitLens.Dashboard.Tests.Pages;

/// <summary>What the Razor compiler takes without a word and nobody means.</summary>
public sealed partial class MarkupTests
{
    [Fact]
    public void Attributes_CallOnAnExpression_IsInsideItsParentheses()
    {
        // href="@(state with { … }).ToUrl()" is the state's own text, and after it the letters ".ToUrl()".
        var components = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "src", "Dashboard", "Components"));
        var mistakes = Directory.EnumerateFiles(components, "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => CallOutside().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}"));
        Assert.Empty(mistakes);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex("""="@\((?>[^()"]+|\((?<open>)|\)(?<-open>))*(?(open)(?!))\)\.\w+\(""")]
    private static partial Regex CallOutside();
}
