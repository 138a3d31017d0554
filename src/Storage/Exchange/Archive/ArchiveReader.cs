using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Labels;
using LogitLens.Storage.States;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>Reads what <see cref="ArchiveWriter"/> writes, believing nothing: names, sizes, checksums, and that every layer is there.</summary>
/// <remarks>
/// Nothing is unpacked to a disk. Each entry is read no further than the length its manifest gives, which is bounded by what it is, and must then have its
/// checksum. An analysis is written in one transaction after all of it was checked; one that fails leaves the others, and importing the mended archive adds
/// what is missing. Not for use by two threads at once.
/// </remarks>
public sealed class ArchiveReader : IDisposable
{
    private const int MaxFailures = 100;
    private const int LongestName = 1_000;
    private const int LongestText = 1 << 20;

    private static readonly HashSet<string> MediaTypes = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];

    private readonly ZipArchive _zip;
    private readonly string _name;
    private readonly Dictionary<string, ArchiveEntry> _listed;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;

    private ArchiveReader(ZipArchive zip, string name, ArchiveManifest manifest, Dictionary<string, ZipArchiveEntry> entries)
    {
        _zip = zip;
        _name = name;
        _entries = entries;
        Manifest = manifest;
        _listed = manifest.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>What the archive holds.</summary>
    public ArchiveManifest Manifest { get; }

    /// <summary>Analyses in it.</summary>
    public int Analyses => Manifest.Runs.Sum(r => r.Analyses.Count);

    /// <summary>Whether a file begins as a zip does.</summary>
    /// <param name="start">Its first bytes, four or more.</param>
    public static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\u0003\u0004"u8);

    /// <summary>Opens an archive and checks its manifest against its entries.</summary>
    /// <param name="stream">Must seek; stays open, and is read while the archive is imported.</param>
    /// <param name="name">What sentences call it.</param>
    public static Task<ArchiveOpening> OpenAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Task.Run(() => Open(stream, name), cancellationToken);
    }

    /// <summary>Takes everything over that is not there yet; what is there already stays as it is.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="keepImage">Checks a picture's bytes as an upload's and keeps it under the name given; called only for images the database does not have.</param>
    /// <param name="onProgress">Called after each analysis.</param>
    /// <exception cref="StorageException">The database cannot be written; what was imported until then stays.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two analyses; what was imported until then stays.</exception>
    public async Task<ArchiveImportResult> ImportAsync(
        ImportStore store, Func<string, byte[], CancellationToken, Task<KeptImage>> keepImage, Action<ExchangeProgress>? onProgress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keepImage);
        var importing = new Importing(this, store, keepImage, onProgress);
        foreach (var run in Manifest.Runs)
        {
            await importing.AddRunAsync(run, cancellationToken);
        }

        return importing.Result;
    }

    /// <inheritdoc/>
    public void Dispose() => _zip.Dispose();

    private static ArchiveOpening Open(Stream stream, string name)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var (manifest, entries) = Check(zip);
            return new ArchiveOpening(new ArchiveReader(zip, name, manifest, entries), null);
        }
        catch (Exception exception) when (SentenceFor(exception) is { } sentence)
        {
            zip?.Dispose();
            return new ArchiveOpening(null, $"{name}: {sentence}");
        }
    }

    private static (ArchiveManifest Manifest, Dictionary<string, ZipArchiveEntry> Entries) Check(ZipArchive zip)
    {
        if (zip.Entries.Count > ArchiveFormat.MaxEntries)
        {
            throw new ArchiveException($"there are {zip.Entries.Count:N0} entries, but an archive has at most {ArchiveFormat.MaxEntries:N0}; export fewer runs at a time.");
        }

        var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            if (!entries.TryAdd(entry.FullName, entry))
            {
                throw new ArchiveException($"two entries are called {Shown(entry.FullName)}; export it again.");
            }
        }

        if (!entries.Remove(ArchiveFormat.ManifestName, out var manifestEntry))
        {
            throw new ArchiveException("there is no manifest.json in it, so it is no archive of LogitLens or its export was broken off; export it again.");
        }

        var manifest = ReadManifest(manifestEntry);
        CheckNames(manifest, entries);
        CheckFacts(manifest);
        return (manifest, entries);
    }

    private static ArchiveManifest ReadManifest(ZipArchiveEntry entry)
    {
        if (entry.Length > ArchiveFormat.MaxJsonBytes)
        {
            throw new ArchiveException($"its manifest has {entry.Length:N0} bytes, but at most {ArchiveFormat.MaxJsonBytes:N0} are read; export fewer runs at a time.");
        }

        using var stream = entry.Open();
        var bytes = ReadExactly(stream, entry.Length, ArchiveFormat.ManifestName);
        using (var document = JsonDocument.Parse(bytes))
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String || format.GetString() != ArchiveFormat.Name)
            {
                throw new ArchiveException("its manifest is not one of LogitLens; choose an archive that LogitLens has exported.");
            }

            if (!root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number < 1)
            {
                throw new ArchiveException("its manifest names no version; export it again.");
            }

            if (number > ArchiveFormat.Version)
            {
                throw new ArchiveException($"it has version {number}, and this LogitLens reads up to version {ArchiveFormat.Version}; update LogitLens.");
            }
        }

        return JsonSerializer.Deserialize<ArchiveManifest>(bytes, ArchiveFormat.Json) ?? throw new ArchiveException("its manifest is empty; export it again.");
    }

    private static void CheckNames(ArchiveManifest manifest, Dictionary<string, ZipArchiveEntry> entries)
    {
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in manifest.Entries)
        {
            if (!ArchiveFormat.EntryNames().IsMatch(entry.Name))
            {
                throw new ArchiveException($"its manifest lists {Shown(entry.Name)}, which is no name an archive has; export it again.");
            }

            if (!listed.Add(entry.Name))
            {
                throw new ArchiveException($"its manifest lists {entry.Name} twice; export it again.");
            }

            if (!entries.TryGetValue(entry.Name, out var found))
            {
                throw new ArchiveException($"{entry.Name} is missing; copy or export it again.");
            }

            var most = entry.Name.EndsWith(".json", StringComparison.Ordinal) ? ArchiveFormat.MaxJsonBytes
                : entry.Name.EndsWith(".states", StringComparison.Ordinal) ? ArchiveFormat.MaxStatesBytes
                : ArchiveFormat.MaxPictureBytes;
            if (entry.Length < 0 || entry.Length > most)
            {
                throw new ArchiveException($"{entry.Name} has {entry.Length:N0} bytes, but at most {most:N0} are read.");
            }

            if (found.Length != entry.Length)
            {
                throw new ArchiveException($"{entry.Name} has {found.Length:N0} bytes where the manifest says {entry.Length:N0}; copy or export it again.");
            }

            if (!ArchiveFormat.Sha256().IsMatch(entry.Sha256))
            {
                throw new ArchiveException($"the manifest's checksum of {entry.Name} is none; export it again.");
            }
        }

        if (entries.Keys.FirstOrDefault(name => !listed.Contains(name)) is { } extra)
        {
            throw new ArchiveException($"it holds {Shown(extra)}, which its manifest does not list; use the archive as LogitLens wrote it.");
        }
    }

    private static void CheckFacts(ArchiveManifest manifest)
    {
        foreach (var checkpoint in manifest.Checkpoints)
        {
            if (checkpoint.Hash.Length is 0 or > 200 || checkpoint.Name.Length is 0 or > LongestName || checkpoint.ModelType.Length > LongestName || checkpoint.DType.Length > LongestName
                || checkpoint.Layers is < 1 or > ushort.MaxValue || checkpoint.VocabularySize is < 1 or > 16 << 20 || checkpoint.StoredBytes < 0 || checkpoint.Details.Length > LongestText)
            {
                throw new ArchiveException($"the facts of checkpoint {Shown(checkpoint.Name)} are out of range; export it again.");
            }
        }

        foreach (var image in manifest.Images)
        {
            if (!ArchiveFormat.Sha256().IsMatch(image.Sha256) || image.Name.Length is 0 or > LongestName || !MediaTypes.Contains(image.MediaType) || !LabelText.IsAcceptable(image.Labels))
            {
                throw new ArchiveException($"the facts of image {Shown(image.Name)} are out of range; export it again.");
            }
        }

        RequireUnique(manifest.Checkpoints.Select(c => c.Hash), "checkpoint");
        RequireUnique(manifest.Images.Select(i => i.Sha256), "image");
        RequireUnique(manifest.Runs.Select(r => r.Id), "run");
        var checkpoints = manifest.Checkpoints.Select(c => c.Hash).ToHashSet(StringComparer.Ordinal);
        var entries = manifest.Entries.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var run in manifest.Runs)
        {
            if (!ArchiveFormat.RunIds().IsMatch(run.Id) || run.Name.Length is 0 or > LongestName || run.Provenance.Length > LongestText || (run.Prompt?.Length ?? 0) > LongestText
                || run.Settings.TopK is < 1 or > ushort.MaxValue || run.Settings.AnswerTokens is < 0 or > ushort.MaxValue || run.Settings.Lens != "logit"
                || run.IndexThreshold is not (null or (>= 0 and <= double.MaxValue)) || !IsRule(run.Retention) || !LabelText.IsAcceptable(run.Labels))
            {
                throw new ArchiveException($"the facts of run {Shown(run.Name)} are out of range, or of a kind this LogitLens does not know; update LogitLens or export it again.");
            }

            if (!checkpoints.Contains(run.Checkpoint))
            {
                throw new ArchiveException($"run {Shown(run.Name)} is of a checkpoint that is not in it; export it again.");
            }

            RequireUnique(run.Analyses.Select(a => $"{a.Ordinal}"), "analysis");
            foreach (var analysis in run.Analyses)
            {
                if (analysis.Ordinal < 0 || !entries.Contains(analysis.Record) || (analysis.Readings is { } readings && !entries.Contains(readings))
                    || (analysis.States is { } states && !entries.Contains(states)))
                {
                    throw new ArchiveException($"analysis {analysis.Ordinal} of run {Shown(run.Name)} is listed without its entries; export it again.");
                }
            }
        }

        if (manifest.Checkpoints.Any(c => !entries.Contains(c.Tokens)) || manifest.Images.Any(i => !entries.Contains(i.Content)))
        {
            throw new ArchiveException("a checkpoint's token table or an image is listed without its entry; export it again.");
        }
    }

    private static bool IsRule(RunRetention? retention) => retention is null
        || (Enum.IsDefined(retention.Kind) && (retention.Kind == RetentionKind.Days ? retention.Days is >= 0 and <= RunRetention.MostDays : retention.Days is null));

    private static void RequireUnique(IEnumerable<string> values, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (values.FirstOrDefault(value => !seen.Add(value)) is { } twice)
        {
            throw new ArchiveException($"the {what} {Shown(twice)} is listed twice; export it again.");
        }
    }

    private static byte[] ReadExactly(Stream stream, long length, string name)
    {
        // Grows with what really comes: a length alone costs no memory.
        using var bytes = new MemoryStream((int)Math.Min(length, 1 << 20));
        var buffer = new byte[81_920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (bytes.Length + read > length)
            {
                throw new ArchiveException($"{name} goes on after the {length:N0} bytes it should have; copy or export it again.");
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.Length == length
            ? bytes.ToArray()
            : throw new ArchiveException($"{name} ends after {bytes.Length:N0} of its {length:N0} bytes; copy or export it again.");
    }

    private static string Shown(string text) => $"\"{new string([.. text.Take(80).Select(c => char.IsControl(c) ? '?' : c)])}{(text.Length > 80 ? "…" : "")}\"";

    /// <summary>A sentence for what a damaged or hostile file makes the readers below throw; null for bugs of ours.</summary>
    private static string? SentenceFor(Exception exception) => exception switch
    {
        ArchiveException => exception.Message,
        JsonException => $"its JSON cannot be read ({exception.Message.Split('.')[0]}); export it again.",
        InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or OverflowException =>
            $"it is no zip, damaged or cut short ({exception.Message.TrimEnd('.')}); copy or export it again.",
        IOException => $"it cannot be read ({exception.Message.TrimEnd('.')}); copy it again.",
        _ => null,
    };

    private byte[] Read(string name)
    {
        var listed = _listed[name];
        using var stream = _entries[name].Open();
        var bytes = ReadExactly(stream, listed.Length, name);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == listed.Sha256
            ? bytes
            : throw new ArchiveException($"{name} does not have the checksum its manifest gives; copy or export it again.");
    }

    /// <summary>Hidden states, one in memory at a time; after the last one the checksum is compared.</summary>
    private IEnumerable<ImportedState> ReadStates(string name, IReadOnlyList<HiddenStateRow> rows)
    {
        using var stream = _entries[name].Open();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
        {
            var values = new byte[row.Bytes];
            stream.ReadExactly(values);
            hash.AppendData(values);
            yield return new ImportedState(row, values);
        }

        if (stream.ReadByte() >= 0 || Convert.ToHexStringLower(hash.GetHashAndReset()) != _listed[name].Sha256)
        {
            throw new ArchiveException($"{name} does not have the checksum its manifest gives; copy or export it again.");
        }
    }

    private T Read<T>(string name)
        where T : class => JsonSerializer.Deserialize<T>(Read(name), ArchiveFormat.Json) ?? throw new ArchiveException($"{name} is empty; export it again.");

    /// <summary>One import.</summary>
    private sealed class Importing(
        ArchiveReader archive, ImportStore store, Func<string, byte[], CancellationToken, Task<KeptImage>> keepImage, Action<ExchangeProgress>? onProgress)
    {
        private readonly Dictionary<string, CheckpointRow> _checkpoints = new(StringComparer.Ordinal);
        private readonly Dictionary<string, ImageId> _images = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
        private readonly List<RunId> _runs = [];
        private readonly List<string> _failures = [];
        private int _failureCount;
        private int _runsAdded;
        private int _added;
        private int _known;
        private int _done;
        private long _bytes;

        public ArchiveImportResult Result => new(_runs, _runsAdded, _added, _known, _failures, _failureCount);

        public async Task AddRunAsync(ArchivedRun run, CancellationToken cancellationToken)
        {
            var id = new RunId(Guid.ParseExact(run.Id, "N"));
            CheckpointRow checkpoint;
            try
            {
                checkpoint = await AddCheckpointAsync(run.Checkpoint, cancellationToken);
                RequireSettings(run, checkpoint);
            }
            catch (Exception exception) when (SentenceFor(exception) is { } sentence)
            {
                Fail($"run {Shown(run.Name)}: {sentence}");
                Step(run.Analyses.Count);
                return;
            }

            var isNew = await store.AddRunAsync(
                new ImportedRun(id, run.Name, checkpoint.Id, run.Settings, run.Provenance, run.Prompt, run.CreatedAt)
                {
                    IndexThreshold = run.IndexThreshold,
                    Retention = run.Retention ?? RunRetention.Default,
                    Labels = run.Labels ?? SubjectLabels.None,
                },
                cancellationToken);
            if (isNew is null)
            {
                Fail($"run {Shown(run.Name)}: the database has a run of the same id and other settings; it cannot be the same run, and that one was left as it is.");
                Step(run.Analyses.Count);
                return;
            }

            _runsAdded += isNew.Value ? 1 : 0;

            _runs.Add(id);
            foreach (var analysis in run.Analyses)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    await AddAnalysisAsync(run, id, checkpoint, analysis, cancellationToken);
                }
                catch (Exception exception) when (SentenceFor(exception) is { } sentence)
                {
                    Fail($"analysis {analysis.Ordinal} of run {Shown(run.Name)}: {sentence}");
                }

                Step(1);
            }
        }

        private async Task<CheckpointRow> AddCheckpointAsync(string hash, CancellationToken cancellationToken)
        {
            if (_checkpoints.TryGetValue(hash, out var known))
            {
                return known;
            }

            var facts = archive.Manifest.Checkpoints.Single(c => c.Hash == hash);
            var tokens = await Task.Run(() => archive.Read<List<TokenRow>>(facts.Tokens), cancellationToken);
            for (var place = 0; place < tokens.Count; place++)
            {
                // Anything else would give readings other words than they had.
                if (tokens[place].Id < 0 || (place > 0 && tokens[place].Id <= tokens[place - 1].Id)
                    || tokens[place].Piece is null || tokens[place].Text is null || tokens[place].Display is null)
                {
                    throw new ArchiveException($"the token table of {Shown(facts.Name)} is out of order at row {place}; export it again.");
                }
            }

            var (row, misfit) = await store.JoinCheckpointAsync(
                new NewCheckpoint(facts.Hash, facts.Name, string.Empty, facts.ModelType, facts.Layers, facts.VocabularySize, facts.DType, facts.StoredBytes, facts.Details, tokens),
                cancellationToken);
            if (row is null)
            {
                throw new ArchiveException(misfit!);
            }

            _checkpoints.Add(hash, row);
            return row;
        }

        private static void RequireSettings(ArchivedRun run, CheckpointRow checkpoint)
        {
            var layers = run.Settings.Layers;
            if (layers is not null && (layers.Count == 0 || layers.Any(l => l < 0 || l > checkpoint.Layers) || !layers.SequenceEqual(layers.Distinct().Order())))
            {
                throw new ArchiveException("its list of layers is out of order or names layers the checkpoint does not have; export it again.");
            }

            if (run.Settings.TrackedTokens is { } tracked && tracked.Any(t => t < 0 || t >= checkpoint.VocabularySize))
            {
                throw new ArchiveException("it tracks tokens the checkpoint does not have; export it again.");
            }
        }

        private async Task AddAnalysisAsync(
            ArchivedRun run, RunId id, CheckpointRow checkpoint, ArchivedAnalysisEntries entries, CancellationToken cancellationToken)
        {
            var (record, packed) = await Task.Run(() => ReadAnalysis(run, checkpoint, entries), cancellationToken);
            var image = await AddImageAsync(record.Image, cancellationToken);
            var isNew = await store.AddAnalysisAsync(
                id,
                new ImportedAnalysis(
                    record.Ordinal,
                    image,
                    record.Prompt,
                    record.TrueAnswer,
                    record.State,
                    record.Error,
                    record.AnswerIds,
                    record.AnswerText,
                    record.QueuedAt,
                    record.StartedAt,
                    record.FinishedAt,
                    record.Layout,
                    packed)
                {
                    RestGoneAt = record.RestGoneAt,
                    SharedPositions = record.SharedPositions,
                    Source = record.Source,
                    Labels = record.Labels ?? SubjectLabels.None,
                    States = entries.States is { } states ? archive.ReadStates(states, record.States!) : [],
                },
                cancellationToken);
            if (isNew)
            {
                _added++;
            }
            else
            {
                _known++;
            }
        }

        private (ArchivedAnalysis Record, IReadOnlyList<byte[]> Packed) ReadAnalysis(ArchivedRun run, CheckpointRow checkpoint, ArchivedAnalysisEntries entries)
        {
            var record = archive.Read<ArchivedAnalysis>(entries.Record);
            if (record.Ordinal != entries.Ordinal || record.Prompt.Length > LongestText || (record.TrueAnswer?.Length ?? 0) > LongestText
                || (record.Error?.Length ?? 0) > LongestText || (record.AnswerText?.Length ?? 0) > LongestText
                || record.State is not (AnalysisState.Done or AnalysisState.Failed or AnalysisState.Cancelled)
                || record.AnswerIds.Any(token => token < 0 || token >= checkpoint.VocabularySize) || !LabelText.IsAcceptable(record.Labels))
            {
                throw new ArchiveException($"{entries.Record} has facts that are out of range; export it again.");
            }

            if ((record.State == AnalysisState.Done) != (entries.Readings is not null) || (record.State == AnalysisState.Done) != (record.Layout is not null))
            {
                throw new ArchiveException("it is done without its readings, or has readings without being done; export it again.");
            }

            RequireStates(record, entries, run.Settings);
            if (record.Source is { } source
                && (source.CheckpointKey.Length > LongestName || source.Facts.File.Length > LongestName || source.Facts.Form.Length > LongestName
                    || !ArchiveFormat.Sha256().IsMatch(source.Facts.Sha256) || source.Facts.Notes.Sum(note => (long)note.Length) > LongestText))
            {
                throw new ArchiveException($"{entries.Record} names a source that is out of range; export it again.");
            }

            if (record.SharedPositions < 0 || record.SharedPositions >= (record.Layout?.Positions?.Count ?? 1))
            {
                throw new ArchiveException($"{entries.Record} shares {record.SharedPositions} positions, which is out of range; export it again.");
            }

            if (record.Layout is not { } layout)
            {
                return (record, []);
            }

            if (layout.Positions is null || layout.Positions.Count is 0 or > ArchiveFormat.MaxPositions || layout.OriginalWidth < 1 || layout.OriginalHeight < 1
                || layout.Positions.Any(p => p.Id < 0 || p.Kind > 3))
            {
                throw new ArchiveException($"{entries.Record} has a layout that is out of range; export it again.");
            }

            var bytes = archive.Read(entries.Readings!);
            _bytes += bytes.LongLength;
            return (record, PackedLayers.Split(bytes, run.Settings, checkpoint, layout.Positions.Count, record.AnswerIds.Count));
        }

        private void RequireStates(ArchivedAnalysis record, ArchivedAnalysisEntries entries, RunSettings settings)
        {
            if ((record.States is { Count: > 0 }) != (entries.States is not null) || (record.States is not null && record.State != AnalysisState.Done))
            {
                throw new ArchiveException("hidden states are named without their entry, or the entry without them; export it again.");
            }

            if (record.States is not { } states)
            {
                return;
            }

            if (settings.KeptStates is not { } kept
                || states.Any(s => !Enum.IsDefined(s.Segment) || !kept.Layers.Contains(s.Layer) || s.Bits != kept.Bits || s.Bits is not (16 or 32)
                    || s.Positions is < 1 or > ArchiveFormat.MaxPositions || s.Width is < 1 or > 1 << 20 || s.Bytes > ArchiveFormat.MaxStateBytes)
                || states.DistinctBy(s => (s.Segment, s.Layer)).Count() != states.Count
                || states.Sum(s => s.Bytes) != archive._listed[entries.States!].Length)
            {
                throw new ArchiveException($"{entries.States} is not what the run was told to keep of hidden states; export it again.");
            }
        }

        private async Task<ImageId> AddImageAsync(string sha256, CancellationToken cancellationToken)
        {
            if (_images.TryGetValue(sha256, out var known))
            {
                return known;
            }

            if (_refused.TryGetValue(sha256, out var refused))
            {
                throw new ArchiveException(refused);
            }

            var facts = archive.Manifest.Images.FirstOrDefault(i => i.Sha256 == sha256)
                ?? throw new ArchiveException("its image is not in the archive; export it again.");
            var id = await store.FindImageAsync(sha256, cancellationToken);
            if (id is null)
            {
                var bytes = await Task.Run(() => archive.Read(facts.Content), cancellationToken);
                _bytes += bytes.LongLength;
                if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != sha256)
                {
                    throw new ArchiveException($"the bytes of image {Shown(facts.Name)} are not those of its SHA-256; copy or export it again.");
                }

                var kept = await keepImage(facts.Name, bytes, cancellationToken);
                if (kept.Image is null)
                {
                    refused = $"its image {Shown(facts.Name)} is refused: {kept.Error}";
                    _refused.Add(sha256, refused);
                    throw new ArchiveException(refused);
                }

                id = kept.Image.Id;
            }

            if (facts.Labels is { } labels)
            {
                await store.AddLabelsAsync(id.Value, labels, cancellationToken);
            }

            _images.Add(sha256, id.Value);
            return id.Value;
        }

        private void Fail(string sentence)
        {
            _failureCount++;
            if (_failures.Count < MaxFailures)
            {
                _failures.Add($"{archive._name}, {sentence}");
            }
        }

        private void Step(int analyses)
        {
            _done += analyses;
            onProgress?.Invoke(new ExchangeProgress(_done, archive.Analyses, _bytes));
        }
    }
}
