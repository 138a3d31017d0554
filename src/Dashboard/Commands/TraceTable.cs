using System.Globalization;
using LogitLens.Inference.Tokenization;
using LogitLens.Inference.Tracing;

namespace LogitLens.Dashboard.Commands;

/// <summary>What <c>trace</c> found, for people: what each experiment does to the most probable next token.</summary>
internal sealed class TraceTable(IReadOnlyList<TokenEntry> tokens, Tracer tracer, TracedOutput unchanged)
{
    private readonly List<string[]> _rows = [["experiment", $"p({tokens[unchanged.TopToken].Display})", "change", "in %", "most probable then"]];
    private readonly List<string> _below = [];

    /// <summary>An experiment's pass.</summary>
    public void Add(string text, TracedOutput changed)
    {
        var before = unchanged.ProbabilityOf(unchanged.TopToken);
        var after = changed.ProbabilityOf(unchanged.TopToken);
        _rows.Add([text, Probability(after), Change(after - before), Percent(after / before), Named(changed, changed.TopToken)]);
    }

    /// <summary>The relevancy of a token.</summary>
    public void Add(int token, float[] row)
    {
        var sum = row.Sum(value => (double)value);
        var most = Array.IndexOf(row, row.Max());
        var patches = tracer.Visual.Positions.Sum(position => (double)row[position]);
        var place = tracer.Positions[most] is { Patch: { } patch }
            ? string.Create(CultureInfo.InvariantCulture, $"the patch r{patch.Row} c{patch.Column}")
            : tokens[tracer.Positions[most].Id].Display;
        _below.Add(sum == 0
            ? $"relevancy of {tokens[token].Display}: none at any position"
            : string.Create(CultureInfo.InvariantCulture, $"relevancy of {tokens[token].Display}: {100 * patches / sum:0} % at patches; most at position {most}, {place}"));
    }

    /// <summary>The lines.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"next token: {Named(unchanged, unchanged.TopToken)}";
        if (_rows.Count > 1)
        {
            var widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
            foreach (var row in _rows)
            {
                yield return string.Join("  ", row.Select((cell, column) => column is 0 or 4 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd();
            }
        }

        foreach (var line in _below)
        {
            yield return line;
        }
    }

    private string Named(TracedOutput output, int token) => $"{tokens[token].Display} {Probability(output.ProbabilityOf(token))}";

    private static string Probability(double value) => value < 0.001 ? "<0.001" : value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Change(double value) => (value < 0 ? "-" : "+") + Probability(Math.Abs(value));

    private static string Percent(double ratio) => (100 * (ratio - 1)).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
