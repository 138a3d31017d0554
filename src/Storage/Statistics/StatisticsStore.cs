using System.Collections.Concurrent;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics;
using LogitLens.Storage.Statistics.Aggregates;
using LogitLens.Storage.Statistics.Rollups;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Statistics over many analyses. A page asks through <see cref="StatisticsJobs"/>, which keeps answers and does not make it wait.</summary>
public sealed class StatisticsStore
{
    // Analyses that a scan takes at once: between two of them it reports, and looks whether it was cancelled.
    private const int ScannedAtOnce = 4 * SummaryScan.Chunk;

    private readonly DatabaseReader _reader;
    private readonly TokenTableCache _tokens;

    internal StatisticsStore(DatabaseReader reader, TokenTableCache tokens)
    {
        _reader = reader;
        _tokens = tokens;
    }

    /// <summary>
    /// Computes statistics. From what is summed beforehand where that answers: <see cref="StatisticsOptions.Default"/> over any analyses
    /// (<see cref="StatisticsPart.Layers"/>) or over whole runs (either part); else from the summaries, which takes seconds over thousands of analyses, and from all ranks for
    /// <see cref="BestLayerCriterion.Margin"/>, which takes ten times as long.
    /// </summary>
    /// <param name="onProgress">Called with the analyses read so far and their number, from several threads, while summaries are read; may be null.</param>
    /// <exception cref="ArgumentException">Options that cannot be: a window that ends before it begins, a token that no checkpoint of the scope has.</exception>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<StatisticsResult> ReadAsync(StatisticsQuery query, Action<int, int>? onProgress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await ReadAsync(query, await FindAsync(query, cancellationToken), onProgress, cancellationToken);
    }

    /// <summary>The analyses a question is about.</summary>
    internal Task<StatisticsTargets> FindAsync(StatisticsQuery query, CancellationToken cancellationToken)
    {
        Require(query.Options);
        return _reader.ReadAsync((context, token) => StatisticsTargets.FindAsync(context, _tokens, query.Scope, token), cancellationToken);
    }

    internal async Task<StatisticsResult> ReadAsync(StatisticsQuery query, StatisticsTargets targets, Action<int, int>? onProgress, CancellationToken cancellationToken)
    {
        var progress = new Progress(onProgress, targets.Runs.Sum(r => r.Done));
        var answers = new List<CheckpointStatistics>();
        foreach (var checkpoint in targets.Runs.GroupBy(r => r.Checkpoint))
        {
            answers.Add(await ReadCheckpointAsync(query, checkpoint.Key, [.. checkpoint], progress, cancellationToken));
        }

        answers.Sort((a, b) => StringComparer.OrdinalIgnoreCase.Compare(a.Checkpoint.Name, b.Checkpoint.Name) is var order and not 0
            ? order
            : a.Checkpoint.Id.Value.CompareTo(b.Checkpoint.Id.Value));
        return new StatisticsResult(query, answers);
    }

    private async Task<CheckpointStatistics> ReadCheckpointAsync(
        StatisticsQuery query, long checkpoint, IReadOnlyList<StatisticsTargets.Run> runs, Progress progress, CancellationToken cancellationToken)
    {
        var (row, table) = await _reader.ReadAsync(
            async (context, token) => (
                (await context.Checkpoints.Where(c => c.Id == checkpoint).ToRowsAsync(token)).Single(),
                await _tokens.GetAsync(context, checkpoint, token)),
            cancellationToken);
        if (query.Options.MoreFiller?.FirstOrDefault(id => id >= row.VocabularySize) is { } unknown and not 0)
        {
            throw new ArgumentException($"The filler token {unknown} is not one of the {row.VocabularySize} tokens of {row.Name}: choose ids below {row.VocabularySize}.");
        }

        var scan = new Scan(row.Layers, query, TokenFacts.Of(table).With(query.Options.MoreFiller));
        var analyses = 0;
        foreach (var run in runs)
        {
            if (query.Options.IsDefault && (query.Part == StatisticsPart.Layers || run.Analyses is null))
            {
                analyses += progress.Report(await AddSummedAsync(run, scan, cancellationToken));
            }
            else
            {
                var ids = run.Analyses ?? await _reader.ReadAsync((context, token) => DoneAsync(context, run.Number, token), cancellationToken);
                analyses += await ScanAsync(ids, scan, progress, cancellationToken);
            }
        }

        scan.Finish();
        return new CheckpointStatistics(
            row, runs.Count, analyses, Math.Max(0, runs.Sum(r => r.Done) - analyses), query.Options, scan.Aggregate, scan.Tally, scan.Tokens, id => table.Find(id));
    }

    private Task<int> AddSummedAsync(StatisticsTargets.Run run, Scan scan, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            if (scan.Aggregate is { } aggregate)
            {
                return run.Analyses is null
                    ? await SumReader.AddRunAsync(context, run.Number, aggregate, token)
                    : await SumReader.AddAnalysesAsync(context, run.Analyses, aggregate, token);
            }

            var summed = await SumReader.AddTalliesAsync(context, run.Number, scan.Tally!, token);
            var unsummed = await SumReader.UnsummedAsync(context, run.Number, token);
            return summed + await SummaryScan.EachAsync(context, unsummed, scan.FinalLayer, false, readings => scan.Add(readings, null, scan.Tally), token);
        },
        cancellationToken);

    /// <summary>Goes through summaries on two threads: more would take the processor from the analyses.</summary>
    private async Task<int> ScanAsync(IReadOnlyList<long> ids, Scan scan, Progress progress, CancellationToken cancellationToken)
    {
        var found = 0;
        await Parallel.ForEachAsync(
            ids.Chunk(ScannedAtOnce),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount), CancellationToken = cancellationToken },
            async (chunk, token) =>
            {
                var part = scan.Rent();
                try
                {
                    Interlocked.Add(ref found, await _reader.ReadAsync(
                        (context, inner) => SummaryScan.EachAsync(
                            context, chunk, scan.FinalLayer, scan.NeedsAllRanks, readings => scan.Add(readings, part.Aggregate, part.Tally), inner),
                        token));
                }
                finally
                {
                    scan.Return(part);
                }

                progress.Report(chunk.Length);
            });
        return found;
    }

    private static Task<long[]> DoneAsync(StorageContext context, long runNumber, CancellationToken cancellationToken) =>
        context.Analyses.Where(a => a.RunNumber == runNumber && a.State == AnalysisState.Done).OrderBy(a => a.Ordinal).Select(a => a.Id).ToArrayAsync(cancellationToken);

    private static void Require(StatisticsOptions options)
    {
        if (options.FirstLayer < 0 || options.LastLayer < options.FirstLayer)
        {
            throw new ArgumentException($"The layer window {options.FirstLayer}…{options.LastLayer} has no layers: begin at 0 or later, and end where it begins or later.");
        }

        if (options.MoreFiller?.FirstOrDefault(id => id < 0) is { } negative and not 0)
        {
            throw new ArgumentException($"The filler token {negative} is no token id: ids begin at 0.");
        }
    }

    /// <summary>Sums in the making: one for what is summed beforehand, and one for each thread that reads summaries.</summary>
    private sealed class Scan
    {
        private readonly ConcurrentBag<(Aggregate? Aggregate, Tally? Tally)> _idle = [];
        private readonly StatisticsOptions _options;

        public Scan(int finalLayer, StatisticsQuery query, TokenFacts tokens)
        {
            FinalLayer = finalLayer;
            Tokens = tokens;
            _options = query.Options;
            Aggregate = query.Part == StatisticsPart.Layers ? new Aggregate() : null;
            Tally = query.Part == StatisticsPart.TokensAndMaps ? new Tally() : null;
        }

        public int FinalLayer { get; }

        public TokenFacts Tokens { get; }

        public Aggregate? Aggregate { get; }

        public Tally? Tally { get; }

        public bool NeedsAllRanks => _options.Criterion == BestLayerCriterion.Margin;

        public (Aggregate? Aggregate, Tally? Tally) Rent() =>
            _idle.TryTake(out var part) ? part : (Aggregate is null ? null : new Aggregate(), Tally is null ? null : new Tally());

        public void Return((Aggregate? Aggregate, Tally? Tally) part) => _idle.Add(part);

        public void Add(AnalysisReadings readings, Aggregate? aggregate, Tally? tally) => AggregateBuilder.Add(readings, Tokens, _options, aggregate, tally);

        /// <summary>Adds the threads' sums to the first one.</summary>
        public void Finish()
        {
            foreach (var (aggregate, tally) in _idle)
            {
                if (aggregate is not null)
                {
                    AggregateCodec.AddTo(Aggregate!, AggregateCodec.Pack(aggregate));
                }

                foreach (var (layer, counts) in tally?.Layers ?? new Dictionary<int, LayerTally>())
                {
                    LayerTallyCodec.AddTo(Tally!.At(layer), LayerTallyCodec.Pack(counts));
                }
            }

            _idle.Clear();
        }
    }

    private sealed class Progress(Action<int, int>? report, int total)
    {
        private int _done;

        public int Report(int more)
        {
            report?.Invoke(Math.Min(Interlocked.Add(ref _done, more), total), total);
            return more;
        }
    }
}
