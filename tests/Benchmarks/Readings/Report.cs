using System.Globalization;

namespace LogitLens.Benchmarks.Readings;

/// <summary>How figures are put.</summary>
internal static class Report
{
    public static string Bytes(long bytes) => bytes >= 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    public static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    public static double Percentile95(IReadOnlyCollection<double> values) => values.Order().ElementAt((int)(0.95 * (values.Count - 1)));

    public static string Mark(double value, double goal) => value <= goal ? "PASS" : "MISS";
}
