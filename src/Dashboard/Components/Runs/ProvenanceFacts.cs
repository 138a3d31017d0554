using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>A run's provenance as names and values: whatever is in its JSON is there under its own name, which newer versions may write differently.</summary>
internal static class ProvenanceFacts
{
    private static readonly Dictionary<string, string> Spellings = new()
    {
        ["logitLens"] = "LogitLens", ["torchSharp"] = "TorchSharp", ["libtorch"] = "libtorch", ["dotnet"] = ".NET", ["os"] = "Operating system",
    };

    /// <summary>The facts, in the order of the JSON. <c>Group</c> is the name they lie under, empty for those that lie under none.</summary>
    public static IReadOnlyList<(string Group, string Name, string Value)> Read(string json)
    {
        var facts = new List<(string, string, string)>();
        try
        {
            using var document = JsonDocument.Parse(json);
            Add(document.RootElement, string.Empty, string.Empty);
        }
        catch (JsonException)
        {
            if (!string.IsNullOrWhiteSpace(json))
            {
                facts.Add((string.Empty, "Provenance", json));
            }
        }

        return facts;

        void Add(JsonElement element, string group, string name)
        {
            if (element.ValueKind is JsonValueKind.Object)
            {
                foreach (var property in element.EnumerateObject())
                {
                    var own = Spaced(property.Name);
                    Add(property.Value, group.Length == 0 ? name : group, name.Length == 0 || group.Length == 0 ? own : $"{name}: {own.ToLowerInvariant()}");
                }
            }
            else if (element.ValueKind is not JsonValueKind.Null)
            {
                facts.Add((group, name, element.ToString()));
            }
        }
    }

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
