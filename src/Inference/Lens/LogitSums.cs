namespace LogitLens.Inference.Lens;

/// <summary>What has been seen of one position's logits so far; the vocabulary comes in pieces.</summary>
/// <param name="Max">The largest logit.</param>
/// <param name="Sum">Σ eᶻ with z = logit − <paramref name="Max"/>.</param>
/// <param name="Weighted">Σ z·eᶻ.</param>
internal record struct LogitSums(float Max, double Sum, double Weighted)
{
    /// <summary>Nothing seen.</summary>
    public static LogitSums None => new(float.NegativeInfinity, 0, 0);

    /// <summary>Moves the reference to a larger logit.</summary>
    public void Raise(float max)
    {
        if (max > Max)
        {
            if (Sum > 0)
            {
                // e^(z − δ)·(z − δ), summed: both sums shrink alike, and each term of the second loses δ.
                var difference = (double)max - Max;
                var shrink = Math.Exp(-difference);
                Weighted = shrink * (Weighted - (difference * Sum));
                Sum *= shrink;
            }

            Max = max;
        }
    }
}
