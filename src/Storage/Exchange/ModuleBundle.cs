using System.Text;
using System.Text.RegularExpressions;

namespace LogitLens.Storage.Exchange;

/// <summary>
/// Puts ES modules that import each other by <c>./name.js</c> into one script, so that a page can run them from a disk, where browsers load no module files,
/// and under a policy that names one hash.
/// </summary>
/// <remarks>
/// Each module becomes a function that returns its exports. It understands what the explorer's modules use: named imports at the beginning of a line and
/// <c>export</c> before <c>function</c>, <c>async function</c>, <c>class</c> or <c>const</c>; anything else is refused, so that a new form shows at once.
/// Comments that have lines of their own and indentation are left out: they are a third of the bytes.
/// </remarks>
internal static partial class ModuleBundle
{
    /// <summary>Bundles a module and all it imports.</summary>
    /// <param name="entry">File name of the module that runs.</param>
    /// <param name="read">Gives a module's text by file name.</param>
    /// <exception cref="InvalidOperationException">A form of import or export that is not understood, an import in a circle, or a text that would end the script element.</exception>
    public static string Make(string entry, Func<string, string> read)
    {
        var bundle = new StringBuilder();
        Add(entry, read, bundle, [], []);
        var script = bundle.ToString();
        if (script.Contains("</script", StringComparison.OrdinalIgnoreCase) || script.Contains("<!--", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A module holds a text that would end the page's script element.");
        }

        return script;
    }

    private static void Add(string name, Func<string, string> read, StringBuilder bundle, HashSet<string> done, Stack<string> path)
    {
        if (done.Contains(name))
        {
            return;
        }

        if (path.Contains(name))
        {
            throw new InvalidOperationException($"The modules import each other in a circle: {string.Join(", ", path)}.");
        }

        path.Push(name);
        var text = read(name);
        foreach (Match import in Imports().Matches(text))
        {
            Add(import.Groups["file"].Value, read, bundle, done, path);
        }

        path.Pop();
        done.Add(name);

        if (text.Split('\n').FirstOrDefault(line => line.Count(character => character == '`') % 2 != 0) is { } open)
        {
            throw new InvalidOperationException($"{name} has a template over several lines, whose indentation would be lost: {open}");
        }

        var exports = new List<string>();
        var body = Imports().Replace(text, match => $"const {{{match.Groups["names"].Value.Replace(" as ", ": ", StringComparison.Ordinal)}}} = {VariableOf(match.Groups["file"].Value)};");
        body = Exports().Replace(body, match =>
        {
            exports.Add(match.Groups["name"].Value);
            return match.Value["export ".Length..];
        });
        if (Unknown().Match(body) is { Success: true } unknown)
        {
            throw new InvalidOperationException($"{name} has an import or export of a form that cannot be bundled: {unknown.Value}");
        }

        bundle.Append("const ").Append(VariableOf(name)).Append(" = (() => {\n").Append(Blank().Replace(Comments().Replace(body, string.Empty), "\n").Trim())
            .Append("\nreturn { ").AppendJoin(", ", exports).Append(" };\n})();\n");
    }

    private static string VariableOf(string file) => "module_" + file.Replace(".js", string.Empty, StringComparison.Ordinal).Replace('-', '_');

    [GeneratedRegex("""^import \{(?<names>[^}]*)\} from ['"]\./(?<file>[a-z-]+\.js)['"];""", RegexOptions.Multiline)]
    private static partial Regex Imports();

    [GeneratedRegex("""^export (?:async function|function|class|const) (?<name>[A-Za-z_]\w*)""", RegexOptions.Multiline)]
    private static partial Regex Exports();

    [GeneratedRegex("""^[ \t]*(?://.*|/\*\*[\s\S]*?\*/[ \t]*)$""", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex("""\n\s*""")]
    private static partial Regex Blank();

    [GeneratedRegex("""^(?:import|export)\b.*|^(?!\s*//).*\bimport\(.*""", RegexOptions.Multiline)]
    private static partial Regex Unknown();
}
