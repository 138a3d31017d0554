using LogitLens.Inference;
using LogitLens.Inference.Tracing;

namespace LogitLens.Dashboard.Commands;

/// <summary>One <c>--knockout</c> or <c>--ablate</c>, read as far as it can be before prompt and picture are known.</summary>
/// <param name="Name">What its tensors' names begin with: <c>knockout.1</c>.</param>
/// <param name="Text">As typed.</param>
/// <param name="Resolve">Makes the intervention of it.</param>
internal sealed record TraceExperiment(string Name, string Text, Func<Tracer, Intervention> Resolve)
{
    private const string Knockout = "--knockout";
    private const string Ablate = "--ablate";

    /// <summary>What is said of a knockout: <c>blocks=1-6;queries=last;keys=patches</c>; blocks are all and queries last where they are left out.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="text">As typed.</param>
    /// <param name="blockCount">L.</param>
    /// <exception cref="RefusedInputException">Something else.</exception>
    public static TraceExperiment ReadKnockout(int number, string text, int blockCount)
    {
        var parts = Split(Knockout, text, "blocks", "queries", "keys");
        var blocks = ReadBlocks(parts.GetValueOrDefault("blocks", "all"), blockCount);
        var queries = TracePositions.Parse(Knockout, parts.GetValueOrDefault("queries", "last"));
        var keys = TracePositions.Parse(Knockout, parts.GetValueOrDefault("keys") ?? throw new RefusedInputException($"{Knockout} \"{text}\" names no keys: say what is hidden, as in keys=patches."));
        return new TraceExperiment($"knockout.{number}", text, tracer =>
        {
            var knockout = new Knockout(blocks, queries.Resolve(tracer), keys.Resolve(tracer));
            return knockout.Keys[0] <= knockout.Queries[^1]
                ? knockout
                : throw new RefusedInputException($"{Knockout} \"{text}\" hides nothing: every key comes after every query, and no position sees what comes after it. Choose earlier keys or later queries.");
        });
    }

    /// <summary>What is said of an ablation: <c>mean;positions=registers</c> or <c>zero;positions=16-20</c>.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="text">As typed.</param>
    /// <exception cref="RefusedInputException">Something else.</exception>
    public static TraceExperiment ReadAblation(int number, string text)
    {
        var end = text.IndexOf(';', StringComparison.Ordinal);
        Replacement? with = (end < 0 ? text : text[..end]).Trim().ToUpperInvariant() switch
        {
            "MEAN" => Replacement.Mean,
            "ZERO" => Replacement.Zero,
            _ => null,
        };
        if (with is not { } replacement || end < 0)
        {
            throw new RefusedInputException($"{Ablate} is \"{text}\": write mean or zero and the positions, as in mean;positions=registers or zero;positions=16-20.");
        }

        // The name may be left out: mean;registers.
        var rest = text[(end + 1)..];
        var parts = Split(Ablate, rest.Contains('=', StringComparison.Ordinal) ? rest : "positions=" + rest, "positions");
        var positions = TracePositions.Parse(Ablate, parts["positions"]);
        return new TraceExperiment($"ablation.{number}", text, tracer => new Ablation(replacement, positions.Resolve(tracer)));
    }

    private static Dictionary<string, string> Split(string option, string text, params string[] known)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? part : part[..equals]).Trim();
            if (equals < 0 || !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new RefusedInputException($"{option} has a part \"{part}\": the parts are {string.Join(", ", known.Select(one => one + "=…"))}, separated by semicolons.");
            }

            if (!parts.TryAdd(name, part[(equals + 1)..].Trim()))
            {
                throw new RefusedInputException($"{option} \"{text}\" says {name} twice: say it once, with commas.");
            }
        }

        return parts;
    }

    private static List<int> ReadBlocks(string text, int blockCount)
    {
        if (text.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            return [.. Enumerable.Range(1, blockCount)];
        }

        var blocks = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var (first, last) = TracePositions.TryRange(part)
                ?? throw new RefusedInputException($"{Knockout} names the blocks \"{part}\": write all, a number from 1 to {blockCount}, or a range such as 1-{blockCount}.");
            if (first < 1 || last > blockCount)
            {
                throw new RefusedInputException($"{Knockout} names block {(first < 1 ? first : last)}, but this checkpoint's blocks are 1 to {blockCount}: choose among those.");
            }

            blocks.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return [.. blocks];
    }
}
