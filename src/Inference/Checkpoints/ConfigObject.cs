using System.Globalization;
using System.Text.Json;

namespace LogitLens.Inference.Checkpoints;

/// <summary>A JSON object of a configuration. A field that is absent or null takes the default; one of the wrong kind is refused by name.</summary>
/// <param name="element">The object.</param>
/// <param name="where">The file and the field it stands in, for the sentences.</param>
internal sealed class ConfigObject(JsonElement element, string where)
{
    private const int MaxListLength = 64;

    internal bool Has(string key) => Find(key) is not null;

    /// <summary>Whether the field is there and null, which transformers tells from its absence.</summary>
    internal bool IsNull(string key) => element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Null;

    internal ConfigObject? Child(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigObject(value, $"{where}: {key}"),
        { } value => throw Wrong(key, value, "an object"),
    };

    /// <summary>What <see cref="Child"/> would be if it stood there without fields.</summary>
    internal ConfigObject Empty(string key) => new(JsonElement.Parse("{}"), $"{where}: {key}");

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

    internal int Positive(string key, int standard) => Whole(key, standard) is > 0 and var value
        ? value
        : throw Wrong(key, Find(key)!.Value, "at least 1");

    internal double PositiveNumber(string key, double standard) => Find(key) switch
    {
        null => standard,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) && number > 0 => number,
        { } value => throw Wrong(key, value, "a number above 0"),
    };

    internal IReadOnlyList<int> WholeOrList(string key, IReadOnlyList<int> standard) => Find(key) switch
    {
        null => standard,
        { ValueKind: JsonValueKind.Array } value when value.GetArrayLength() is > 0 and <= MaxListLength => [.. value.EnumerateArray().Select(item => ToWhole(key, item))],
        { ValueKind: JsonValueKind.Array } value => throw Wrong(key, value, $"a whole number or a list of 1 to {MaxListLength}"),
        { } value => [ToWhole(key, value)],
    };

    /// <summary>A list of pairs of numbers from 1 up.</summary>
    internal IReadOnlyList<(int First, int Second)> Pairs(string key, IReadOnlyList<(int First, int Second)> standard)
    {
        if (Find(key) is not { } value)
        {
            return standard;
        }

        const string Wanted = "a list of 1 to 256 pairs of numbers from 1 up";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is < 1 or > 256)
        {
            throw Wrong(key, value, Wanted);
        }

        var pairs = new List<(int First, int Second)>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            pairs.Add(item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2
                && ToWhole(key, item[0]) is > 0 and var first && ToWhole(key, item[1]) is > 0 and var second
                ? (first, second)
                : throw Wrong(key, item, Wanted));
        }

        return pairs;
    }

    internal void RequireDivides(int divisor, string divisorKey, int value, string key)
    {
        if (value % divisor != 0)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"has {key} {value}, which is no multiple of its {divisorKey} {divisor}"));
        }
    }

    /// <summary>A refusal that names this object; the sentence goes on with <paramref name="what"/>, without its full stop.</summary>
    internal RefusedInputException Refused(string what) => new($"{where} {what}.");

    private JsonElement? Find(string key) => element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int ToWhole(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(key, value, "a whole number");

    private RefusedInputException Wrong(string key, JsonElement value, string wanted) =>
        Refused($"has {key} {Shown.Text(value.GetRawText())}, which has to be {wanted}: correct it, or download the file again");
}
