using LogitLens.Storage.Catalogue.Entities;

namespace LogitLens.Storage.Readings.Prefixes;

/// <summary>
/// The positions up to the end of a picture that several prompts share: computed once, and kept once. Analyses refer to it, and it goes with the last of
/// them, whoever takes it away: the triggers of the migration Prefixes see to that.
/// </summary>
internal sealed class PrefixEntity
{
    public long Id { get; set; }

    /// <summary>How many positions, from the sequence's first on.</summary>
    public int Positions { get; set; }

    public List<AnalysisEntity> Analyses { get; } = [];
}
