using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics.Aggregates;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>A run's sums, counted anew from its analyses' readings: to compare what is kept with, or to put in its place.</summary>
/// <remarks>Tallies are packed every <see cref="RunSums.MostUnsummed"/> analyses: as dictionaries, those of a large run would take a hundred megabytes.</remarks>
internal sealed class RecountedSums
{
    private readonly Aggregate _aggregate = new();
    private readonly SortedDictionary<int, byte[]> _tallies = [];
    private Tally _tally = new();

    /// <summary>How many analyses are in it.</summary>
    public int Analyses { get; private set; }

    /// <summary>Adds an analysis.</summary>
    /// <param name="readings">Its readings.</param>
    /// <param name="tokens">What is known of its checkpoint's tokens.</param>
    /// <param name="packed">Its aggregate.</param>
    public void Add(AnalysisReadings readings, TokenFacts tokens, byte[] packed)
    {
        AggregateCodec.AddTo(_aggregate, packed);
        AggregateBuilder.Add(readings, tokens, StatisticsOptions.Default, null, _tally);
        if (++Analyses % RunSums.MostUnsummed == 0)
        {
            PackTallies();
        }
    }

    /// <summary>Whether exactly this is kept of the run.</summary>
    public async Task<bool> AreKeptAsync(StorageContext context, long runNumber, CancellationToken cancellationToken)
    {
        PackTallies();
        var kept = await context.RunAggregates.Where(r => r.RunNumber == runNumber).Select(r => new { r.Analyses, r.Packed }).SingleOrDefaultAsync(cancellationToken);
        if (Analyses != (kept?.Analyses ?? 0) || (kept is not null && !kept.Packed.AsSpan().SequenceEqual(AggregateCodec.Pack(_aggregate))))
        {
            return false;
        }

        var layers = 0;
        await foreach (var layer in context.RunTallies.Where(r => r.RunNumber == runNumber).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            layers++;
            if (!_tallies.TryGetValue(layer.Layer, out var expected) || !layer.Packed.AsSpan().SequenceEqual(expected))
            {
                return false;
            }
        }

        return layers == _tallies.Count;
    }

    /// <summary>Takes the place of what is kept, with no analysis left unsummed.</summary>
    public async Task WriteAsync(StorageContext context, long runNumber, CancellationToken cancellationToken)
    {
        PackTallies();
        await RunSums.ForgetAsync(context, runNumber, cancellationToken);
        if (Analyses > 0)
        {
            context.RunAggregates.Add(new RunAggregateEntity { RunNumber = runNumber, Analyses = Analyses, Packed = AggregateCodec.Pack(_aggregate) });
            context.RunTallies.AddRange(_tallies.Select(t => new RunTallyEntity { RunNumber = runNumber, Layer = t.Key, Packed = t.Value }));
            await context.SaveChangesAsync(cancellationToken);
        }
    }

    private void PackTallies()
    {
        foreach (var (layer, counts) in _tally.Layers)
        {
            if (_tallies.TryGetValue(layer, out var before))
            {
                LayerTallyCodec.AddTo(counts, before);
            }

            _tallies[layer] = LayerTallyCodec.Pack(counts);
        }

        _tally = new Tally();
    }
}
