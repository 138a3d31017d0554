using System.Globalization;
using System.Text;
using System.Text.Json;
using LogitLens.Dashboard.Languages;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>A run's provenance as names and values: whatever is in its JSON is there under its own name, which newer versions may write differently.</summary>
internal static class ProvenanceFacts
{
    private static readonly IStringLocalizer L = Texts.Of<RunTexts>();

    private static readonly Dictionary<string, string> Spellings = new()
    {
        ["logitLens"] = "LogitLens", ["torchSharp"] = "TorchSharp", ["libtorch"] = "libtorch", ["dotnet"] = ".NET",
    };

    /// <summary>The facts, in the order of the JSON. <c>Key</c> is the property they lie under, empty for those that lie under none, and <c>Group</c> its name for people.</summary>
    public static IReadOnlyList<(string Key, string Group, string Name, string Value)> Read(string json)
    {
        var facts = new List<(string, string, string, string)>();
        try
        {
            using var document = JsonDocument.Parse(json);
            Add(document.RootElement, string.Empty, string.Empty);
        }
        catch (JsonException)
        {
            if (!string.IsNullOrWhiteSpace(json))
            {
                facts.Add((string.Empty, string.Empty, L["Provenance"], json));
            }
        }

        return facts;

        void Add(JsonElement element, string key, string name)
        {
            if (element.ValueKind is JsonValueKind.Object)
            {
                foreach (var property in element.EnumerateObject())
                {
                    // A property of the whole is a fact of no group, or the name of one.
                    var isGroup = key.Length == 0 && property.Value.ValueKind is JsonValueKind.Object;
                    var own = Named(property.Name);
                    Add(property.Value, isGroup ? property.Name : key, isGroup ? string.Empty : name.Length == 0 ? own : $"{name}: {own.ToLowerInvariant()}");
                }
            }
            else if (element.ValueKind is not JsonValueKind.Null)
            {
                facts.Add((key, key.Length == 0 ? string.Empty : Named(key), name, element.ToString()));
            }
        }
    }

    // What the program itself writes has a name in each language; a checkpoint's preprocessing keeps the names of its file.
    private static string Named(string name) => name switch
    {
        "os" => L["Operating system"],
        "architecture" => L["Architecture"],
        "device" => L["Device"],
        "residency" => L["Residency"],
        "threads" => L["Threads"],
        "computedIn" => L["Computed in"],
        "checkpoint" => L["Checkpoint"],
        "hash" => L["Hash"],
        "name" => L["Name"],
        "storedIn" => L["Stored in"],
        "promptTemplate" => L["Prompt template"],
        "origin" => L["Origin"],
        "form" => L["Form"],
        "preprocessing" => L["Preprocessing"],
        _ => Spaced(name),
    };

    // "computedIn" → "Computed in"; names with a spelling of their own keep it
    private static string Spaced(string name)
    {
        if (Spellings.TryGetValue(name, out var spelling))
        {
            return spelling;
        }

        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (text.Length == 0)
            {
                text.Append(char.ToUpper(letter, CultureInfo.InvariantCulture));
            }
            else if (char.IsUpper(letter) && !char.IsUpper(text[^1]))
            {
                text.Append(' ').Append(char.ToLowerInvariant(letter));
            }
            else
            {
                text.Append(letter is '_' or '-' ? ' ' : letter);
            }
        }

        return text.ToString();
    }
}
