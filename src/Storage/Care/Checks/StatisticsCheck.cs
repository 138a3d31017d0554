using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics.Aggregates;
using LogitLens.Storage.Statistics.Rollups;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care.Checks;

/// <summary>Whether a run's statistics say what its readings say: the aggregate of each analysis, and the run's sums, are counted anew and compared.</summary>
internal sealed class StatisticsCheck
{
    private readonly CheckContext _check;
    private readonly StorageContext _context;
    private readonly long _run;
    private readonly HashSet<long> _unsummed;
    private readonly RecountedSums _sums = new();
    private int _wrong;

    private StatisticsCheck(CheckContext check, StorageContext context, long run, HashSet<long> unsummed)
    {
        _check = check;
        _context = context;
        _run = run;
        _unsummed = unsummed;
    }

    public static async Task<StatisticsCheck> OfAsync(CheckContext check, StorageContext context, long run) =>
        new(check, context, run, [.. await SumReader.UnsummedAsync(context, run, check.CancellationToken)]);

    /// <summary>Looks at the aggregate of a Done analysis, and counts it where the run's sums should hold it.</summary>
    public async Task AddAsync(DigestSource source)
    {
        var (readings, tokens, expected) = Recount(source);
        var found = await _context.AnalysisAggregates.SingleOrDefaultAsync(a => a.AnalysisId == expected.AnalysisId, _check.CancellationToken);
        if (found is null || !IsSame(found, expected))
        {
            _wrong++;
            _check.Add(new CheckFinding(
                CheckKind.Index,
                $"The statistics of analysis {source.Analysis} {(found is null ? "are missing" : "are not those of its readings")}.",
                "check --repair makes them anew.",
                CanBeRepaired: true));
        }

        if (!_unsummed.Contains(expected.AnalysisId))
        {
            _sums.Add(readings, tokens, expected.Packed);
        }
    }

    /// <summary>Looks at the run's sums, all its analyses having been looked at.</summary>
    /// <param name="name">The run's.</param>
    /// <param name="done">Its Done analyses.</param>
    /// <param name="areReadable">Whether all of them could be read; otherwise nobody knows what the sums should be, and the readings' own check has told.</param>
    /// <returns>Whether there is something to make anew.</returns>
    public async Task<bool> EndAsync(string name, IEnumerable<long> done, bool areReadable)
    {
        var strays = await StraysOf(_context, _run).CountAsync(_check.CancellationToken);
        if (strays > 0)
        {
            _check.Add(new CheckFinding(
                CheckKind.Index, $"The run \"{name}\" has statistics of analyses that are not Done ({strays}).", "check --repair deletes them.", CanBeRepaired: true));
        }

        if (!areReadable || (_unsummed.IsSubsetOf(done) && await _sums.AreKeptAsync(_context, _run, _check.CancellationToken)))
        {
            return _wrong > 0 || strays > 0;
        }

        _check.Add(new CheckFinding(
            CheckKind.Index, $"The statistics of the run \"{name}\" are not the sum of its analyses'.", "check --repair makes them anew.", CanBeRepaired: true));
        return true;
    }

    /// <summary>Writes the aggregates that are not right, and the run's sums if all its Done analyses can be read.</summary>
    /// <param name="sources">All Done analyses of the run; null for one that cannot be read.</param>
    public static async Task RepairAsync(StorageContext context, long run, IAsyncEnumerable<DigestSource?> sources, CancellationToken cancellationToken)
    {
        await StraysOf(context, run).ExecuteDeleteAsync(cancellationToken);
        var sums = new RecountedSums();
        var areReadable = true;
        await foreach (var source in sources.WithCancellation(cancellationToken))
        {
            if (source is null)
            {
                areReadable = false;
                continue;
            }

            var (readings, tokens, expected) = Recount(source);
            var found = await context.AnalysisAggregates.AsNoTracking().SingleOrDefaultAsync(a => a.AnalysisId == expected.AnalysisId, cancellationToken);
            if (found is null || !IsSame(found, expected))
            {
                await context.AnalysisAggregates.Where(a => a.AnalysisId == expected.AnalysisId).ExecuteDeleteAsync(cancellationToken);
                context.AnalysisAggregates.Add(expected);
                await context.SaveChangesAsync(cancellationToken);
            }

            sums.Add(readings, tokens, expected.Packed);
        }

        if (areReadable)
        {
            await sums.WriteAsync(context, run, cancellationToken);
        }
    }

    private static IQueryable<AnalysisAggregateEntity> StraysOf(StorageContext context, long run) =>
        context.AnalysisAggregates.Where(a => a.Analysis!.RunNumber == run && a.Analysis.State != AnalysisState.Done);

    private static (AnalysisReadings Readings, TokenFacts Tokens, AnalysisAggregateEntity Row) Recount(DigestSource source)
    {
        var readings = new AnalysisReadings(new PositionMap(source.Layout), source.ModelLayers, source.Prompt, source.Answer);
        var tokens = TokenFacts.Of(source.Tokens);
        return (readings, tokens, RunSums.RowOf(source.Analysis, AggregateBuilder.Build(readings, tokens, Statistics.StatisticsOptions.Default)));
    }

    private static bool IsSame(AnalysisAggregateEntity found, AnalysisAggregateEntity expected) =>
        (found.Patches, found.FillerPatches) == (expected.Patches, expected.FillerPatches) && found.Packed.AsSpan().SequenceEqual(expected.Packed);
}
