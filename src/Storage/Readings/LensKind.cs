namespace LogitLens.Storage.Readings;

/// <summary>The way hidden states were read.</summary>
public enum LensKind : byte
{
    /// <summary>Final norm and unembedding.</summary>
    Logit = 0,
}
