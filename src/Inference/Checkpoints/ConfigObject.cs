using System.Text.Json;

namespace LogitLens.Inference.Checkpoints;

/// <summary>A JSON object of a configuration; a value of the wrong kind is refused by name.</summary>
internal sealed class ConfigObject(JsonElement element, string where)
{
    private const int MaxListLength = 64;

    internal static ConfigObject Empty(string where)
    {
        using var document = JsonDocument.Parse("{}");
        return new(document.RootElement.Clone(), where);
    }

    internal bool Has(string key) => element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    internal bool IsNull(string key) => element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Null;

    internal ConfigObject? Child(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigObject(value, $"{where}: {key}"),
        { } value => throw Wrong(key, value, "an object"),
    };

    internal string? Text(string key, string? standard) => Find(key) switch
    {
        null => standard,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Wrong(key, value, "a text"),
    };

    internal bool Flag(string key, bool standard) => Find(key) switch
    {
        null => standard,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(key, value, "true or false"),
    };

    internal int Whole(string key, int standard) => Find(key) is { } value ? ToWhole(key, value) : standard;

    internal double Number(string key, double standard) => Find(key) switch
    {
        null => standard,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        { } value => throw Wrong(key, value, "a number"),
    };

    internal IReadOnlyList<int> WholeOrList(string key, IReadOnlyList<int> standard) => Find(key) switch
    {
        null => standard,
        { ValueKind: JsonValueKind.Array } value when value.GetArrayLength() is > 0 and <= MaxListLength => [.. value.EnumerateArray().Select(item => ToWhole(key, item))],
        { ValueKind: JsonValueKind.Array } value => throw Wrong(key, value, $"a list of 1 to {MaxListLength} whole numbers"),
        { } value => [ToWhole(key, value)],
    };

    internal void RequirePositive(int value, string key)
    {
        if (value <= 0)
        {
            throw new RefusedInputException($"{where}: {key} is {value}; it has to be positive.");
        }
    }

    internal void RequireDivides(int divisor, string divisorKey, int value, string key)
    {
        if (value % divisor != 0)
        {
            throw new RefusedInputException($"{where}: {key} {value} is no multiple of {divisorKey} {divisor}.");
        }
    }

    private JsonElement? Find(string key) => element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int ToWhole(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(key, value, "a whole number");

    private RefusedInputException Wrong(string key, JsonElement value, string wanted)
    {
        var raw = value.GetRawText();
        return new($"{where}: {key} is {(raw.Length > 60 ? raw[..60] + "…" : raw)}; it has to be {wanted}.");
    }
}
