using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Care;

/// <summary>
/// Lets the bulky part of old runs go: the tokens beyond top-1. What stays answers maps, searches and statistics: top-1 tokens, probabilities, entropies, the
/// token index, the aggregates.
/// </summary>
/// <remarks>A rest that was let go is still there as a rest without ranks, so that whoever reads a layer finds a whole one with k = 1, and no reader has a case of its own for it.</remarks>
public sealed class RetentionStore
{
    /// <summary>Analyses in one transaction: a running analysis waits milliseconds for its turn.</summary>
    private const int PerStep = 8;

    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal RetentionStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>Gives a run another rule; false if there is no such run. Nothing is let go of yet.</summary>
    /// <exception cref="ArgumentException">The days do not fit the kind.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<bool> SetAsync(RunId run, RunRetention retention, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(retention);
        if ((retention.Kind == RetentionKind.Days) != (retention.Days is >= 0 and <= RunRetention.MostDays))
        {
            throw new ArgumentException($"{retention.Kind} with {retention.Days} days is no rule.", nameof(retention));
        }

        return _writer.WriteAsync(
            async (context, token) => await context.Runs
                .Where(r => r.Id == run.Value)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.Retention, retention.Kind).SetProperty(x => x.RetentionDays, retention.Days), token) > 0,
            cancellationToken);
    }

    /// <summary>What a run takes; null if there is no such run.</summary>
    public Task<RunRoom?> FindRoomAsync(RunId run, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            if (await RunStore.NumberOfAsync(context, run, token) is not { } number)
            {
                return null;
            }

            var done = context.Analyses.Where(a => a.RunNumber == number && a.State == AnalysisState.Done);
            var prefixes = done.Where(a => a.PrefixId != null).Select(a => a.PrefixId).Distinct();
            return new RunRoom(
                await done.SelectMany(a => context.Summaries.Where(s => s.AnalysisId == a.Id)).SumAsync(s => (long)s.Packed.Length, token)
                    + await prefixes.SelectMany(p => context.PrefixSummaries.Where(s => s.PrefixId == p)).SumAsync(s => (long)s.Packed.Length, token),
                await done.SelectMany(a => a.Readings).SumAsync(r => (long)r.Packed.Length, token)
                    + await prefixes.SelectMany(p => context.PrefixReadings.Where(r => r.PrefixId == p)).SumAsync(r => (long)r.Packed.Length, token),
                await done.CountAsync(a => a.RestGoneAt != null, token),
                await done.CountAsync(token));
        },
        cancellationToken);

    /// <summary>Lets go of everything that is due, run by run. What is done stays done if it is stopped.</summary>
    /// <param name="defaultDays">For runs without a rule of their own; null for ever.</param>
    /// <exception cref="StorageException">The database cannot be written, for example because the disk is full: the log needs some room even for what takes less.</exception>
    public async Task<LetGo> LetGoAsync(int? defaultDays, IProgress<CareProgress>? progress, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var due = await _reader.ReadAsync((context, token) => FindDueAsync(context, defaultDays, now, token), cancellationToken);
        var bytes = 0L;
        var done = 0;
        foreach (var step in due.Chunk(PerStep))
        {
            progress?.Report(new CareProgress("letting old readings go", (double)done / due.Count));
            bytes += await _writer.WriteAsync((context, token) => LetGoAsync(context, step, now, token), cancellationToken);
            done += step.Length;
        }

        return new LetGo(done, bytes);
    }

    private static async Task<List<long>> FindDueAsync(StorageContext context, int? defaultDays, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = new List<long>();
        var runs = await context.Runs
            .Where(r => r.Retention != RetentionKind.Pinned && !r.Deleting)
            .Select(r => new { r.Number, r.Retention, r.RetentionDays, r.Settings })
            .ToListAsync(cancellationToken);
        foreach (var run in runs)
        {
            var days = run.Retention switch { RetentionKind.Summaries => 0, RetentionKind.Days => run.RetentionDays, _ => defaultDays };
            var settings = RunSettingsJson.Read(run.Settings);
            if (days is not { } kept || (settings.TopK <= 1 && settings.TrackedTokens is not { Count: > 0 }))
            {
                continue;
            }

            var before = now.AddDays(-kept);
            due.AddRange(await context.Analyses
                .Where(a => a.RunNumber == run.Number && a.State == AnalysisState.Done && a.RestGoneAt == null && a.FinishedAt <= before)
                .Where(a => !context.PendingDigests.Any(p => p.AnalysisId == a.Id))
                .OrderBy(a => a.Ordinal)
                .Select(a => a.Id)
                .ToListAsync(cancellationToken));
        }

        return due;
    }

    private static async Task<long> LetGoAsync(StorageContext context, long[] analyses, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var freed = 0L;
        foreach (var id in analyses)
        {
            // Asked again inside the transaction: it may have been deleted or pinned meanwhile.
            if (await context.Analyses
                .Where(a => a.Id == id && a.State == AnalysisState.Done && a.RestGoneAt == null && a.Run!.Retention != RetentionKind.Pinned)
                .ExecuteUpdateAsync(a => a.SetProperty(x => x.RestGoneAt, now), cancellationToken) == 0)
            {
                continue;
            }

            foreach (var rest in await context.Readings.AsTracking().Where(r => r.AnalysisId == id).ToListAsync(cancellationToken))
            {
                rest.Packed = Empty(rest.Packed);
            }

            // What it shares goes with the last who wanted it.
            var prefix = await context.Analyses.Where(a => a.Id == id).Select(a => a.PrefixId).SingleAsync(cancellationToken);
            if (prefix is not null && !await context.Analyses.AnyAsync(a => a.PrefixId == prefix && a.RestGoneAt == null, cancellationToken))
            {
                foreach (var rest in await context.PrefixReadings.AsTracking().Where(r => r.PrefixId == prefix).ToListAsync(cancellationToken))
                {
                    rest.Packed = Empty(rest.Packed);
                }
            }

            await context.SaveChangesAsync(cancellationToken);
            context.ChangeTracker.Clear();
        }

        return freed;

        byte[] Empty(byte[] rest)
        {
            var empty = ReadingCodec.WithoutRanks(rest);
            freed += rest.Length - empty.Length;
            return empty;
        }
    }
}
