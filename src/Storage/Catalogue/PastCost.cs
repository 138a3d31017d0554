namespace LogitLens.Storage.Catalogue;

/// <summary>What analyses of a checkpoint cost here, measured on one of its runs.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Analyses">Done analyses it was measured on.</param>
/// <param name="SecondsEach">From the first's start to the last's end, divided by their number; or their median where they stood far apart.</param>
/// <param name="PositionsEach">Positions read per layer, the answer's included.</param>
/// <param name="VocabularySize">Decides the width of ids.</param>
public sealed record PastCost(string Run, int Analyses, double SecondsEach, double PositionsEach, int VocabularySize)
{
    // Token index, aggregates and layout at LLaVA-1.5's size: (917,856 - 829,566) bytes over 593 positions and 33 layers (docs/performance.md).
    private const double IndexBytes = 4.5;

    /// <summary>Positions up to the picture's end, which several prompts on one picture share.</summary>
    public double PositionsToShare { get; init; }

    /// <summary>The share of analyses whose first positions were kept with another's, 0 … 1.</summary>
    public double Spared { get; init; }

    /// <summary>Bytes that so many analyses take in the database: readings by their form, and what searches and statistics answer from as it was measured.</summary>
    /// <param name="spared">So many of them find their first positions kept with another analysis already.</param>
    public long Bytes(int analyses, int layers, int k, int tracked, int spared = 0) =>
        ReadingBytes(analyses, layers, k, tracked, spared) + (long)(IndexBytes * analyses * layers * PositionsEach);

    /// <summary>Bytes of packed readings alone: summaries and rests.</summary>
    /// <param name="spared">So many of them find their first positions kept with another analysis already.</param>
    public long ReadingBytes(int analyses, int layers, int k, int tracked, int spared = 0)
    {
        // Two headers of 32 bytes, then per position k ids and half-precision scores, an entropy, and a score and a rank of each tracked token.
        var id = VocabularySize <= 65_536 ? 2 : 4;
        var positions = (analyses * PositionsEach) - (spared * PositionsToShare);
        return (long)(layers * ((64.0 * analyses) + (positions * ((k * (id + 2)) + 2 + (tracked * 6)))));
    }
}
