using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Catalogue;

/// <summary>How entities become the rows other rooms see. Only the columns named here are read.</summary>
internal static class RowQueries
{
    public static async Task<List<ImageRow>> ToRowsAsync(this IQueryable<ImageEntity> images, CancellationToken cancellationToken)
    {
        var found = await images
            .Select(i => new
            {
                i.Id,
                i.Sha256,
                i.Name,
                i.MediaType,
                i.Width,
                i.Height,
                i.ExifOrientation,
                i.ByteLength,
                i.AddedAt,
                Analyses = i.Analyses.Count,
                LatestDone = i.Analyses.Where(a => a.State == AnalysisState.Done).Max(a => (long?)a.Id),
            })
            .ToListAsync(cancellationToken);
        return found.ConvertAll(i => new ImageRow(
            new ImageId(i.Id),
            i.Sha256,
            i.Name,
            i.MediaType,
            i.Width,
            i.Height,
            i.ExifOrientation,
            i.ByteLength,
            i.AddedAt,
            i.Analyses,
            i.LatestDone is { } latest ? new AnalysisId(latest) : null));
    }

    public static Task<List<CheckpointRow>> ToRowsAsync(this IQueryable<CheckpointEntity> checkpoints, CancellationToken cancellationToken) => checkpoints
        .Select(c => new CheckpointRow(
            new CheckpointId(c.Id),
            c.Hash,
            c.Name,
            c.Folder,
            c.ModelType,
            c.Layers,
            c.VocabularySize,
            c.DType,
            c.StoredBytes,
            c.FirstSeenAt,
            c.Runs.Count))
        .ToListAsync(cancellationToken);

    public static Task<List<AnalysisRow>> ToRowsAsync(this IQueryable<AnalysisEntity> analyses, CancellationToken cancellationToken) => analyses
        .Select(a => new AnalysisRow(
            new AnalysisId(a.Id),
            new RunId(a.Run!.Id),
            a.Ordinal,
            new ImageId(a.ImageId),
            a.Image!.Sha256,
            a.Image.Name,
            a.Prompt,
            a.TrueAnswer,
            a.State,
            a.Attempt,
            a.LayersDone,
            a.LayersTotal,
            a.Error,
            a.AnswerText,
            a.QueuedAt,
            a.StartedAt,
            a.FinishedAt,
            a.RestGoneAt))
        .ToListAsync(cancellationToken);

    /// <summary>Runs with their checkpoints and counts: three queries, however many runs.</summary>
    public static async Task<List<RunRow>> ToRowsAsync(this IQueryable<RunEntity> runs, StorageContext context, CancellationToken cancellationToken)
    {
        var found = await runs.ToListAsync(cancellationToken);
        if (found.Count == 0)
        {
            return [];
        }

        var checkpointIds = found.ConvertAll(r => r.CheckpointId).Distinct().ToList();
        var checkpoints = (await context.Checkpoints.Where(c => checkpointIds.Contains(c.Id)).ToRowsAsync(cancellationToken)).ToDictionary(c => c.Id.Value);

        var numbers = found.ConvertAll(r => r.Number);
        var counts = (await context.Analyses
                .Where(a => numbers.Contains(a.RunNumber))
                .GroupBy(a => new { a.RunNumber, a.State })
                .Select(g => new { g.Key.RunNumber, g.Key.State, Count = g.Count() })
                .ToListAsync(cancellationToken))
            .ToDictionary(c => (c.RunNumber, c.State), c => c.Count);

        return found.ConvertAll(r => new RunRow(
            new RunId(r.Id),
            r.Name,
            checkpoints[r.CheckpointId],
            RunSettingsJson.Read(r.Settings),
            r.Provenance,
            r.Prompt,
            r.CreatedAt,
            new RunCounts(
                Count(r.Number, AnalysisState.Queued),
                Count(r.Number, AnalysisState.Running),
                Count(r.Number, AnalysisState.Done),
                Count(r.Number, AnalysisState.Failed),
                Count(r.Number, AnalysisState.Cancelled)))
        {
            Number = r.Number, IndexThreshold = r.IndexThreshold, Retention = new RunRetention(r.Retention, r.RetentionDays),
        });

        int Count(long run, AnalysisState state) => counts.GetValueOrDefault((run, state));
    }
}
