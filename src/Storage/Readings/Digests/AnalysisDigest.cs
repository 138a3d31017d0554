using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Statistics.Aggregates;
using LogitLens.Storage.Statistics.Rollups;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>
/// What is kept of an analysis for questions across analyses, so that they never open readings: the token index (and the run's token totals), and
/// the aggregates with the run's sums. Computed outside the transaction, written in the one that makes the analysis Done, whoever does that: the analysis
/// service, an import, the migration.
/// </summary>
/// <remarks>A further kind of digest is a property here, computed in <see cref="Of"/> from the source alone, and a line in <see cref="WriteAsync"/> and <see cref="ForgetRunAsync"/>.</remarks>
internal sealed class AnalysisDigest
{
    private readonly DigestSource _source;
    private readonly TokenFacts _facts;
    private readonly Aggregate _aggregate;

    private AnalysisDigest(DigestSource source)
    {
        _source = source;
        _facts = TokenFacts.Of(source.Tokens);
        _aggregate = AggregateBuilder.Build(
            new AnalysisReadings(new PositionMap(source.Layout), source.ModelLayers, source.Prompt, source.Answer), _facts, StatisticsOptions.Default);
        Tokens = TokenIndexer.Find(source);
    }

    /// <summary>What the token index holds of it, ascending by id.</summary>
    public IReadOnlyList<IndexedToken> Tokens { get; }

    /// <summary>Computes it: a pure function, tens of milliseconds, no database.</summary>
    public static AnalysisDigest Of(DigestSource source) => new(source);

    /// <summary>Writes it, and adds it to its run's sums. Once per analysis: a second time would count twice.</summary>
    /// <remarks>The analysis' summaries have been written before.</remarks>
    public async Task WriteAsync(StorageContext context, CancellationToken cancellationToken)
    {
        await TokenIndex.AddAsync(context, _source.RunNumber, _source.Analysis, Tokens, cancellationToken);
        await RunSums.AddAsync(context, _source.Analysis, _source.RunNumber, _aggregate, _facts, _source.ModelLayers, cancellationToken);
    }

    /// <summary>The first step of deleting a run: what is summed over its analyses goes at once, as it cannot be taken back analysis by analysis.</summary>
    /// <remarks>Rows of single analyses go with their analysis, by foreign key.</remarks>
    public static async Task ForgetRunAsync(StorageContext context, long runNumber, CancellationToken cancellationToken)
    {
        await TokenIndex.DropTotalsAsync(context, runNumber, cancellationToken);
        await RunSums.ForgetAsync(context, runNumber, cancellationToken);
    }
}
