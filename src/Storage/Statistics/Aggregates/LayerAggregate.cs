namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>What is counted over the positions of one group at one layer, of one analysis or of many.</summary>
internal sealed class LayerAggregate
{
    /// <summary>Top-1 tokens by <see cref="TextScript"/>.</summary>
    public long[] Scripts { get; } = new long[TextScripts.Count];

    /// <summary>Probabilities of the top-1 tokens; one for each position.</summary>
    public Histogram Confidence { get; } = new(HistogramScale.Confidence);

    /// <summary>Entropies; empty where the readings have none.</summary>
    public Histogram Entropy { get; } = new(HistogramScale.Entropy);

    /// <summary>Positions.</summary>
    public long Positions => Confidence.Count;

    /// <summary>Positions whose best layer this is.</summary>
    public long Best { get; set; }

    /// <summary>Those of them where the token here is filler.</summary>
    public long BestFiller { get; set; }

    /// <summary>Positions where the top-1 token is filler.</summary>
    public long Filler { get; set; }

    /// <summary>Positions that layer L was read at too.</summary>
    public long Compared { get; set; }

    /// <summary>Those of them where layer L has the same top-1 token.</summary>
    public long Agreeing { get; set; }
}
