using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Catalogue;

/// <summary>An <see cref="AnalysisFilter"/> as a question to the database: everything but its tokens, which the token index is asked for (<see cref="Tokens.TokenSearch"/>).</summary>
internal static class FilteredAnalyses
{
    /// <summary>The analyses that meet the conditions; of runs that are not being deleted.</summary>
    public static IQueryable<AnalysisEntity> Where(StorageContext context, AnalysisFilter filter)
    {
        var analyses = context.Analyses.Where(a => !a.Run!.Deleting);
        if (filter.Runs is { } runs)
        {
            var ids = runs.Select(run => run.Value).ToList();
            var numbers = context.Runs.Where(r => ids.Contains(r.Id)).Select(r => r.Number);
            analyses = analyses.Where(a => numbers.Contains(a.RunNumber));
        }

        if (filter.Analyses is { } chosen)
        {
            var ids = chosen.Select(analysis => analysis.Value).Distinct().ToList();
            analyses = analyses.Where(a => EF.Parameter(ids).Contains(a.Id));
        }

        if (filter.Checkpoint is { } hash)
        {
            var numbers = context.Runs.Where(r => r.Checkpoint!.Hash == hash).Select(r => r.Number);
            analyses = analyses.Where(a => numbers.Contains(a.RunNumber));
        }

        if (filter.State is { } state)
        {
            analyses = analyses.Where(a => a.State == state);
        }

        if (filter.Prompt is { Length: > 0 } prompt)
        {
            analyses = analyses.Where(a => a.Prompt.Contains(prompt));
        }

        if (filter.FinishedFrom is { } from)
        {
            analyses = analyses.Where(a => a.State == AnalysisState.Done && a.FinishedAt >= from);
        }

        if (filter.FinishedUntil is { } until)
        {
            analyses = analyses.Where(a => a.State == AnalysisState.Done && a.FinishedAt < until);
        }

        if (filter.LeastFiller is { } least)
        {
            var some = context.AnalysisAggregates.Where(g => g.Patches > 0 && (double)g.FillerPatches / g.Patches >= least).Select(g => g.AnalysisId);
            analyses = analyses.Where(a => some.Contains(a.Id));
        }

        if (filter.MostFiller is { } most)
        {
            var some = context.AnalysisAggregates.Where(g => g.Patches > 0 && (double)g.FillerPatches / g.Patches <= most).Select(g => g.AnalysisId);
            analyses = analyses.Where(a => some.Contains(a.Id));
        }

        if (filter.Images is not null || filter.ImageName is { Length: > 0 } || filter.AddedFrom is not null || filter.AddedUntil is not null)
        {
            var images = Images(context, filter).Select(i => i.Id);
            analyses = analyses.Where(a => images.Contains(a.ImageId));
        }

        foreach (var tag in filter.Tags ?? [])
        {
            var (images, those, numbers) = Bearers(context, tag);
            analyses = analyses.Where(a => images.Contains(a.ImageId) || those.Contains(a.Id) || numbers.Contains(a.RunNumber));
        }

        return analyses;
    }

    /// <summary>The images that meet the conditions on images: tags, which analyses may bear for them, are left out.</summary>
    public static IQueryable<ImageEntity> Images(StorageContext context, AnalysisFilter filter)
    {
        IQueryable<ImageEntity> images = context.Images;
        if (filter.Images is { } chosen)
        {
            var ids = chosen.Select(image => image.Value).Distinct().ToList();
            images = images.Where(i => EF.Parameter(ids).Contains(i.Id));
        }

        if (filter.ImageName is { Length: > 0 } name)
        {
            var key = NameKeys.Of(name.Trim());
            images = images.Where(i => i.NameKey.Contains(key));
        }

        if (filter.AddedFrom is { } from)
        {
            images = images.Where(i => i.AddedAt >= from);
        }

        if (filter.AddedUntil is { } until)
        {
            images = images.Where(i => i.AddedAt < until);
        }

        return images;
    }

    /// <summary>Images that bear each of the tags, or one of whose analyses or their runs does.</summary>
    public static IQueryable<ImageEntity> WithTags(this IQueryable<ImageEntity> images, StorageContext context, AnalysisFilter filter)
    {
        foreach (var tag in filter.Tags ?? [])
        {
            var (tagged, analyses, runs) = Bearers(context, tag);
            var byAnalysis = context.Analyses.Where(a => analyses.Contains(a.Id) || runs.Contains(a.RunNumber)).Select(a => a.ImageId);
            images = images.Where(i => tagged.Contains(i.Id) || byAnalysis.Contains(i.Id));
        }

        return images;
    }

    private static (IQueryable<long> Images, IQueryable<long> Analyses, IQueryable<long> Runs) Bearers(StorageContext context, string tag)
    {
        var key = NameKeys.Of(tag.Trim());
        var links = context.TagLinks.Where(l => l.Tag!.NameKey == key);
        return (
            links.Where(l => l.ImageId != null).Select(l => l.ImageId!.Value),
            links.Where(l => l.AnalysisId != null).Select(l => l.AnalysisId!.Value),
            links.Where(l => l.RunNumber != null).Select(l => l.RunNumber!.Value));
    }
}
