using System.Globalization;
using LogitLens.Inference;
using LogitLens.Inference.Tracing;

namespace LogitLens.Dashboard.Commands;

/// <summary>Positions as people write them on the command line: words, numbers from 0 and ranges, separated by commas.</summary>
internal sealed class TracePositions
{
    /// <summary>The words there are.</summary>
    public const string Words = "last, patches, registers, question, before, lines";

    private readonly string _option;
    private readonly string[] _parts;

    private TracePositions(string option, string[] parts)
    {
        _option = option;
        _parts = parts;
    }

    /// <summary>Checks what can be checked before the prompt is known.</summary>
    /// <param name="option">Where it was written, for the sentence.</param>
    /// <param name="text">As typed.</param>
    /// <exception cref="RefusedInputException">Neither words nor numbers.</exception>
    public static TracePositions Parse(string option, string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        foreach (var part in parts)
        {
            if (!Words.Split(", ").Contains(part, StringComparer.OrdinalIgnoreCase) && TryRange(part) is null)
            {
                throw new RefusedInputException($"{option} names the positions \"{part}\": write {Words}, a number from 0, or a range such as 16-20, separated by commas.");
            }
        }

        return new TracePositions(option, parts);
    }

    /// <summary>A number, or two in order with a dash between; null for anything else.</summary>
    public static (int First, int Last)? TryRange(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var first = dash < 0 ? text : text[..dash];
        var last = dash < 0 ? text : text[(dash + 1)..];
        return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to) && from <= to
            ? (from, to)
            : null;
    }

    /// <summary>The positions meant, ascending.</summary>
    /// <exception cref="RefusedInputException">Some that do not exist, or none.</exception>
    public IReadOnlyList<int> Resolve(Tracer tracer)
    {
        var last = tracer.Positions.Count - 1;
        var chosen = new SortedSet<int>();
        foreach (var part in _parts)
        {
            chosen.UnionWith(TryRange(part) is { } range ? Between(range, last) : ByWord(part, tracer));
        }

        return [.. chosen];
    }

    private IEnumerable<int> Between((int First, int Last) range, int last) => range.Last <= last
        ? Enumerable.Range(range.First, range.Last - range.First + 1)
        : throw new RefusedInputException(string.Create(
            CultureInfo.InvariantCulture, $"{_option} names position {range.Last}, but this prompt's positions are 0 to {last}: choose among those."));

    private List<int> ByWord(string word, Tracer tracer)
    {
        var last = tracer.Positions.Count - 1;
        var kinds = tracer.Positions.Select(position => position.Kind).ToList();
        var begin = kinds.FindIndex(kind => kind != PositionKind.Text);
        var end = kinds.FindLastIndex(kind => kind != PositionKind.Text);
        var meant = (word.ToUpperInvariant() switch
        {
            "LAST" => [last],
            "PATCHES" => tracer.Visual.Positions,
            "REGISTERS" => tracer.Visual.Registers,
            "QUESTION" => Enumerable.Range(end + 1, last - end).Where(position => position != last),
            "BEFORE" => Enumerable.Range(0, begin),
            _ => Enumerable.Range(0, kinds.Count).Where(position => kinds[position] == PositionKind.Newline),
        }).ToList();
        if (meant.Count > 0)
        {
            return meant;
        }

        var why = word.ToUpperInvariant() switch
        {
            "REGISTERS" => "no patch's embedding stands out by its norm in this picture",
            "LINES" => "this checkpoint puts no line features between rows of patches",
            _ => "there is no such text in this prompt",
        };
        throw new RefusedInputException($"{_option} names {word}, but {why}: choose other positions.");
    }
}
