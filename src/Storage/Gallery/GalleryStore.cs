using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Gallery;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Images, filtered and sorted by what their analyses read. It answers from the catalogue, the token index and what aggregates count, never from readings.</summary>
public sealed class GalleryStore
{
    private readonly DatabaseReader _reader;
    private readonly TokenTableCache _tokens;

    internal GalleryStore(DatabaseReader reader, TokenTableCache tokens)
    {
        _reader = reader;
        _tokens = tokens;
    }

    /// <summary>A page of images.</summary>
    /// <exception cref="ArgumentException">Token ids are given and no checkpoint.</exception>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<GalleryPage> ListAsync(GalleryQuery query, int skip, int take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(take);
        return _reader.ReadAsync(
            async (context, token) =>
            {
                if (IsOfImages(query))
                {
                    var images = Images(context, query);
                    var total = await images.CountAsync(token);
                    var ids = await Sort(images, query.Order).Skip(skip).Take(take).Select(i => i.Id).ToListAsync(token);
                    return new GalleryPage(await DescribeAsync(context, ids.ConvertAll(id => new Candidate(id)), token), total);
                }

                var (candidates, refusal) = await FindAsync(context, query, token);
                return refusal is null
                    ? new GalleryPage(await DescribeAsync(context, [.. candidates.Skip(skip).Take(take)], token), candidates.Count)
                    : new GalleryPage([], 0, refusal);
            },
            cancellationToken);
    }

    /// <summary>The images on all pages, in their order; empty where the search is refused.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<IReadOnlyList<ImageId>> ListIdsAsync(GalleryQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _reader.ReadAsync<IReadOnlyList<ImageId>>(
            async (context, token) => IsOfImages(query)
                ? [.. (await Sort(Images(context, query), query.Order).Select(i => i.Id).ToListAsync(token)).Select(id => new ImageId(id))]
                : [.. (await FindAsync(context, query, token)).Candidates.Select(candidate => new ImageId(candidate.Image))],
            cancellationToken);
    }

    /// <summary>All analyses that meet a filter, ascending by id; and why not, where its tokens fit too many to search.</summary>
    /// <exception cref="ArgumentException">Token ids are given and no checkpoint.</exception>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<(IReadOnlyList<AnalysisId> Analyses, string? Refusal)> ListAnalysesAsync(AnalysisFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _reader.ReadAsync<(IReadOnlyList<AnalysisId>, string?)>(
            async (context, token) =>
            {
                var (hits, refusal) = await HitsAsync(context, filter, token);
                if (refusal is not null)
                {
                    return ([], refusal);
                }

                var ids = await FilteredAnalyses.Where(context, filter).OrderBy(a => a.Id).Select(a => a.Id).ToListAsync(token);
                return ([.. ids.Where(id => hits is null || hits.ContainsKey(id)).Select(id => new AnalysisId(id))], null);
            },
            cancellationToken);
    }

    /// <summary>Of each image, its analysis to be opened at a click as <see cref="GalleryItem.Analysis"/>: those of the given images, in the query's order.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<IReadOnlyList<AnalysisId>> ListFirstAnalysesAsync(GalleryQuery query, IReadOnlyList<ImageId> images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _reader.ReadAsync<IReadOnlyList<AnalysisId>>(
            async (context, token) =>
            {
                // Without a filter of analyses, the newest that is Done.
                var filter = query.Filter with { Images = images };
                filter = filter.AsksForAnalyses ? filter : filter with { State = AnalysisState.Done };
                var (candidates, _) = await FindAsync(context, query with { Filter = filter }, token);
                return [.. candidates.Where(candidate => candidate.Analysis is not null).Select(candidate => new AnalysisId(candidate.Analysis!.Value))];
            },
            cancellationToken);
    }

    /// <summary>What can go of some images, and what has to stay.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<DeletionPlan> PlanDeletionAsync(IReadOnlyList<ImageId> images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _reader.ReadAsync(
            async (context, token) =>
            {
                var ids = images.Select(image => image.Value).Distinct().ToList();
                var uses = await context.Analyses.Where(a => EF.Parameter(ids).Contains(a.ImageId)).Select(a => new { a.ImageId, a.RunNumber }).ToListAsync(token);
                var here = uses.GroupBy(use => use.RunNumber).ToDictionary(run => run.Key, run => run.Count());
                var numbers = here.Keys.ToList();
                var runs = await context.Runs
                    .Where(r => EF.Parameter(numbers).Contains(r.Number))
                    .OrderByDescending(r => r.Number)
                    .Select(r => new { r.Number, r.Id, r.Name, Analyses = r.Analyses.Count })
                    .ToListAsync(token);
                var whole = runs.Where(run => run.Analyses == here[run.Number]).ToList();
                var goes = whole.Select(run => run.Number).ToHashSet();
                var used = uses.Where(use => !goes.Contains(use.RunNumber)).Select(use => use.ImageId).ToHashSet();
                var analysed = uses.Select(use => use.ImageId).ToHashSet();
                return new DeletionPlan(
                    await context.Images.CountAsync(i => EF.Parameter(ids).Contains(i.Id), token) - analysed.Count,
                    [.. whole.Select(run => new DeletionPlan.WholeRun(new RunId(run.Id), run.Name, run.Analyses))],
                    analysed.Count - used.Count,
                    used.Count,
                    [.. runs.Where(run => !goes.Contains(run.Number)).Select(run => run.Name)]);
            },
            cancellationToken);
    }

    private static bool IsOfImages(GalleryQuery query) =>
        query.NotAnalysed || (!query.Filter.AsksForAnalyses && query.Order is not (GalleryOrder.MostFiller or GalleryOrder.LeastFiller));

    private static IQueryable<ImageEntity> Images(StorageContext context, GalleryQuery query)
    {
        var images = FilteredAnalyses.Images(context, query.Filter).WithTags(context, query.Filter);
        return query.NotAnalysed ? images.Where(i => !i.Analyses.Any()) : images;
    }

    private static IOrderedQueryable<ImageEntity> Sort(IQueryable<ImageEntity> images, GalleryOrder order) => order switch
    {
        GalleryOrder.Oldest => images.OrderBy(i => i.Id),
        GalleryOrder.Name => images.OrderBy(i => i.NameKey).ThenByDescending(i => i.Id),
        _ => images.OrderByDescending(i => i.Id),
    };

    /// <summary>Where the tokens asked for are read; null where none are.</summary>
    private async Task<(Dictionary<long, TokenSearch.Found>? Hits, string? Refusal)> HitsAsync(StorageContext context, AnalysisFilter filter, CancellationToken cancellationToken)
    {
        if (filter.Token is not { } wanted)
        {
            return (null, null);
        }

        var (found, refusal) = await TokenSearch.FindAsync(context, _tokens, wanted.Ids, wanted.Text, wanted.Match, wanted.Within(filter), cancellationToken);
        return (found, refusal);
    }

    /// <summary>Every image that fits, sorted.</summary>
    private async Task<(List<Candidate> Candidates, string? Refusal)> FindAsync(StorageContext context, GalleryQuery query, CancellationToken cancellationToken)
    {
        var (hits, refusal) = await HitsAsync(context, query.Filter, cancellationToken);
        if (refusal is not null)
        {
            return ([], refusal);
        }

        var found = new Dictionary<long, Candidate>();
        var byFiller = query.Order is GalleryOrder.MostFiller or GalleryOrder.LeastFiller;
        var shares = byFiller ? await SharesAsync(context, cancellationToken) : null;
        var matching = FilteredAnalyses.Where(context, query.Filter).Select(a => new { a.Id, a.ImageId, a.State });
        await foreach (var analysis in matching.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            TokenSearch.Found? hit = null;
            if (hits is not null && !hits.TryGetValue(analysis.Id, out hit))
            {
                continue;
            }

            double? share = shares is not null && shares.TryGetValue(analysis.Id, out var known) ? known : null;
            if (!found.TryGetValue(analysis.ImageId, out var candidate))
            {
                found.Add(analysis.ImageId, candidate = new Candidate(analysis.ImageId));
            }

            candidate.Matching++;
            var rank = Rank(query.Order, hit, share);
            var isDone = analysis.State == AnalysisState.Done;
            if (candidate.Analysis is null || (rank, isDone, analysis.Id).CompareTo((candidate.Rank, candidate.IsDone, candidate.Analysis.Value)) > 0)
            {
                (candidate.Analysis, candidate.Rank, candidate.IsDone, candidate.Hit) = (analysis.Id, rank, isDone, hit);
            }
        }

        if (!query.Filter.AsksForAnalyses)
        {
            foreach (var image in await Images(context, query).Select(i => i.Id).ToListAsync(cancellationToken))
            {
                found.TryAdd(image, new Candidate(image));
            }
        }

        return (await SortAsync(context, found, query.Order, cancellationToken), null);
    }

    /// <summary>The greater the earlier.</summary>
    private static double Rank(GalleryOrder order, TokenSearch.Found? hit, double? share) => order switch
    {
        GalleryOrder.MostFiller => share ?? -1,
        GalleryOrder.LeastFiller => 1 - (share ?? 2),
        _ => hit?.Hit.Best ?? 0,
    };

    private static async Task<List<Candidate>> SortAsync(StorageContext context, Dictionary<long, Candidate> found, GalleryOrder order, CancellationToken cancellationToken)
    {
        var sorted = found.Values.ToList();
        switch (order)
        {
            case GalleryOrder.Oldest:
                sorted.Sort((a, b) => a.Image.CompareTo(b.Image));
                break;
            case GalleryOrder.Name:
                var places = new Dictionary<long, int>();
                foreach (var id in await Sort(context.Images, order).Select(i => i.Id).ToListAsync(cancellationToken))
                {
                    places.Add(id, places.Count);
                }

                sorted.Sort((a, b) => places[a.Image].CompareTo(places[b.Image]));
                break;
            case GalleryOrder.Newest:
                sorted.Sort((a, b) => b.Image.CompareTo(a.Image));
                break;
            default:
                sorted.Sort((a, b) => (b.Rank, b.Image).CompareTo((a.Rank, a.Image)));
                break;
        }

        return sorted;
    }

    private static async Task<Dictionary<long, double>> SharesAsync(StorageContext context, CancellationToken cancellationToken) =>
        await context.AnalysisAggregates
            .Where(g => g.Patches > 0)
            .Select(g => new { g.AnalysisId, g.Patches, g.FillerPatches })
            .ToDictionaryAsync(g => g.AnalysisId, g => (double)g.FillerPatches / g.Patches, cancellationToken);

    private async Task<List<GalleryItem>> DescribeAsync(StorageContext context, List<Candidate> page, CancellationToken cancellationToken)
    {
        var images = page.ConvertAll(candidate => candidate.Image);
        var rows = (await context.Images.Where(i => EF.Parameter(images).Contains(i.Id)).ToRowsAsync(cancellationToken)).ToDictionary(row => row.Id.Value);
        var tags = (await context.TagLinks
                .Where(l => l.ImageId != null && EF.Parameter(images).Contains(l.ImageId.Value))
                .OrderBy(l => l.Tag!.NameKey)
                .Select(l => new { Image = l.ImageId!.Value, l.Tag!.Name })
                .ToListAsync(cancellationToken))
            .ToLookup(link => link.Image, link => link.Name);
        var notes = (await context.Notes.Where(n => n.ImageId != null && EF.Parameter(images).Contains(n.ImageId.Value)).Select(n => n.ImageId!.Value).ToListAsync(cancellationToken)).ToHashSet();
        var analyses = page.ConvertAll(candidate => candidate.Analysis ?? rows[candidate.Image].LatestDone?.Value ?? 0);
        var shares = (await context.AnalysisAggregates
                .Where(g => EF.Parameter(analyses).Contains(g.AnalysisId) && g.Patches > 0)
                .Select(g => new { g.AnalysisId, Share = (double)g.FillerPatches / g.Patches })
                .ToListAsync(cancellationToken))
            .ToDictionary(g => g.AnalysisId, g => g.Share);
        var runs = await RunsAsync(context, [.. page.Select(candidate => candidate.Hit?.Run).OfType<long>().Distinct()], cancellationToken);
        var items = new List<GalleryItem>(page.Count);
        for (var i = 0; i < page.Count; i++)
        {
            var (candidate, analysis, row) = (page[i], analyses[i], rows[images[i]]);
            items.Add(new GalleryItem(
                row,
                analysis == 0 ? null : new AnalysisId(analysis),
                candidate.Analysis is null ? row.Analyses : candidate.Matching,
                shares.TryGetValue(analysis, out var share) ? share : null,
                candidate.Hit is { } hit ? Describe(hit, runs[hit.Run]) : null,
                [.. tags[candidate.Image]],
                notes.Contains(candidate.Image)));
        }

        return items;
    }

    private async Task<Dictionary<long, HitRun>> RunsAsync(StorageContext context, List<long> numbers, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, HitRun>();
        foreach (var run in await context.Runs
            .Where(r => EF.Parameter(numbers).Contains(r.Number))
            .Select(r => new { r.Number, r.CheckpointId, r.Checkpoint!.Hash, r.Settings })
            .ToListAsync(cancellationToken))
        {
            found.Add(run.Number, new HitRun(await _tokens.GetAsync(context, run.CheckpointId, cancellationToken), run.Hash, RunSettingsJson.Read(run.Settings).ApplyExifOrientation));
        }

        return found;
    }

    private static GalleryHit Describe(TokenSearch.Found found, HitRun run)
    {
        var (token, best, layer, position) = found.Hit;
        return new GalleryHit(TokenProbability.FromUnits(best), token, run.Tokens.Find(token)?.Display ?? $"#{token}", layer, position, run.CheckpointHash, run.IsUpright);
    }

    /// <summary>What a hit's place has to be told from its run.</summary>
    private sealed record HitRun(TokenTable Tokens, string CheckpointHash, bool IsUpright);

    private sealed class Candidate(long image)
    {
        public long Image { get; } = image;

        public long? Analysis { get; set; }

        public int Matching { get; set; }

        public double Rank { get; set; } = double.NegativeInfinity;

        public bool IsDone { get; set; }

        public TokenSearch.Found? Hit { get; set; }
    }
}
