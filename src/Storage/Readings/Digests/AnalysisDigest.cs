using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Statistics.Aggregates;
using LogitLens.Storage.Statistics.Rollups;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>
/// What is kept of an analysis for questions across analyses, so that they never open readings: the token index (and the run's token totals), and the aggregates with the run's sums. Computed
/// outside the transaction, written in the one that makes the analysis Done, whoever does that: the analysis service, an import, the migration.
/// </summary>
/// <remarks>A further kind of digest is a property here, computed in <see cref="Of"/> from the source alone, and a line in <see cref="WriteAsync"/> and <see cref="ForgetRunAsync"/>.</remarks>
internal sealed class AnalysisDigest
{
    private readonly DigestSource _source;
    private readonly TokenFacts _tokens;
    private readonly Aggregate _aggregate;

    private AnalysisDigest(DigestSource source)
    {
        _source = source;
        _tokens = TokenFacts.Of(source.Tokens);
        _aggregate = AggregateBuilder.Build(
            new AnalysisReadings(new PositionMap(source.Layout), source.ModelLayers, source.Prompt, source.Answer), _tokens, StatisticsOptions.Default);
    }

    /// <summary>Computes it: a pure function, tens of milliseconds, no database.</summary>
    public static AnalysisDigest Of(DigestSource source) => new(source);

    /// <summary>Writes it, and adds it to its run's sums. Once per analysis: a second time would count twice.</summary>
    /// <remarks>The analysis' summaries have been written before.</remarks>
    public Task WriteAsync(StorageContext context, CancellationToken cancellationToken) =>
        RunSums.AddAsync(context, _source.Analysis, _source.RunNumber, _aggregate, _tokens, _source.ModelLayers, cancellationToken);

    /// <summary>The first step of deleting a run: what is summed over its analyses goes at once, as it cannot be taken back analysis by analysis.</summary>
    /// <remarks>Rows of single analyses go with their analysis, by foreign key.</remarks>
    public static Task ForgetRunAsync(StorageContext context, long runNumber, CancellationToken cancellationToken) =>
        RunSums.ForgetAsync(context, runNumber, cancellationToken);
}
