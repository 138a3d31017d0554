namespace LogitLens.Storage.Comparisons;

/// <summary>A distribution over pairs of analyses: exact, for each pair is one value.</summary>
/// <param name="Count">How many pairs.</param>
public sealed record Spread(int Count, double Mean, double LowerQuartile, double Median, double UpperQuartile)
{
    /// <summary>The spread of some values, interpolated between neighbours; null without values. NaN is no value.</summary>
    public static Spread? Of(IEnumerable<float> values)
    {
        var sorted = values.Where(value => !float.IsNaN(value)).Order().ToArray();
        return sorted.Length == 0 ? null : new Spread(sorted.Length, sorted.Average(value => (double)value), At(0.25), At(0.5), At(0.75));

        double At(double share)
        {
            var place = share * (sorted.Length - 1);
            var below = (int)place;
            return sorted[below] + ((sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]) * (place - below));
        }
    }
}
