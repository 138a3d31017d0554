namespace LogitLens.Storage.Statistics;

/// <summary>A distribution over positions. Quartiles are interpolated inside a bin and err by less than its width (0.0246 of probability, 0.43 bits); the mean is exact to 10⁻⁶.</summary>
/// <param name="Count">How many values.</param>
/// <param name="Bins">How many of them in each of the 64 bins of <see cref="StatisticsScales"/>.</param>
public sealed record Distribution(long Count, double Mean, double LowerQuartile, double Median, double UpperQuartile, IReadOnlyList<long> Bins);
