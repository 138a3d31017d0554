using System.Runtime.InteropServices;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Exchange.Documents;
using LogitLens.Storage.Labels;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.States;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Writes what was computed elsewhere. Adding twice changes nothing: what is there stays as it is.</summary>
public sealed class ImportStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    private readonly TokenTableCache _tokens;
    private readonly double _indexThreshold;

    internal ImportStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock, TokenTableCache tokens, double indexThreshold)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
        _tokens = tokens;
        _indexThreshold = indexThreshold;
    }

    /// <summary>
    /// Keeps a checkpoint with its token table. One that is known by its hash keeps its folder and gets the rows it lacks, if the tables agree wherever both
    /// have a token; an imported one may have grown text-only tokens on either side.
    /// </summary>
    /// <returns>Its row, or why the two cannot be the same, in a sentence; then nothing was changed.</returns>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<(CheckpointRow? Row, string? Misfit)> JoinCheckpointAsync(NewCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return _writer.WriteAsync((context, token) => CheckpointJoin.WriteAsync(context, checkpoint, _clock.GetUtcNow(), token), cancellationToken);
    }

    /// <summary>The image of these bytes, or null.</summary>
    public Task<ImageId?> FindImageAsync(string sha256, CancellationToken cancellationToken) => _reader.ReadAsync(
        async (context, token) => await context.Images.Where(i => i.Sha256 == sha256).Select(i => (long?)i.Id).SingleOrDefaultAsync(token) is { } id
            ? new ImageId(id)
            : (ImageId?)null,
        cancellationToken);

    /// <summary>Puts tags and a note on an image that bears none; one that bears some keeps its own.</summary>
    /// <exception cref="StorageException">The image has been deleted meanwhile, or the database cannot be written.</exception>
    public Task AddLabelsAsync(ImageId image, SubjectLabels labels, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return _writer.WriteAsync(
            async (context, token) =>
            {
                await LabelStore.AddAsync(context, LabelKind.Image, image.Value, labels, token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Keeps a run under the id it has; false if it is there already, null if a run of other settings or of another checkpoint has that id.</summary>
    /// <exception cref="StorageException">The checkpoint has been deleted meanwhile, or the database cannot be written.</exception>
    public Task<bool?> AddRunAsync(ImportedRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        return _writer.WriteAsync((context, token) => AddRunAsync(context, run, token), cancellationToken);
    }

    /// <summary>Keeps an analysis with all that belongs to it, in one transaction; false if the run has one of that ordinal already, or the file it was imported from is here as another.</summary>
    /// <exception cref="ArgumentException">It is Queued or Running, or Done without layout or layers.</exception>
    /// <exception cref="StorageException">The run or the image has been deleted meanwhile, or the database cannot be written.</exception>
    public Task<bool> AddAnalysisAsync(RunId run, ImportedAnalysis analysis, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        RequireFinished(analysis);
        return _writer.WriteAsync((context, token) => AddAnalysisAsync(context, run, analysis, null, token), cancellationToken);
    }

    /// <summary>Keeps a document's image, checkpoint, run and analysis in one transaction: all of them, or, if one does not fit what is here, nothing.</summary>
    /// <param name="picture">Its picture, checked as an upload's; null if the database has it.</param>
    /// <exception cref="ArgumentException">Its analysis is Done without layout or layers.</exception>
    /// <exception cref="StorageException">The database cannot be written, or the image has been deleted meanwhile.</exception>
    public async Task<DocumentImportResult> AddDocumentAsync(ImportableDocument document, NewImage? picture, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        RequireFinished(document.Analysis);
        try
        {
            return await _writer.WriteAsync((context, token) => AddDocumentAsync(context, document, picture, token), cancellationToken);
        }
        catch (MisfitException misfit)
        {
            return new DocumentImportResult(null, IsNew: false, misfit.Message);
        }
    }

    private static void RequireFinished(ImportedAnalysis analysis)
    {
        if (analysis.State is AnalysisState.Queued or AnalysisState.Running
            || (analysis.State == AnalysisState.Done) != (analysis.Layout is not null && analysis.Packed.Count > 0))
        {
            throw new ArgumentException($"An analysis that is {analysis.State} with {analysis.Packed.Count} layers cannot be imported.", nameof(analysis));
        }
    }

    private async Task<DocumentImportResult> AddDocumentAsync(StorageContext context, ImportableDocument document, NewImage? picture, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var (checkpoint, misfit) = await CheckpointJoin.WriteAsync(context, document.Checkpoint, now, cancellationToken);
        if (checkpoint is null)
        {
            throw new MisfitException(misfit!);
        }

        if (await AddRunAsync(context, document.Run with { Checkpoint = checkpoint.Id }, cancellationToken) is null)
        {
            throw new MisfitException("the database has a run of the same id and other settings, which was left as it is: it cannot be the same run.");
        }

        var image = picture is not null
            ? await ImageStore.AddAsync(context, picture, document.ImageSha256, now, cancellationToken)
            : await context.Images.Where(i => i.Sha256 == document.ImageSha256).Select(i => (long?)i.Id).SingleOrDefaultAsync(cancellationToken)
                ?? throw new StorageException("An analysis was not imported: its image was deleted meanwhile; import it again.");

        // A table that grows in this transaction must not be kept in memory before it is committed.
        var packed = await context.CheckpointTokens.Where(t => t.CheckpointId == checkpoint.Id.Value).Select(t => t.Packed).SingleAsync(cancellationToken);
        var isNew = await AddAnalysisAsync(
            context, document.Run.Id, document.Analysis with { Image = new ImageId(image) }, new TokenTable(TokenTableCodec.Unpack(packed)), cancellationToken);
        var id = await context.Analyses
            .Where(a => a.Run!.Id == document.Run.Id.Value && a.Ordinal == document.Analysis.Ordinal)
            .Select(a => a.Id)
            .SingleAsync(cancellationToken);
        return new DocumentImportResult(new AnalysisId(id), isNew, null);
    }

    private async Task<bool?> AddRunAsync(StorageContext context, ImportedRun run, CancellationToken cancellationToken)
    {
        var settings = RunSettingsJson.Write(run.Settings);
        if (await context.Runs.Where(r => r.Id == run.Id.Value).Select(r => new { r.CheckpointId, r.Settings }).SingleOrDefaultAsync(cancellationToken) is { } known)
        {
            // Written anew: an older program may have named fewer settings.
            return known.CheckpointId == run.Checkpoint.Value && RunSettingsJson.Write(RunSettingsJson.Read(known.Settings)) == settings ? false : null;
        }

        if (!await context.Checkpoints.AnyAsync(c => c.Id == run.Checkpoint.Value, cancellationToken))
        {
            throw new StorageException($"The run \"{run.Name}\" was not imported: its checkpoint was deleted meanwhile; import it again.");
        }

        var entity = new RunEntity
        {
            Id = run.Id.Value,
            Name = run.Name,
            CheckpointId = run.Checkpoint.Value,
            Settings = settings,
            Provenance = run.Provenance,
            Prompt = run.Prompt,
            CreatedAt = run.CreatedAt,
            IndexThreshold = run.IndexThreshold ?? _indexThreshold,
            Retention = run.Retention.Kind,
            RetentionDays = run.Retention.Days,
        };
        context.Runs.Add(entity);
        await context.SaveChangesAsync(cancellationToken);
        await LabelStore.AddAsync(context, LabelKind.Run, entity.Number, run.Labels, cancellationToken);
        return true;
    }

    private async Task<bool> AddAnalysisAsync(StorageContext context, RunId run, ImportedAnalysis analysis, TokenTable? tokens, CancellationToken cancellationToken)
    {
        var target = await context.Runs
            .Where(r => r.Id == run.Value && !r.Deleting)
            .Select(r => new { r.Number, r.Settings, r.Checkpoint!.Layers })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new StorageException("An analysis was not imported: its run was deleted meanwhile; import it again.");
        if (await context.Analyses.AnyAsync(a => a.RunNumber == target.Number && a.Ordinal == analysis.Ordinal, cancellationToken)
            || (analysis.Source is { } source
                && await context.AnalysisSources.AnyAsync(s => s.Sha256 == source.Facts.Sha256 && s.CheckpointKey == source.CheckpointKey, cancellationToken)))
        {
            return false;
        }

        if (!await context.Images.AnyAsync(i => i.Id == analysis.Image.Value, cancellationToken))
        {
            throw new StorageException("An analysis was not imported: its image was deleted meanwhile; import it again.");
        }

        var wanted = RunSettingsJson.Read(target.Settings).Layers ?? [.. Enumerable.Range(0, target.Layers + 1)];
        await InsertAsync(context, target.Number, wanted, analysis, tokens, cancellationToken);
        return true;
    }

    private async Task InsertAsync(
        StorageContext context, long run, IReadOnlyList<int> wanted, ImportedAnalysis analysis, TokenTable? tokens, CancellationToken cancellationToken)
    {
        const int Attempt = 1;
        var isDone = analysis.State == AnalysisState.Done;
        var entity = new AnalysisEntity
        {
            RunNumber = run,
            Ordinal = analysis.Ordinal,
            ImageId = analysis.Image.Value,
            State = analysis.State,
            Attempt = isDone ? Attempt : 0,
            LayersDone = isDone ? wanted.Count : 0,
            LayersTotal = wanted.Count,
            Prompt = analysis.Prompt,
            TrueAnswer = analysis.TrueAnswer,
            Error = analysis.Error,
            AnswerIds = isDone ? MemoryMarshal.AsBytes<int>([.. analysis.AnswerIds]).ToArray() : null,
            AnswerText = analysis.AnswerText,
            QueuedAt = analysis.QueuedAt,
            StartedAt = analysis.StartedAt,
            FinishedAt = analysis.FinishedAt,
            RestGoneAt = isDone ? analysis.RestGoneAt : null,
        };
        context.Analyses.Add(entity);
        await context.SaveChangesAsync(cancellationToken);
        await LabelStore.AddAsync(context, LabelKind.Analysis, entity.Id, analysis.Labels, cancellationToken);
        if (analysis.Source is { } source)
        {
            context.AnalysisSources.Add(new AnalysisSourceEntity
            {
                AnalysisId = entity.Id,
                Sha256 = source.Facts.Sha256,
                CheckpointKey = source.CheckpointKey,
                Details = AnalysisSourceJson.Write(source.Facts),
            });
            await context.SaveChangesAsync(cancellationToken);
        }

        foreach (var (row, values) in analysis.States)
        {
            var state = new HiddenStateEntity
            {
                AnalysisId = entity.Id,
                Attempt = Attempt,
                Segment = row.Segment,
                Layer = row.Layer,
                Positions = row.Positions,
                Width = row.Width,
                Bits = row.Bits,
                Values = values,
            };
            context.HiddenStates.Add(state);
            await context.SaveChangesAsync(cancellationToken);
            context.Entry(state).State = EntityState.Detached;
        }

        if (analysis.Layout is { } layout)
        {
            var readings = PackedReadings.Split(analysis.Packed.Take(wanted.Count), analysis.Packed.Skip(wanted.Count));
            var id = new AnalysisId(entity.Id);
            if (tokens is null)
            {
                await FinishedAnalysis.WriteAsync(context, id, layout, readings, _tokens, cancellationToken, analysis.SharedPositions);
            }
            else
            {
                await FinishedAnalysis.WriteAsync(context, id, layout, readings, tokens, cancellationToken, analysis.SharedPositions);
            }
        }
    }

    /// <summary>Undoes the transaction and says why.</summary>
    private sealed class MisfitException(string message) : Exception(message);
}
