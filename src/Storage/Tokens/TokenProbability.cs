namespace LogitLens.Storage.Tokens;

/// <summary>
/// How the token index keeps probabilities: in whole units of 1/60,000, which fit 16 bits and hold four printed decimals exactly. So that "p ≥ 0.5" finds what
/// the explorer shows as 0.500, a limit is rounded the same way.
/// </summary>
internal static class TokenProbability
{
    public const int Units = 60_000;

    public static int ToUnits(double probability) => (int)Math.Round(Math.Clamp(probability, 0, 1) * Units);

    public static double FromUnits(int units) => units / (double)Units;
}
