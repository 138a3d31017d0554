using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Labels;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Tags and notes on images, analyses and runs, with who put them there, as far as people say who they are.</summary>
public sealed class LabelStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal LabelStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>Puts a tag on things, in one transaction; returns those that did not bear it yet. What has been deleted meanwhile is left out.</summary>
    /// <param name="by">What the person calls themselves; null where they did not say.</param>
    /// <exception cref="ArgumentException">It cannot be a tag (<see cref="LabelText.RefuseTag"/>).</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<IReadOnlyList<LabelSubject>> TagAsync(IReadOnlyList<LabelSubject> subjects, string tag, string? by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        var name = Require(tag);
        return _writer.WriteAsync<IReadOnlyList<LabelSubject>>(
            async (context, token) =>
            {
                var id = await TagAsync(context, name, token);
                var added = new List<LabelSubject>();
                var now = _clock.GetUtcNow();
                foreach (var (subject, number) in await PresentAsync(context, subjects, token))
                {
                    if (!await Links(context, subject.Kind, number).AnyAsync(l => l.TagId == id, token))
                    {
                        context.TagLinks.Add(Link(id, subject.Kind, number, now, by));
                        added.Add(subject);
                    }
                }

                await context.SaveChangesAsync(token);
                await ForgetUnusedAsync(context, id, token);
                return added;
            },
            cancellationToken);
    }

    /// <summary>Takes a tag off things, in one transaction; returns those that bore it. A tag that nothing bears any more is forgotten.</summary>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<IReadOnlyList<LabelSubject>> UntagAsync(IReadOnlyList<LabelSubject> subjects, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentNullException.ThrowIfNull(tag);
        return _writer.WriteAsync<IReadOnlyList<LabelSubject>>(
            async (context, token) =>
            {
                var key = NameKeys.Of(tag.Trim());
                if (await context.Tags.Where(t => t.NameKey == key).Select(t => (long?)t.Id).SingleOrDefaultAsync(token) is not { } id)
                {
                    return [];
                }

                var removed = new List<LabelSubject>();
                foreach (var (subject, number) in await PresentAsync(context, subjects, token))
                {
                    if (await Links(context, subject.Kind, number).Where(l => l.TagId == id).ExecuteDeleteAsync(token) > 0)
                    {
                        removed.Add(subject);
                    }
                }

                await ForgetUnusedAsync(context, id, token);
                return removed;
            },
            cancellationToken);
    }

    /// <summary>Writes, changes or (with an empty text) takes away something's note; false if the thing is gone.</summary>
    /// <param name="by">What the person calls themselves; null where they did not say.</param>
    /// <exception cref="ArgumentException">It is too long.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<bool> SetNoteAsync(LabelSubject subject, string? text, string? by, CancellationToken cancellationToken)
    {
        if (LabelText.RefuseNote(text) is { } refusal)
        {
            throw new ArgumentException(refusal, nameof(text));
        }

        return _writer.WriteAsync(
            async (context, token) =>
            {
                var present = await PresentAsync(context, [subject], token);
                if (present.Count == 0)
                {
                    return false;
                }

                var number = present[0].Number;
                await Notes(context, subject.Kind, number).ExecuteDeleteAsync(token);
                if (!string.IsNullOrWhiteSpace(text))
                {
                    context.Notes.Add(Note(subject.Kind, number, new SubjectNote(text.Trim(), _clock.GetUtcNow(), by)));
                    await context.SaveChangesAsync(token);
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>What something bears.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<SubjectLabels> FindAsync(LabelSubject subject, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) =>
        {
            var present = await PresentAsync(context, [subject], token);
            if (present.Count == 0)
            {
                return SubjectLabels.None;
            }

            var number = present[0].Number;
            return new SubjectLabels(
                await Links(context, subject.Kind, number).OrderBy(l => l.Tag!.NameKey).Select(l => new SubjectTag(l.Tag!.Name, l.AddedAt, l.AddedBy)).ToListAsync(token),
                await Notes(context, subject.Kind, number).Select(n => new SubjectNote(n.Text, n.ChangedAt, n.ChangedBy)).SingleOrDefaultAsync(token));
        },
        cancellationToken);

    /// <summary>All tags by name, with what bears them.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<IReadOnlyList<TagCount>> ListTagsAsync(CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<TagCount>>(
        async (context, token) => await context.Tags
            .Where(t => t.Links.Any())
            .OrderBy(t => t.NameKey)
            .Select(t => new TagCount(t.Name, t.Links.Count(l => l.ImageId != null), t.Links.Count(l => l.AnalysisId != null), t.Links.Count(l => l.RunNumber != null)))
            .ToListAsync(token),
        cancellationToken);

    /// <summary>Tags of some images that any of them bears, with how many do.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<IReadOnlyList<(string Name, int Images)>> ListTagsAsync(IReadOnlyList<ImageId> images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        var ids = images.Select(image => image.Value).ToList();
        return _reader.ReadAsync<IReadOnlyList<(string Name, int Images)>>(
            async (context, token) =>
            {
                var found = await context.TagLinks
                    .Where(l => l.ImageId != null && EF.Parameter(ids).Contains(l.ImageId.Value))
                    .GroupBy(l => new { l.Tag!.NameKey, l.Tag.Name })
                    .OrderBy(g => g.Key.NameKey)
                    .Select(g => new { g.Key.Name, Count = g.Count() })
                    .ToListAsync(token);
                return [.. found.Select(tag => (tag.Name, tag.Count))];
            },
            cancellationToken);
    }

    /// <summary>Puts what something bore elsewhere on what bears nothing here, with its times and people.</summary>
    /// <param name="number">The thing's row.</param>
    internal static async Task AddAsync(StorageContext context, LabelKind kind, long number, SubjectLabels labels, CancellationToken cancellationToken)
    {
        if (labels.IsEmpty || await Links(context, kind, number).AnyAsync(cancellationToken) || await Notes(context, kind, number).AnyAsync(cancellationToken))
        {
            return;
        }

        foreach (var tag in labels.Tags.DistinctBy(tag => NameKeys.Of(tag.Name.Trim())))
        {
            context.TagLinks.Add(Link(await TagAsync(context, tag.Name.Trim(), cancellationToken), kind, number, tag.AddedAt, tag.AddedBy));
        }

        if (labels.Note is { } note)
        {
            context.Notes.Add(Note(kind, number, note));
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The tag of a name, made if there is none.</summary>
    private static async Task<long> TagAsync(StorageContext context, string name, CancellationToken cancellationToken)
    {
        var key = NameKeys.Of(name);
        if (await context.Tags.Where(t => t.NameKey == key).Select(t => (long?)t.Id).SingleOrDefaultAsync(cancellationToken) is { } known)
        {
            return known;
        }

        var entity = new TagEntity { Name = name, NameKey = key };
        context.Tags.Add(entity);
        await context.SaveChangesAsync(cancellationToken);
        return entity.Id;
    }

    private static TagLinkEntity Link(long tag, LabelKind kind, long number, DateTimeOffset at, string? by) => new()
    {
        TagId = tag,
        ImageId = kind == LabelKind.Image ? number : null,
        AnalysisId = kind == LabelKind.Analysis ? number : null,
        RunNumber = kind == LabelKind.Run ? number : null,
        AddedAt = at,
        AddedBy = by,
    };

    private static NoteEntity Note(LabelKind kind, long number, SubjectNote note) => new()
    {
        ImageId = kind == LabelKind.Image ? number : null,
        AnalysisId = kind == LabelKind.Analysis ? number : null,
        RunNumber = kind == LabelKind.Run ? number : null,
        Text = note.Text,
        ChangedAt = note.ChangedAt,
        ChangedBy = note.ChangedBy,
    };

    private static string Require(string tag) => LabelText.RefuseTag(tag) is { } refusal ? throw new ArgumentException(refusal, nameof(tag)) : tag.Trim();

    private static IQueryable<TagLinkEntity> Links(StorageContext context, LabelKind kind, long number) => kind switch
    {
        LabelKind.Image => context.TagLinks.Where(l => l.ImageId == number),
        LabelKind.Analysis => context.TagLinks.Where(l => l.AnalysisId == number),
        _ => context.TagLinks.Where(l => l.RunNumber == number),
    };

    private static IQueryable<NoteEntity> Notes(StorageContext context, LabelKind kind, long number) => kind switch
    {
        LabelKind.Image => context.Notes.Where(n => n.ImageId == number),
        LabelKind.Analysis => context.Notes.Where(n => n.AnalysisId == number),
        _ => context.Notes.Where(n => n.RunNumber == number),
    };

    /// <summary>Those of the things that are still there, each once, with their numbers.</summary>
    private static async Task<List<(LabelSubject Subject, long Number)>> PresentAsync(StorageContext context, IReadOnlyList<LabelSubject> subjects, CancellationToken cancellationToken)
    {
        var images = subjects.Where(s => s.Kind == LabelKind.Image).Select(s => s.Number).Distinct().ToList();
        var analyses = subjects.Where(s => s.Kind == LabelKind.Analysis).Select(s => s.Number).Distinct().ToList();
        var runs = subjects.Where(s => s.Kind == LabelKind.Run).Select(s => s.RunValue).Distinct().ToList();
        var present = new List<(LabelSubject, long)>(subjects.Count);
        if (images.Count > 0)
        {
            var known = await context.Images.Where(i => EF.Parameter(images).Contains(i.Id)).OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(cancellationToken);
            present.AddRange(known.Select(id => (LabelSubject.Of(new ImageId(id)), id)));
        }

        if (analyses.Count > 0)
        {
            var known = await context.Analyses.Where(a => EF.Parameter(analyses).Contains(a.Id)).OrderBy(a => a.Id).Select(a => a.Id).ToListAsync(cancellationToken);
            present.AddRange(known.Select(id => (LabelSubject.Of(new AnalysisId(id)), id)));
        }

        foreach (var run in runs)
        {
            if (await RunStore.NumberOfAsync(context, new RunId(run), cancellationToken) is { } number)
            {
                present.Add((LabelSubject.Of(new RunId(run)), number));
            }
        }

        return present;
    }

    private static Task<int> ForgetUnusedAsync(StorageContext context, long tag, CancellationToken cancellationToken) =>
        context.Tags.Where(t => t.Id == tag && !t.Links.Any()).ExecuteDeleteAsync(cancellationToken);
}
