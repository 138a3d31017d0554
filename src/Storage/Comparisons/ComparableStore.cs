using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Comparisons;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Finds what an analysis can be compared with.</summary>
public sealed class ComparableStore
{
    private readonly DatabaseReader _reader;

    internal ComparableStore(DatabaseReader reader) => _reader = reader;

    /// <summary>Other finished analyses of the same image, newest first.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<Page<ComparableAnalysis>> ListSamePictureAsync(AnalysisId id, int skip, int take, CancellationToken cancellationToken) => ListAsync(
        id,
        (context, subject) => context.Analyses.Where(a => a.ImageId == subject.ImageId && a.State == AnalysisState.Done && a.Id != subject.Id).OrderByDescending(a => a.Id),
        skip,
        take,
        cancellationToken);

    /// <summary>Finished analyses of other images: those of its own run in their order, or, where a name is searched for, of any run, newest first.</summary>
    /// <param name="search">A part of the image's name; null for the run's own.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<Page<ComparableAnalysis>> ListOthersAsync(AnalysisId id, string? search, int skip, int take, CancellationToken cancellationToken) => ListAsync(
        id,
        (context, subject) =>
        {
            if (string.IsNullOrWhiteSpace(search))
            {
                return context.Analyses
                    .Where(a => a.RunNumber == subject.RunNumber && a.State == AnalysisState.Done && a.ImageId != subject.ImageId)
                    .OrderBy(a => a.Ordinal);
            }

            var key = NameKeys.Of(search.Trim());
            return context.Analyses
                .Where(a => a.State == AnalysisState.Done && a.ImageId != subject.ImageId && a.Image!.NameKey.Contains(key) && !a.Run!.Deleting)
                .OrderByDescending(a => a.Id);
        },
        skip,
        take,
        cancellationToken);

    /// <summary>Other runs over images of a run, those with the most of them first.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<Page<ComparableRun>> ListRunsAsync(RunId id, int skip, int take, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            if (await RunStore.NumberOfAsync(context, id, token) is not { } number)
            {
                return new Page<ComparableRun>([], 0);
            }

            var images = context.Analyses.Where(a => a.RunNumber == number && a.State == AnalysisState.Done).Select(a => a.ImageId);
            var common = await context.Analyses
                .Where(a => images.Contains(a.ImageId) && a.State == AnalysisState.Done && a.RunNumber != number && !a.Run!.Deleting)
                .Select(a => new { a.RunNumber, a.ImageId })
                .Distinct()
                .GroupBy(a => a.RunNumber)
                .Select(run => new { Number = run.Key, Images = run.Count() })
                .ToListAsync(token);
            var page = common.OrderByDescending(run => run.Images).ThenByDescending(run => run.Number).Skip(skip).Take(take).ToList();
            var numbers = page.ConvertAll(run => run.Number);
            var rows = await context.Runs
                .Where(r => numbers.Contains(r.Number))
                .Select(r => new { r.Number, r.Id, r.Name, Checkpoint = r.Checkpoint!.Name, r.Prompt })
                .ToDictionaryAsync(r => r.Number, token);
            return new Page<ComparableRun>(
                page.ConvertAll(run => new ComparableRun(new RunId(rows[run.Number].Id), rows[run.Number].Name, rows[run.Number].Checkpoint, rows[run.Number].Prompt, run.Images)),
                common.Count);
        },
        cancellationToken);

    private Task<Page<ComparableAnalysis>> ListAsync(
        AnalysisId id, Func<StorageContext, Subject, IOrderedQueryable<AnalysisEntity>> choose, int skip, int take, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var subject = await context.Analyses
                .Where(a => a.Id == id.Value)
                .Select(a => new Subject(a.Id, a.ImageId, a.RunNumber, a.Prompt, a.Run!.CheckpointId))
                .SingleOrDefaultAsync(token);
            if (subject is null)
            {
                return new Page<ComparableAnalysis>([], 0);
            }

            var chosen = choose(context, subject);
            var total = await chosen.CountAsync(token);
            var found = await chosen
                .Skip(skip)
                .Take(take)
                .Select(a => new ComparableAnalysis(
                    new AnalysisId(a.Id),
                    a.Image!.Sha256,
                    a.Image.Name,
                    a.Prompt,
                    new RunId(a.Run!.Id),
                    a.Run.Name,
                    a.Run.Checkpoint!.Name,
                    a.ImageId == subject.ImageId,
                    a.Prompt == subject.Prompt,
                    a.Run.CheckpointId == subject.Checkpoint))
                .ToListAsync(token);
            return new Page<ComparableAnalysis>(found, total);
        },
        cancellationToken);

    private sealed record Subject(long Id, long ImageId, long RunNumber, string Prompt, long Checkpoint);
}
