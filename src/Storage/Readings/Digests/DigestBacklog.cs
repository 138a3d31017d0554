using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>
/// Brings Done analyses of an earlier version into today's form: whole layers are split, summaries gathered, digests made. One analysis is one transaction
/// that also takes it off <c>PendingDigests</c>, so that a process killed meanwhile goes on where it was.
/// </summary>
internal sealed partial class DigestBacklog(DatabaseReader reader, DatabaseWriter writer, TokenTableCache tokens, TimeProvider clock, ILogger<DigestBacklog> logger)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <summary>Works it off; returns how many analyses there were.</summary>
    /// <exception cref="StorageException">The database cannot be written, or an analysis' readings are damaged; what was brought over stays so.</exception>
    public async Task<int> WorkOffAsync(CancellationToken cancellationToken)
    {
        var total = await reader.ReadAsync((context, token) => context.PendingDigests.CountAsync(token), cancellationToken);
        var done = 0;
        var lastLine = clock.GetTimestamp();
        if (total > 0)
        {
            LogBegin(total);
        }

        while (await reader.ReadAsync(NextAsync, cancellationToken) is { } id)
        {
            await ConvertAsync(id, cancellationToken);
            done++;
            if (clock.GetElapsedTime(lastLine) >= BetweenLines)
            {
                LogProgress(done, total);
                lastLine = clock.GetTimestamp();
            }
        }

        if (total > 0)
        {
            LogEnd(done);
        }

        return done;
    }

    private static async Task<AnalysisId?> NextAsync(StorageContext context, CancellationToken cancellationToken) =>
        await context.PendingDigests.OrderBy(p => p.AnalysisId).Select(p => (long?)p.AnalysisId).FirstOrDefaultAsync(cancellationToken) is { } id ? new AnalysisId(id) : null;

    private async Task ConvertAsync(AnalysisId id, CancellationToken cancellationToken)
    {
        try
        {
            var read = await reader.ReadAsync((context, token) => ReadAsync(context, id, token), cancellationToken);
            var digest = await Task.Run(() => AnalysisDigest.Of(read.Source), cancellationToken);
            await writer.WriteAsync(
                async (context, token) =>
                {
                    if (await context.PendingDigests.Where(p => p.AnalysisId == id.Value).ExecuteDeleteAsync(token) == 0)
                    {
                        return false;
                    }

                    foreach (var rest in read.Readings.Rests)
                    {
                        await context.Readings
                            .Where(r => r.AnalysisId == id.Value && r.Attempt == read.Attempt && r.Segment == rest.Segment && r.Layer == rest.Layer)
                            .ExecuteUpdateAsync(r => r.SetProperty(x => x.Packed, rest.Packed).SetProperty(x => x.Checksum, ReadingChecksum.Of(rest.Packed)), token);
                    }

                    context.Summaries.AddRange(read.Readings.Summaries.Select(s => new SummaryEntity { AnalysisId = id.Value, Segment = s.Segment, Packed = s.Packed }));
                    await context.SaveChangesAsync(token);
                    await digest.WriteAsync(context, token);
                    return true;
                },
                cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            throw new StorageException(
                $"Analysis {id} of an earlier version cannot be brought into today's form ({exception.Message.TrimEnd('.')}); restore a backup, or delete its run with the version that wrote it.",
                exception);
        }
    }

    private async Task<(DigestSource Source, int Attempt, PackedReadings Readings)> ReadAsync(StorageContext context, AnalysisId id, CancellationToken cancellationToken)
    {
        var facts = await AnalysisFacts.ReadAsync(context, id, cancellationToken) ?? throw new InvalidOperationException("it is not there");
        var summaries = new Dictionary<ReadingSegment, List<byte[]>>();
        var rests = new List<PackedRest>();
        var whole = await context.Readings
            .Where(r => r.AnalysisId == id.Value && r.Attempt == facts.Attempt)
            .OrderBy(r => r.Segment)
            .ThenBy(r => r.Layer)
            .Select(r => new { r.Segment, r.Layer, r.Packed })
            .ToListAsync(cancellationToken);
        foreach (var layer in whole)
        {
            var (summary, rest) = ReadingCodec.Split(layer.Packed);
            rests.Add(new PackedRest(layer.Segment, layer.Layer, rest));
            if (!summaries.TryGetValue(layer.Segment, out var tops))
            {
                summaries.Add(layer.Segment, tops = []);
            }

            tops.Add(summary);
        }

        var layout = facts.RequireWhole(rests);
        var packed = new PackedReadings([.. summaries.Select(s => new PackedSummary(s.Key, PackedReadings.Concatenate(s.Value)))], rests);
        return (facts.ToSource(layout, packed, await tokens.GetAsync(context, facts.Checkpoint, cancellationToken)), facts.Attempt, packed);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The database comes from an earlier version: {Total} analyses are brought into today's form. This can be interrupted; it goes on at the next start.")]
    private partial void LogBegin(int total);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Done} of {Total} analyses are in today's form.")]
    private partial void LogProgress(int done, int total);

    [LoggerMessage(Level = LogLevel.Information, Message = "All {Done} analyses are in today's form.")]
    private partial void LogEnd(int done);
}
