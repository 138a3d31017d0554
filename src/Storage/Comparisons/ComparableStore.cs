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
