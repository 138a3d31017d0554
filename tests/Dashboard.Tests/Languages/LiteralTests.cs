using System.Text.RegularExpressions;

namespace LogitLens.Dashboard.Tests.Languages;

/// <summary>Components show translated texts only, as far as their source tells: text between tags, names and titles, sentences in code.</summary>
public sealed partial class LiteralTests
{
    /// <summary>Literals that are the same in every language: names, formats, signs, addresses.</summary>
    private static readonly string[] Same =
        ["LogitLens", "restore ", "LogitLens:Backup:", "emb", "TorchSharp", "libtorch", ".NET", "px", "<!DOCTYPE html>", "SHA-256", "Ctrl K", "placeholder=\"cat\"", "title=\"8, 8-20, 8-, emb-4\""];

    public static TheoryData<string> Components =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SourceTexts.Repository, "src", "Dashboard", "Components"), "*.razor", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(SourceTexts.Repository, "src", "Dashboard", "Components"), file).Replace('\\', '/')),
    ];

    [Theory]
    [MemberData(nameof(Components))]
    public void Component_Source_ShowsNoLiteral(string component)
    {
        var folder = Path.Combine(SourceTexts.Repository, "src", "Dashboard", "Components");
        var literals = SourceTexts.ReadLiterals(File.ReadAllText(Path.Combine(folder, component))).Where(IsWord);

        Assert.Empty(literals);
    }

    [Fact]
    public void Literals_OfAComponentThatHasThem_AreFound()
    {
        const string Component = """
            @page "/here"
            @inject IStringLocalizer<HereTexts> L

            @* Not shown. *@
            <h1 class="a b">Good morning</h1>
            <p title="A title" aria-label="@L["Fine"]">@L["Fine"] and @Words.Count(3)</p>
            @if (Things.Count > 0)
            {
                <Thing Label="Bare" Value="@(_a ? "b" : "c")" />
            }

            @code {
                private string Sentence => $"{Words.Count(3)} things are here";

                private string Fine => L["Nothing is {0} here", 3];
            }
            """;

        Assert.Equal(
            ["title=\"A title\"", "Label=\"Bare\"", "Good morning", "and", "$\"{Words.Count(3)} things are here\""],
            SourceTexts.ReadLiterals(Component));
    }

    private static bool IsWord(string literal) => Word().IsMatch(Same.OrderByDescending(same => same.Length).Aggregate(literal, (text, same) => text.Replace(same, string.Empty, StringComparison.Ordinal)));

    [GeneratedRegex(@"(?:^|[^\p{L}\-/.:@])\p{L}{2,}")]
    private static partial Regex Word();
}
