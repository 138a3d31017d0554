using System.Text.RegularExpressions;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;

namespace LogitLens.Dashboard.Tests.Languages;

/// <summary>What the sources say: the texts they translate, by room, and the literals they show untranslated.</summary>
internal static partial class SourceTexts
{
    private static readonly string[] ShownAttributes =
        ["title", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "placeholder", "alt", "Label", "HelperText", "Placeholder", "Text", "Title", "Sentence"];

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> Resources = new();

    public static string Repository { get; } = FindRepository();

    /// <summary>A room's class by its name.</summary>
    public static Type RoomType(string name) =>
        typeof(DashboardHost).Assembly.GetTypes().SingleOrDefault(type => type.Name == name) ?? throw new InvalidOperationException($"No class {name} names a room's texts.");

    /// <summary>Every key in C# and Razor, with the room whose localizer is asked for it.</summary>
    public static IReadOnlyCollection<(string Room, string Key, string File)> ReadServer()
    {
        var found = new List<(string, string, string)>();
        var files = Directory.EnumerateFiles(Path.Combine(Repository, "src", "Dashboard"), "*.*", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && (file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)));

        // X.razor and X.razor.cs are one class.
        foreach (var component in files.GroupBy(file => file.EndsWith(".razor.cs", StringComparison.Ordinal) ? file[..^3] : file))
        {
            var source = string.Join('\n', component.Select(file => XmlDocs().Replace(File.ReadAllText(file), string.Empty)));
            var localizers = Injected().Matches(source).Select(match => (Name: match.Groups["name"].Value, Room: match.Groups["room"].Value))
                .Concat(Static().Matches(source).Select(match => (Name: match.Groups["name"].Value, Room: match.Groups["room"].Value)))
                .Distinct()
                .ToList();
            var relative = Path.GetRelativePath(Repository, component.Key);
            found.AddRange(Counted().Matches(source).Select(match => (nameof(CommonTexts), $"{{0}} {match.Groups["one"].Value}|{{0}} {match.Groups["more"].Value}", relative)));
            foreach (var (name, room) in localizers)
            {
                var ask = new Regex($$"""(?<![\w.])(?:this\.)?{{Regex.Escape(name)}}(?:\[|\.Count\(\s*)"(?<key>(?:[^"\\]|\\.)*)(?=")""");
                found.AddRange(ask.Matches(source).Select(match => (room, Unescape(match.Groups["key"].Value), relative)));
            }

            // A marked key is translated by the first localizer of the file that has one.
            if (localizers.Count > 0)
            {
                found.AddRange(Marked().Matches(source).Select(match => (localizers[0].Room, Unescape(match.Groups["key"].Value), relative)));
            }
        }

        return found;
    }

    /// <summary>Every key in the browser's modules.</summary>
    public static IReadOnlyCollection<(string Key, string File)> ReadScripts() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository, "wwwroot", "js"), "*.js", SearchOption.AllDirectories)
            .Where(file => TextsImport().IsMatch(File.ReadAllText(file)))
            .SelectMany(file => Said().Matches(ScriptComments().Replace(File.ReadAllText(file), string.Empty))
                .Select(match => (Unescape(match.Groups["key"].Value), Path.GetRelativePath(Repository, file)))),
    ];

    /// <summary>The entries of a resource file.</summary>
    private static Dictionary<string, string> ReadResource(Type room, string language)
    {
        var file = Directory.EnumerateFiles(Path.Combine(Repository, "src", "Dashboard"), $"{room.Name}.{language}.resx", SearchOption.AllDirectories).SingleOrDefault();
        return file is null ? [] : System.Xml.Linq.XDocument.Load(file).Root!.Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);
    }

    /// <summary>The Russian entries of a room.</summary>
    public static IReadOnlyDictionary<string, string> ReadRussian(string room) => Resources.GetOrAdd(room, name => ReadResource(RoomType(name), "ru"));

    /// <summary>The rooms of C# and Razor: every class that a localizer is made for, and the browser's.</summary>
    public static IReadOnlyList<Type> Rooms() =>
        [.. ReadServer().Select(text => text.Room).Distinct().Select(RoomType), .. ScriptTexts.Rooms];

    /// <summary>What a component shows that is not translated, as far as its source tells: text between tags, the attributes that people meet, sentences in code.</summary>
    public static IEnumerable<string> ReadLiterals(string razor)
    {
        var source = RazorComments().Replace(razor, string.Empty);
        var codeAt = CodeBlock().Match(source) is { Success: true } code ? code.Index : source.Length;
        var (markup, block) = (Directives().Replace(source[..codeAt], string.Empty), source[codeAt..]);
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < markup.Length;)
        {
            if (markup[i] != '<' || i + 1 >= markup.Length || !(char.IsLetter(markup[i + 1]) || markup[i + 1] == '/'))
            {
                text.Append(markup[i++]);
                continue;
            }

            var end = EndOfTag(markup, i);
            foreach (Match attribute in Attribute().Matches(markup[i..end]))
            {
                var value = attribute.Groups["value"].Value;
                if (ShownAttributes.Contains(attribute.Groups["name"].Value) && Word().IsMatch(value) && !value.Contains('@', StringComparison.Ordinal))
                {
                    yield return $"{attribute.Groups["name"].Value}=\"{value}\"";
                }
            }

            text.Append('\n');
            i = end;
        }

        // What is left between tags once expressions and statements are gone.
        foreach (var line in DropExpressions(text.ToString()).Split('\n').Select(line => line.Trim()))
        {
            if (Word().IsMatch(line) && !Statement().IsMatch(line))
            {
                yield return line;
            }
        }

        // From the end of one literal to the beginning of the next there may be code; fragments in code have classes and expressions.
        foreach (Match sentence in Sentence().Matches(XmlDocs().Replace(LineComments().Replace(DropTranslated(block), string.Empty), string.Empty)).Where(match => !NoSentence().IsMatch(match.Value)))
        {
            yield return sentence.Value;
        }
    }

    private static string DropTranslated(string code) => TranslatedCall().Replace(code, "(");

    // Expressions with balanced brackets: @(…), @Name(…)[…].Member.
    private static string DropExpressions(string markup)
    {
        var kept = new System.Text.StringBuilder();
        for (var i = 0; i < markup.Length; i++)
        {
            if (markup[i] != '@' || i + 1 >= markup.Length || StatementStart().IsMatch(markup[i..Math.Min(markup.Length, i + 12)]))
            {
                kept.Append(markup[i]);
                continue;
            }

            i++;
            while (i < markup.Length)
            {
                if (markup[i] is '(' or '[')
                {
                    i = Close(markup, i) + 1;
                }
                else if (char.IsLetterOrDigit(markup[i]) || markup[i] is '_' || (markup[i] is '.' or '?' && i + 1 < markup.Length && (char.IsLetter(markup[i + 1]) || markup[i + 1] == '.')))
                {
                    i++;
                }
                else
                {
                    break;
                }
            }

            i--;
        }

        return kept.ToString();
    }

    // Quoted values may hold expressions with quotes and angles of their own.
    private static int EndOfTag(string markup, int open)
    {
        var i = open;
        while (i < markup.Length && markup[i] != '>')
        {
            if (markup[i] != '"')
            {
                i++;
                continue;
            }

            for (i++; i < markup.Length && markup[i] != '"';)
            {
                i = markup[i] is '(' or '[' ? Close(markup, i) + 1 : i + 1;
            }

            i++;
        }

        return Math.Min(markup.Length, i + 1);
    }

    private static int Close(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                for (i++; i < text.Length && text[i] != '"'; i++)
                {
                    i += text[i] == '\\' ? 1 : 0;
                }
            }
            else if (text[i] is '(' or '[' or '{')
            {
                depth++;
            }
            else if (text[i] is ')' or ']' or '}' && --depth == 0)
            {
                return i;
            }
        }

        return text.Length - 1;
    }

    private static string Unescape(string literal) => Escaped().Replace(literal, match => match.Value switch
    {
        "\\n" => "\n",
        "\\t" => "\t",
        _ when match.Value.StartsWith("\\u", StringComparison.Ordinal) => ((char)Convert.ToInt32(match.Value[2..], 16)).ToString(),
        _ => match.Value[1..],
    });

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LogitLens.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests' output is not inside the repository.");
    }

    [GeneratedRegex(@"IStringLocalizer<(?<room>\w+)>\s+(?<name>\w+)")]
    private static partial Regex Injected();

    [GeneratedRegex(@"IStringLocalizer\s+(?<name>\w+)\s*(?:\{ get; \} )?=\s*Texts\.Of<(?<room>\w+)>")]
    private static partial Regex Static();

    [GeneratedRegex("""Texts\.Mark\(\s*"(?<key>(?:[^"\\]|\\.)*)"\s*\)""")]
    private static partial Regex Marked();

    [GeneratedRegex("""Words\.Count\([^"\n]*, "(?<one>[^"{]+)", "(?<more>[^"]+)"\)""")]
    private static partial Regex Counted();

    [GeneratedRegex("""(?<![\w.])(?:say|sayCount|key)\(\s*(['"`])(?<key>(?:(?!\1)[^\\]|\\.)*)\1""")]
    private static partial Regex Said();

    [GeneratedRegex("""^import \{[^}]*\} from '[./a-z]*/texts\.js';""", RegexOptions.Multiline)]
    private static partial Regex TextsImport();

    [GeneratedRegex(@"^[ \t]*(?://.*|/\*\*[\s\S]*?\*/[ \t]*)$", RegexOptions.Multiline)]
    private static partial Regex ScriptComments();

    [GeneratedRegex(@"^[ \t]*///.*$", RegexOptions.Multiline)]
    private static partial Regex XmlDocs();

    [GeneratedRegex(@"^[ \t]*//.*$", RegexOptions.Multiline)]
    private static partial Regex LineComments();

    [GeneratedRegex(@"@\*[\s\S]*?\*@")]
    private static partial Regex RazorComments();

    [GeneratedRegex(@"^@code\b", RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^@(?:page|using|inject|inherits|implements|typeparam|attribute|layout|namespace)\b.*$", RegexOptions.Multiline)]
    private static partial Regex Directives();

    [GeneratedRegex("""(?<name>[\w-]+)="(?<value>[^"]*)""")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(?:@?(?:if|else|foreach|for|while|switch|case|default|var|await|using|lock|try|catch)\b.*|[{}].*|.*[;{}]|.*=>.*|\.\w+.*|break;?)$")]
    private static partial Regex Statement();

    [GeneratedRegex(@"^@(?:if|foreach|for|while|switch|else|code|using|try|lock|\{|\*)\b")]
    private static partial Regex StatementStart();

    [GeneratedRegex(""""(?<!")\$?"(?:[^"\\\n{}]|\\.|\{[^"\n{}]*\})*\p{L}{2,} (?:[^"\\\n{}]|\\.|\{[^"\n{}]*\})*\p{L}{2,}(?:[^"\\\n{}]|\\.|\{[^"\n{}]*\})*"(?!")"""")]
    private static partial Regex Sentence();

    [GeneratedRegex("""=>|^"(?:@|(?:ll|lx|lc|lk|ls)-)""")]
    private static partial Regex NoSentence();

    [GeneratedRegex(""""(?:\b\w+\[|\.Count\(|Texts\.Mark\()\s*"(?:[^"\\]|\\.)*"(?!")"""")]
    private static partial Regex TranslatedCall();

    [GeneratedRegex(@"\\(?:u[0-9A-Fa-f]{4}|.)")]
    private static partial Regex Escaped();
}
