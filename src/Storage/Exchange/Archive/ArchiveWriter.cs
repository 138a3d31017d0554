using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Labels;
using LogitLens.Storage.States;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>
/// Writes runs with their images, token tables and readings as one zip that another LogitLens imports without loss. The same data make the same bytes: no
/// time of writing and no id of this database stands in it.
/// </summary>
/// <remarks>
/// It streams: one analysis is in memory at a time, and each is read in a snapshot of its own, so that an export of hours neither keeps the write-ahead log
/// from being folded back nor blocks a writer. What is deleted meanwhile is left out. Entries are written synchronously.
/// </remarks>
public sealed class ArchiveWriter
{
    private const int PageSize = 200;

    private readonly RunStore _runs;
    private readonly CheckpointStore _checkpoints;
    private readonly ImageStore _images;
    private readonly ReadingStore _readings;
    private readonly HiddenStateStore _states;
    private readonly LabelStore _labels;

    internal ArchiveWriter(RunStore runs, CheckpointStore checkpoints, ImageStore images, ReadingStore readings, HiddenStateStore states, LabelStore labels)
    {
        _runs = runs;
        _checkpoints = checkpoints;
        _images = images;
        _readings = readings;
        _states = states;
        _labels = labels;
    }

    /// <summary>Writes an archive.</summary>
    /// <param name="output">Where it goes; need not seek; stays open.</param>
    /// <param name="chosen">Runs in the order they get; one named twice is written once. Runs that are unknown are left out.</param>
    /// <param name="onProgress">Called after each analysis.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task WriteAsync(Stream output, IReadOnlyList<ArchiveSelection> chosen, Action<ExchangeProgress>? onProgress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(chosen);
        return Task.Run(
            async () =>
            {
                var writing = new Writing(output, onProgress);
                try
                {
                    await WriteAsync(writing, chosen, cancellationToken);
                }
                finally
                {
                    writing.Dispose();
                }
            },
            cancellationToken);
    }

    private async Task WriteAsync(Writing writing, IReadOnlyList<ArchiveSelection> chosen, CancellationToken cancellationToken)
    {
        var runs = new List<(RunRow Row, ArchiveSelection Chosen)>();
        foreach (var selection in chosen.DistinctBy(c => c.Run))
        {
            if (await _runs.FindAsync(selection.Run, cancellationToken) is { } row)
            {
                runs.Add((row, selection));
                writing.Total += selection.Analyses?.Count ?? row.Counts.Total;
            }
        }

        foreach (var checkpoint in runs.Select(r => r.Row.Checkpoint).DistinctBy(c => c.Hash))
        {
            var name = ArchiveFormat.TokensName(writing.Checkpoints.Count + 1);
            var tokens = await _checkpoints.ReadTokensAsync(checkpoint.Hash, cancellationToken);
            var details = await _checkpoints.ReadDetailsAsync(checkpoint.Hash, cancellationToken) ?? "{}";
            writing.AddJson(name, tokens);
            writing.Checkpoints.Add(new ArchivedCheckpoint(
                checkpoint.Hash,
                checkpoint.Name,
                checkpoint.ModelType,
                checkpoint.Layers,
                checkpoint.VocabularySize,
                checkpoint.DType,
                checkpoint.StoredBytes,
                details,
                name));
        }

        foreach (var (row, selection) in runs)
        {
            await WriteRunAsync(writing, row, selection, cancellationToken);
        }

        writing.Finish();
    }

    private async Task WriteRunAsync(Writing writing, RunRow run, ArchiveSelection chosen, CancellationToken cancellationToken)
    {
        var written = new List<ArchivedAnalysisEntries>();
        for (var skip = 0; ; skip += PageSize)
        {
            var page = await _runs.ListAnalysesAsync(run.Id, null, skip, PageSize, cancellationToken);
            foreach (var row in page.Items.Where(a => chosen.Analyses?.Contains(a.Id) ?? true))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await WriteAnalysisAsync(writing, row.Id, cancellationToken) is { } entries)
                {
                    written.Add(entries);
                }

                writing.Step();
            }

            if (page.Items.Count < PageSize)
            {
                break;
            }
        }

        writing.Runs.Add(new ArchivedRun(
            run.Id.ToString(), run.Name, run.Checkpoint.Hash, run.Settings, run.Provenance, run.Prompt, run.CreatedAt, written, run.IndexThreshold, run.Retention,
            await LabelsOfAsync(LabelSubject.Of(run.Id), cancellationToken)));
    }

    private async Task<ArchivedAnalysisEntries?> WriteAnalysisAsync(Writing writing, AnalysisId id, CancellationToken cancellationToken)
    {
        if (await _runs.FindAnalysisAsync(id, cancellationToken) is not { } detail
            || !await WriteImageAsync(writing, detail.Image, cancellationToken))
        {
            return null;
        }

        var row = detail.Row;
        var isDone = row.State == AnalysisState.Done;
        var state = isDone || row.State == AnalysisState.Failed ? row.State : AnalysisState.Cancelled;
        var kept = isDone ? await _states.ListAsync(id, cancellationToken) : [];
        var record = new ArchivedAnalysis(
            row.Ordinal,
            detail.Image.Sha256,
            row.Prompt,
            row.TrueAnswer,
            state,
            row.Error,
            isDone ? detail.AnswerIds : [],
            isDone ? row.AnswerText : null,
            row.QueuedAt,
            row.StartedAt,
            row.FinishedAt,
            isDone ? detail.Layout : null,
            row.RestGoneAt,
            await _runs.FindSourceAsync(id, cancellationToken),
            kept.Count == 0 ? null : kept,
            isDone ? detail.SharedPositions : 0,
            await LabelsOfAsync(LabelSubject.Of(id), cancellationToken));
        var run = row.Run.ToString();
        string? readings = null;
        if (isDone)
        {
            var packed = await _readings.ReadAsync(id, 0, cancellationToken);
            if (packed.Count == 0)
            {
                return null;
            }

            readings = ArchiveFormat.ReadingsName(run, row.Ordinal);
            writing.Add(readings, CompressionLevel.Optimal, stream =>
            {
                foreach (var layer in packed)
                {
                    stream.Write(layer);
                }
            });
        }

        string? states = null;
        if (kept.Count > 0)
        {
            states = ArchiveFormat.StatesName(run, row.Ordinal);
            if (!await WriteStatesAsync(writing, states, id, kept, cancellationToken))
            {
                return null;
            }
        }

        var name = ArchiveFormat.RecordName(run, row.Ordinal);
        writing.AddJson(name, record);
        return new ArchivedAnalysisEntries(row.Ordinal, name, readings, states);
    }

    /// <summary>Writes hidden states, a layer at a time; false if the analysis was deleted meanwhile.</summary>
    private async Task<bool> WriteStatesAsync(Writing writing, string name, AnalysisId id, IReadOnlyList<HiddenStateRow> rows, CancellationToken cancellationToken)
    {
        var isWhole = true;
        await writing.AddAsync(name, CompressionLevel.Fastest, async stream =>
        {
            foreach (var row in rows)
            {
                var values = await _states.ReadAsync(id, row.Segment, row.Layer, cancellationToken);
                if (values?.LongLength != row.Bytes)
                {
                    isWhole = false;
                    return;
                }

                stream.Write(values);
            }
        });
        return isWhole;
    }

    /// <summary>Writes the image if it has not been written; false if it is no longer there.</summary>
    private async Task<bool> WriteImageAsync(Writing writing, ImageRow image, CancellationToken cancellationToken)
    {
        if (writing.Images.ContainsKey(image.Sha256))
        {
            return true;
        }

        if (await _images.ReadAsync(image.Id, cancellationToken) is not { } file)
        {
            return false;
        }

        // Pictures are compressed as they are.
        var name = ArchiveFormat.ImageName(image.Sha256);
        writing.Add(name, CompressionLevel.NoCompression, stream => stream.Write(file.Bytes));
        writing.Images.Add(
            image.Sha256,
            new ArchivedImage(image.Sha256, image.Name, image.MediaType, image.Width, image.Height, image.ExifOrientation, file.Bytes.LongLength, name, await LabelsOfAsync(LabelSubject.Of(image.Id), cancellationToken)));
        return true;
    }

    private async Task<SubjectLabels?> LabelsOfAsync(LabelSubject subject, CancellationToken cancellationToken) =>
        await _labels.FindAsync(subject, cancellationToken) is { IsEmpty: false } labels ? labels : null;

    /// <summary>The archive as far as it is written.</summary>
    private sealed class Writing(Stream output, Action<ExchangeProgress>? onProgress) : IDisposable
    {
        // The earliest time a zip can name: when something was exported is no part of what was.
        private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private static readonly string WrittenBy =
            $"LogitLens {typeof(ArchiveWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

        private readonly ZipArchive _zip = new(output, ZipArchiveMode.Create, leaveOpen: true);
        private readonly List<ArchiveEntry> _entries = [];
        private int _done;
        private long _bytes;

        public int Total { get; set; }

        public List<ArchivedCheckpoint> Checkpoints { get; } = [];

        /// <summary>By SHA-256, in the order they were written.</summary>
        public OrderedDictionary<string, ArchivedImage> Images { get; } = [];

        public List<ArchivedRun> Runs { get; } = [];

        public void AddJson<T>(string name, T value) => Add(name, CompressionLevel.Optimal, stream => JsonSerializer.Serialize(stream, value, ArchiveFormat.Json));

        public void Add(string name, CompressionLevel level, Action<Stream> write)
        {
            var entry = _zip.CreateEntry(name, level);
            entry.LastWriteTime = Time;
            using var target = entry.Open();
            using var hashing = new HashingStream(target);
            write(hashing);
            _bytes += hashing.Length;
            _entries.Add(new ArchiveEntry(name, hashing.Length, hashing.Finish()));
        }

        public async Task AddAsync(string name, CompressionLevel level, Func<Stream, Task> write)
        {
            var entry = _zip.CreateEntry(name, level);
            entry.LastWriteTime = Time;
            using var target = entry.Open();
            using var hashing = new HashingStream(target);
            await write(hashing);
            _bytes += hashing.Length;
            _entries.Add(new ArchiveEntry(name, hashing.Length, hashing.Finish()));
        }

        public void Step() => onProgress?.Invoke(new ExchangeProgress(++_done, Math.Max(Total, _done), _bytes));

        public void Finish()
        {
            List<ArchiveEntry> entries = [.. _entries];
            AddJson(
                ArchiveFormat.ManifestName,
                new ArchiveManifest(ArchiveFormat.Name, ArchiveFormat.Version, WrittenBy, Checkpoints, [.. Images.Values], Runs, entries));
        }

        /// <summary>Ends the zip; without its manifest, if the writing was broken off, no reader takes it.</summary>
        public void Dispose() => _zip.Dispose();
    }
}
