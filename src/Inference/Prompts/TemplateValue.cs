using System.Globalization;

namespace LogitLens.Inference.Prompts;

/// <summary>What Jinja's operators, tests, filters and methods make of a chat template's values: null, bool, int, string, lists and dictionaries.</summary>
/// <remarks>A name nobody set is null: it is false, shows nothing and is not defined.</remarks>
internal static class TemplateValue
{
    /// <summary>Characters a text may have.</summary>
    public const int LongestText = 1 << 16;

    public static string Show(object? value) => value switch
    {
        null => string.Empty,
        string text => text,
        int number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "True" : "False",
        _ => throw new UnknownTemplateException("A list or an object as text."),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        int number => number != 0,
        string text => text.Length > 0,
        IReadOnlyCollection<object?> list => list.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? left, object? right) => Equals(left, right);

    public static object Add(object? left, object? right) => (left, right) switch
    {
        (string first, string second) => Join(first, second),
        (int first, int second) => unchecked(first + second),
        _ => throw new UnknownTemplateException("A sum of other than texts or numbers."),
    };

    /// <summary>Two texts as one, while they are of a length that a prompt may have.</summary>
    public static string Join(string first, string second) => first.Length + second.Length <= LongestText
        ? first + second
        : throw new UnknownTemplateException("A text longer than any prompt.");

    public static bool Contains(object? container, object? item) => container switch
    {
        string text when item is string part => text.Contains(part, StringComparison.Ordinal),
        IReadOnlyDictionary<string, object?> fields when item is string key => fields.ContainsKey(key),
        IReadOnlyList<object?> list => list.Contains(item),
        _ => throw new UnknownTemplateException("'in' something else than a text, a list or an object."),
    };

    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        null => [],
        IReadOnlyList<object?> list => list,
        _ => throw new UnknownTemplateException("A loop over something else than a list."),
    };

    public static object? Index(object? value, object? index) => (value, index) switch
    {
        (IReadOnlyDictionary<string, object?> fields, string key) => fields.GetValueOrDefault(key),
        (IReadOnlyList<object?> list, int at) => at >= 0 && at < list.Count ? list[at] : null,
        _ => throw new UnknownTemplateException("A part of something without parts."),
    };

    public static bool Test(string name, object? value) => name switch
    {
        "defined" => value is not null,
        "undefined" or "none" => value is null,
        "string" => value is string,
        "mapping" => value is IReadOnlyDictionary<string, object?>,
        "iterable" or "sequence" => value is string or IReadOnlyList<object?> or IReadOnlyDictionary<string, object?>,
        "true" => value is true,
        "false" => value is false,
        _ => throw new UnknownTemplateException($"The test '{name}'."),
    };

    public static object? Filter(string name, object? value, IReadOnlyList<object?> arguments) => (name, arguments) switch
    {
        ("selectattr", [string field, "equalto" or "==" or "eq", var wanted]) =>
            Items(value).Where(item => AreEqual(Index(item, field), wanted)).ToList(),
        ("trim", []) => Show(value).Trim(),
        ("list", []) => Items(value),
        ("length" or "count", []) => value is string text ? text.Length : Items(value).Count,
        ("first", []) => Items(value) is [var first, ..] ? first : null,
        ("last", []) => Items(value) is [.., var last] ? last : null,
        ("join", []) => Items(value).Select(Show).Aggregate(string.Empty, Join),
        ("safe" or "string", []) => Show(value),
        (_, []) => Method(name, value, arguments),
        _ => throw new UnknownTemplateException($"The filter '{name}'."),
    };

    public static object Method(string name, object? value, IReadOnlyList<object?> arguments) => (name, value, arguments) switch
    {
        ("upper", string text, []) => text.ToUpperInvariant(),
        ("lower", string text, []) => text.ToLower(CultureInfo.InvariantCulture),
        ("capitalize", string text, []) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLower(CultureInfo.InvariantCulture),
        ("title", string text, []) when text.All(char.IsLetter) => Method("capitalize", text, arguments),
        ("strip", string text, []) => text.Trim(),
        ("lstrip", string text, []) => text.TrimStart(),
        ("rstrip", string text, []) => text.TrimEnd(),
        ("startswith", string text, [string start]) => text.StartsWith(start, StringComparison.Ordinal),
        ("endswith", string text, [string end]) => text.EndsWith(end, StringComparison.Ordinal),
        _ => throw new UnknownTemplateException($"The method '{name}'."),
    };
}
