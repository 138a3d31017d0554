namespace LogitLens.Storage.Catalogue;

/// <summary>How long the tokens beyond top-1 of a run's Done analyses stay. Top-1 tokens, probabilities, entropies, the token index and the statistics always stay.</summary>
public enum RetentionKind
{
    /// <summary>As the server's setting says; by default for ever.</summary>
    Default,

    /// <summary>For so many days after an analysis was Done.</summary>
    Days,

    /// <summary>Not at all: they go as soon as an analysis is Done.</summary>
    Summaries,

    /// <summary>For ever, whatever the server's setting says.</summary>
    Pinned,
}
