using System.Runtime.InteropServices;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Readings.Prefixes;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>The analysis service's side: claiming work and writing results. A call with a stale attempt, or for an analysis no longer Running, changes nothing and returns false.</summary>
/// <remarks>
/// Readings and layout exist for Running and Done analyses only: whatever ends an attempt otherwise (failing, cancelling, releasing, a process that
/// ended) deletes them in the same transaction. Half a reading would cost disk and mislead whoever opens it; the error says what happened.
/// </remarks>
public sealed class AnalysisQueue
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;
    private readonly TokenTableCache _tokens;

    internal AnalysisQueue(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock, TokenTableCache tokens)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
        _tokens = tokens;
    }

    /// <summary>Rows left Running by a process that ended go back to Queued; returns how many. Call once at start.</summary>
    public Task<int> RequeueInterruptedAsync(CancellationToken cancellationToken) => _writer.WriteAsync(
        (context, token) => QueueAgainAsync(context, context.Analyses.Where(a => a.State == AnalysisState.Running), token),
        cancellationToken);

    /// <summary>Takes the next Queued analysis (oldest run first, then ordinal; the loaded checkpoint's first if any) and marks it Running with a new attempt, or null.</summary>
    public async Task<ClaimedAnalysis?> ClaimNextAsync(CheckpointId? loaded, CancellationToken cancellationToken) =>
        (await ClaimBatchAsync(loaded, 1, 1, cancellationToken)).SingleOrDefault();

    /// <summary>The same among one run's analyses: the command line works off nothing but its own.</summary>
    public async Task<ClaimedAnalysis?> ClaimNextAsync(RunId run, CancellationToken cancellationToken) =>
        (await ClaimBatchAsync(run, 1, 1, cancellationToken)).SingleOrDefault();

    /// <summary>
    /// Takes the next Queued analyses of one run (the run as <see cref="ClaimNextAsync(CheckpointId?, CancellationToken)"/> chooses it), by ordinal, and marks
    /// each Running with a new attempt; none if none is Queued.
    /// </summary>
    /// <param name="loaded">The checkpoint in memory, whose runs come first.</param>
    /// <param name="pictures">At most of so many pictures.</param>
    /// <param name="analyses">At most so many; several prompts on one picture are several.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<ClaimedAnalysis>> ClaimBatchAsync(CheckpointId? loaded, int pictures, int analyses, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) =>
        {
            var run = (loaded is { } checkpoint ? await NextRunOfAsync(context, checkpoint, token) : null)
                ?? await Queued(context).OrderBy(a => a.RunNumber).Select(a => (long?)a.RunNumber).FirstOrDefaultAsync(token);
            return run is { } number ? await ClaimAsync(context, number, pictures, analyses, token) : [];
        },
        cancellationToken);

    /// <summary>The same among one run's analyses.</summary>
    /// <param name="run">The run.</param>
    /// <param name="pictures">At most of so many pictures.</param>
    /// <param name="analyses">At most so many; several prompts on one picture are several.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<ClaimedAnalysis>> ClaimBatchAsync(RunId run, int pictures, int analyses, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) =>
        {
            var number = await Queued(context).Where(a => a.Run!.Id == run.Value).Select(a => (long?)a.RunNumber).FirstOrDefaultAsync(token);
            return number is { } known ? await ClaimAsync(context, known, pictures, analyses, token) : [];
        },
        cancellationToken);

    /// <summary>How many are Queued.</summary>
    public Task<int> CountQueuedAsync(CancellationToken cancellationToken) => _reader.ReadAsync((context, token) => Queued(context).CountAsync(token), cancellationToken);

    /// <summary>Keeps where the positions lie, before the first layer; older attempts' readings go.</summary>
    public async Task<bool> WriteLayoutAsync(AnalysisId id, int attempt, AnalysisLayout layout, int layersTotal, CancellationToken cancellationToken) =>
        (await WriteLayoutsAsync([new StartedAnalysis(id, attempt, layout)], 0, layersTotal, cancellationToken))[0];

    /// <summary>
    /// The same of several analyses of one run, in one transaction. What is written of their first positions is kept once: they share a <em>prefix</em>, which
    /// goes with the last of them.
    /// </summary>
    /// <param name="started">The analyses.</param>
    /// <param name="shared">So many positions from the first on are one computation for all of them; 0 for none.</param>
    /// <param name="layersTotal">Layers that will be written of each.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>For each whether it is still Running in this attempt.</returns>
    /// <exception cref="ArgumentException">One has no positions of its own beyond the shared ones, or they are of several runs.</exception>
    public Task<IReadOnlyList<bool>> WriteLayoutsAsync(IReadOnlyList<StartedAnalysis> started, int shared, int layersTotal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(started);
        ArgumentOutOfRangeException.ThrowIfNegative(shared);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(layersTotal);
        if (shared > 0 && started.Any(one => one.Layout.Positions.Count <= shared))
        {
            throw new ArgumentException($"An analysis that shares {shared} positions needs one of its own behind them.", nameof(started));
        }

        return _writer.WriteAsync<IReadOnlyList<bool>>(
            async (context, token) =>
            {
                var running = new List<bool>();
                foreach (var one in started)
                {
                    var mine = Mine(context, one.Id, one.Attempt);
                    running.Add(await mine.ExecuteUpdateAsync(a => a.SetProperty(x => x.LayersDone, 0).SetProperty(x => x.LayersTotal, layersTotal), token) > 0);
                    if (running[^1])
                    {
                        await DropResultsAsync(context, mine, token);
                        context.AnalysisLayouts.Add(new AnalysisLayoutEntity { AnalysisId = one.Id.Value, Packed = AnalysisLayoutCodec.Pack(one.Layout) });
                    }
                }

                await context.SaveChangesAsync(token);
                var together = started.Where((_, place) => running[place]).Select(one => one.Id.Value).ToArray();
                if (shared > 0 && together.Length > 1)
                {
                    await ShareAsync(context, together, shared, token);
                }

                return running;
            },
            cancellationToken);
    }

    /// <summary>Commits one layer, given whole; it is kept as its summary and its rest.</summary>
    /// <exception cref="ArgumentException">The bytes are not a whole packed reading of that layer.</exception>
    /// <exception cref="InvalidOperationException">This attempt has written the layer already.</exception>
    /// <exception cref="StorageException">The database cannot be written, for example because the disk is full.</exception>
    public Task<bool> WriteReadingAsync(AnalysisId id, int attempt, ReadingSegment segment, int layer, byte[] packed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(packed);
        var (summary, rest) = Split(packed, layer);
        return _writer.WriteAsync(
            async (context, token) =>
            {
                var more = segment == ReadingSegment.Prompt ? 1 : 0;
                if (await Mine(context, id, attempt).ExecuteUpdateAsync(a => a.SetProperty(x => x.LayersDone, x => x.LayersDone + more), token) == 0)
                {
                    return false;
                }

                if (await context.Readings.AnyAsync(r => r.AnalysisId == id.Value && r.Attempt == attempt && r.Segment == segment && r.Layer == layer, token))
                {
                    throw new InvalidOperationException($"Attempt {attempt} of analysis {id} has written layer {layer} of its {segment} segment already.");
                }

                var own = segment == ReadingSegment.Prompt && await PrefixOfAsync(context, id, token) is { } prefix
                    ? await PrefixParts.PutRestAsync(context, prefix, layer, rest, token)
                    : rest;
                context.Readings.Add(new ReadingEntity { AnalysisId = id.Value, Attempt = attempt, Segment = segment, Layer = layer, Packed = own });
                context.LayerSummaries.Add(new LayerSummaryEntity { AnalysisId = id.Value, Attempt = attempt, Segment = segment, Layer = layer, Packed = summary });
                await context.SaveChangesAsync(token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>
    /// Marks Done; fails with <see cref="InvalidOperationException"/> if a layer of the prompt segment or the layout is missing, or if the answer segment has
    /// some of the layers only.
    /// </summary>
    /// <remarks>
    /// The digest is computed before the writer's turn: an attempt's layers are written by the one who completes it, and don't change any more. What an
    /// import writes instead of all this is <see cref="FinishedAnalysis"/>.
    /// </remarks>
    public async Task<bool> CompleteAsync(AnalysisId id, int attempt, IReadOnlyList<int> answerIds, string? answerText, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answerIds);
        var written = await _reader.ReadAsync((context, token) => AttemptLayers.ReadAsync(context, id, attempt, _tokens, token), cancellationToken);
        if (written is null)
        {
            return false;
        }

        var (source, summaries) = written;
        var digest = await Task.Run(() => AnalysisDigest.Of(source), cancellationToken);
        return await _writer.WriteAsync(
            async (context, token) =>
            {
                var now = _clock.GetUtcNow();
                var ids = MemoryMarshal.AsBytes<int>([.. answerIds]).ToArray();
                var mine = await Mine(context, id, attempt).ExecuteUpdateAsync(
                    a => a
                        .SetProperty(x => x.State, AnalysisState.Done)
                        .SetProperty(x => x.AnswerIds, ids)
                        .SetProperty(x => x.AnswerText, answerText)
                        .SetProperty(x => x.Error, (string?)null)
                        .SetProperty(x => x.FinishedAt, now),
                    token);
                if (mine == 0)
                {
                    return false;
                }

                if (await context.Readings.CountAsync(r => r.AnalysisId == id.Value && r.Attempt == attempt, token) != source.Prompt.Count + source.Answer.Count)
                {
                    throw new InvalidOperationException($"Analysis {id} cannot be Done: a layer was written while it was being completed.");
                }

                await context.LayerSummaries.Where(s => s.AnalysisId == id.Value).ExecuteDeleteAsync(token);
                var prefix = await PrefixOfAsync(context, id, token);
                foreach (var summary in summaries)
                {
                    var own = summary.Segment == ReadingSegment.Prompt && prefix is not null
                        ? await PrefixParts.PutSummaryAsync(context, prefix, summary.Packed, token)
                        : summary.Packed;
                    context.Summaries.Add(new SummaryEntity { AnalysisId = id.Value, Segment = summary.Segment, Packed = own });
                }

                await context.SaveChangesAsync(token);
                await digest.WriteAsync(context, token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Marks Failed with a sentence; what the attempt had read goes.</summary>
    public Task<bool> FailAsync(AnalysisId id, int attempt, string error, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(error);
        return _writer.WriteAsync(
            async (context, token) =>
            {
                var mine = Mine(context, id, attempt);
                await DropResultsAsync(context, mine, token);
                var now = _clock.GetUtcNow();
                return await mine.ExecuteUpdateAsync(
                    a => a
                        .SetProperty(x => x.State, AnalysisState.Failed)
                        .SetProperty(x => x.LayersDone, 0)
                        .SetProperty(x => x.Error, error)
                        .SetProperty(x => x.FinishedAt, now),
                    token) > 0;
            },
            cancellationToken);
    }

    /// <summary>Back to Queued (the service is stopping); what the attempt had read goes.</summary>
    public Task<bool> ReleaseAsync(AnalysisId id, int attempt, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) => await QueueAgainAsync(context, Mine(context, id, attempt), token) > 0,
        cancellationToken);

    /// <summary>Deletes readings and layouts of the chosen analyses.</summary>
    internal static async Task DropResultsAsync(StorageContext context, IQueryable<AnalysisEntity> chosen, CancellationToken cancellationToken)
    {
        // Few are ever Running; naming them by id keeps both deletes on their primary keys.
        var ids = await chosen.Select(a => a.Id).ToListAsync(cancellationToken);
        foreach (var id in ids)
        {
            await context.Readings.Where(r => r.AnalysisId == id).ExecuteDeleteAsync(cancellationToken);
            await context.LayerSummaries.Where(s => s.AnalysisId == id).ExecuteDeleteAsync(cancellationToken);
            await context.HiddenStates.Where(s => s.AnalysisId == id).ExecuteDeleteAsync(cancellationToken);
            await context.AnalysisLayouts.Where(l => l.AnalysisId == id).ExecuteDeleteAsync(cancellationToken);

            // A prefix that nobody refers to any more goes with this, by a trigger.
            await context.Analyses.Where(a => a.Id == id && a.PrefixId != null).ExecuteUpdateAsync(a => a.SetProperty(x => x.PrefixId, (long?)null), cancellationToken);
        }
    }

    private static async Task ShareAsync(StorageContext context, long[] together, int positions, CancellationToken cancellationToken)
    {
        var analyses = context.Analyses.Where(a => together.Contains(a.Id));
        if (await analyses.Select(a => a.RunNumber).Distinct().CountAsync(cancellationToken) > 1)
        {
            throw new ArgumentException("Analyses of several runs share nothing: their settings may differ.", nameof(together));
        }

        var prefix = await PrefixParts.AddAsync(context, positions, cancellationToken);
        await analyses.ExecuteUpdateAsync(a => a.SetProperty(x => x.PrefixId, prefix.Id), cancellationToken);
    }

    private static Task<PrefixEntity?> PrefixOfAsync(StorageContext context, AnalysisId id, CancellationToken cancellationToken) =>
        context.Analyses.Where(a => a.Id == id.Value).Select(a => a.Prefix).SingleOrDefaultAsync(cancellationToken);

    private static IQueryable<AnalysisEntity> Queued(StorageContext context) => context.Analyses.Where(a => a.State == AnalysisState.Queued);

    private static IQueryable<AnalysisEntity> Mine(StorageContext context, AnalysisId id, int attempt) =>
        context.Analyses.Where(a => a.Id == id.Value && a.Attempt == attempt && a.State == AnalysisState.Running);

    /// <summary>Takes the first Queued analyses of a run that has some.</summary>
    private async Task<IReadOnlyList<ClaimedAnalysis>> ClaimAsync(StorageContext context, long runNumber, int pictures, int analyses, CancellationToken cancellationToken)
    {
        var first = await Queued(context).Where(a => a.RunNumber == runNumber).OrderBy(a => a.Ordinal).Select(a => new { a.Id, a.ImageId }).Take(analyses).ToListAsync(cancellationToken);
        var images = first.Select(a => a.ImageId).Distinct().Take(pictures).ToHashSet();
        var now = _clock.GetUtcNow();
        var claimed = new List<ClaimedAnalysis>();
        foreach (var id in first.Where(a => images.Contains(a.ImageId)).Select(a => a.Id))
        {
            await context.Analyses
                .Where(a => a.Id == id)
                .ExecuteUpdateAsync(
                    a => a
                        .SetProperty(x => x.State, AnalysisState.Running)
                        .SetProperty(x => x.Attempt, x => x.Attempt + 1)
                        .SetProperty(x => x.LayersDone, 0)
                        .SetProperty(x => x.StartedAt, now)
                        .SetProperty(x => x.FinishedAt, (DateTimeOffset?)null),
                    cancellationToken);
            claimed.Add(await ToClaimedAsync(context, id, cancellationToken));
        }

        return claimed;
    }

    private static Task<long?> NextRunOfAsync(StorageContext context, CheckpointId checkpoint, CancellationToken cancellationToken) => context.Runs
        .Where(r => r.CheckpointId == checkpoint.Value && r.Analyses.Any(a => a.State == AnalysisState.Queued))
        .OrderBy(r => r.Number)
        .Select(r => (long?)r.Number)
        .FirstOrDefaultAsync(cancellationToken);

    private static async Task<ClaimedAnalysis> ToClaimedAsync(StorageContext context, long id, CancellationToken cancellationToken)
    {
        var claimed = await context.Analyses
            .Where(a => a.Id == id)
            .Select(a => new { a.Attempt, RunId = a.Run!.Id, a.Run.CheckpointId, a.Run.Settings, a.ImageId, ImageName = a.Image!.Name, a.Prompt })
            .SingleAsync(cancellationToken);
        var checkpoint = (await context.Checkpoints.Where(c => c.Id == claimed.CheckpointId).ToRowsAsync(cancellationToken)).Single();
        return new ClaimedAnalysis(
            new AnalysisId(id),
            claimed.Attempt,
            new RunId(claimed.RunId),
            checkpoint,
            RunSettingsJson.Read(claimed.Settings),
            new ImageId(claimed.ImageId),
            claimed.ImageName,
            claimed.Prompt);
    }

    private static (byte[] Summary, byte[] Others) Split(byte[] packed, int layer)
    {
        try
        {
            var named = ReadingCodec.ReadLayer(packed);
            return named == layer ? ReadingCodec.Split(packed) : throw new ArgumentException($"The packed reading is of layer {named}, not {layer}.", nameof(packed));
        }
        catch (InvalidDataException exception)
        {
            throw new ArgumentException(exception.Message, nameof(packed), exception);
        }
    }

    private async Task<int> QueueAgainAsync(StorageContext context, IQueryable<AnalysisEntity> running, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        await DropResultsAsync(context, running, cancellationToken);
        return await running.ExecuteUpdateAsync(
            a => a
                .SetProperty(x => x.State, AnalysisState.Queued)
                .SetProperty(x => x.LayersDone, 0)
                .SetProperty(x => x.QueuedAt, now)
                .SetProperty(x => x.StartedAt, (DateTimeOffset?)null),
            cancellationToken);
    }
}
