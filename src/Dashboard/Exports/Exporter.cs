using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Inference.Imaging;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Exchange.Documents;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Exchange.Export.Maps;
using LogitLens.Storage.States;

namespace LogitLens.Dashboard.Exports;

/// <summary>Exports in every form, for the dashboard, the interface and the command line alike.</summary>
/// <remarks>
/// Tables and archives are one file however many analyses there are. The other forms have a file per analysis: for several they come as a zip, and what could
/// not be written is named in its <c>left-out.txt</c>. Analyses are read one at a time, so memory stays that of one.
/// </remarks>
internal sealed class Exporter(
    RunStore runs, ReadingStore readings, CheckpointStore checkpoints, ImageStore images, ExportReader reader, ArchiveWriter archives, HiddenStateStore states)
{
    /// <summary>Checks a request and names its file.</summary>
    /// <exception cref="RefusedInputException">It cannot be had in that form.</exception>
    /// <exception cref="ExportRefusedException">What was asked for is not there, or nothing of it is done.</exception>
    public async Task<PreparedExport> PrepareAsync(ExportRequest request, CancellationToken cancellationToken)
    {
        var subject = await SubjectAsync(request.Scope, cancellationToken);
        if (request.Format == ExportFormat.Archive)
        {
            return await PrepareArchiveAsync(request.Scope, subject, cancellationToken);
        }

        var ids = await reader.ListAsync(request.Scope, cancellationToken);
        if (ids.Count == 0)
        {
            throw new ExportRefusedException($"{subject} holds no analysis that is done, so there is nothing to export yet: wait for it, or retry what failed.", isMissing: false);
        }

        var isSingle = request.Scope is { Runs.Count: 0, Analyses.Count: 1 };
        if (isSingle && request.Format is ExportFormat.Csv or ExportFormat.Parquet && !await IsDoneAsync(ids[0], cancellationToken))
        {
            throw NotDone(ids[0]);
        }

        switch (request.Format)
        {
            case ExportFormat.Csv:
                return new PreparedExport(
                    $"{subject}.{Words(request.Table.Table)}.csv", "text/csv; charset=utf-8", ids.Count, (output, progress, token) => CsvExport.WriteAsync(output, ReadAsync(ids, progress, token), request.Table, token));
            case ExportFormat.Parquet:
                return new PreparedExport(
                    $"{subject}.{Words(request.Table.Table)}.parquet", "application/vnd.apache.parquet", ids.Count, (output, progress, token) => ParquetExport.WriteAsync(output, ReadAsync(ids, progress, token), request.Table, token));
            case ExportFormat.Safetensors:
                return await PrepareStatesAsync(subject, ids, isSingle, cancellationToken);
            default:
                return isSingle ? await PrepareSingleAsync(request, ids[0], cancellationToken) : PrepareZip(request, subject, ids);
        }
    }

    private static ExportRefusedException NotDone(AnalysisId id) => new($"Analysis {id} is not done, so there is nothing to export yet: wait for it, or retry it.", isMissing: false);

    private async Task<bool> IsDoneAsync(AnalysisId id, CancellationToken cancellationToken) =>
        await runs.FindAnalysisAsync(id, cancellationToken) is { Row.State: AnalysisState.Done };

    private static string Words(TableKind table) => table == TableKind.Best ? "best-layers" : "readings";

    private static (string Extension, string MediaType) FormOf(ExportRequest request) => request.Format switch
    {
        ExportFormat.Json => ("json", "application/json"),
        ExportFormat.Png => ($"{MapName(request.Map)}.png", "image/png"),
        ExportFormat.Svg => ($"{MapName(request.Map)}.svg", "image/svg+xml"),
        ExportFormat.Html => ("html", "text/html; charset=utf-8"),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Format, "A format without files of its own."),
    };

    private static string MapName(MapOptions map)
    {
        var kind = map.Kind == MapKind.Best ? "best-layer" : map.Kind.ToString().ToLowerInvariant();
        return map.Layer is { } layer && map.Kind != MapKind.Best ? $"{kind}-{(layer == 0 ? "emb" : layer)}" : kind;
    }

    /// <summary>What the file is called after.</summary>
    private async Task<string> SubjectAsync(ExportScope scope, CancellationToken cancellationToken)
    {
        if (scope.Runs.Count + scope.Analyses.Count == 0)
        {
            throw new RefusedInputException("Nothing was chosen for the export: name runs or analyses.");
        }

        RunRow? first = null;
        foreach (var run in scope.Runs)
        {
            first = await runs.FindAsync(run, cancellationToken) is { } row
                ? first ?? row
                : throw new ExportRefusedException($"There is no run {run}: it may have been deleted.", isMissing: true);
        }

        AnalysisDetail? analysis = null;
        foreach (var id in scope.Analyses)
        {
            analysis = await runs.FindAnalysisAsync(id, cancellationToken) is { } detail
                ? detail
                : throw new ExportRefusedException($"There is no analysis {id}: it may have been deleted with its run.", isMissing: true);
        }

        return (scope.Runs.Count, scope.Analyses.Count) switch
        {
            (0, 1) => FileNames.OfImage(analysis!.Image.Name),
            (1, 0) => FileNames.Clean(first!.Name),
            (_, 0) => $"{scope.Runs.Count} runs",
            (0, _) => $"{scope.Analyses.Count} analyses",
            _ => "selection",
        };
    }

    private async Task<PreparedExport> PrepareArchiveAsync(ExportScope scope, string subject, CancellationToken cancellationToken)
    {
        var chosen = scope.Runs.Select(run => new ArchiveSelection(run)).ToList();
        var single = new Dictionary<RunId, List<AnalysisId>>();
        foreach (var id in scope.Analyses)
        {
            var detail = await runs.FindAnalysisAsync(id, cancellationToken);
            if (detail is not null && !scope.Runs.Contains(detail.Run.Id))
            {
                if (!single.TryGetValue(detail.Run.Id, out var list))
                {
                    single.Add(detail.Run.Id, list = []);
                }

                list.Add(id);
            }
        }

        chosen.AddRange(single.Select(run => new ArchiveSelection(run.Key, run.Value)));
        return new PreparedExport($"{subject}.logitlens.zip", "application/zip", chosen.Count, (output, progress, token) => archives.WriteAsync(output, chosen, progress, token));
    }

    private async Task<PreparedExport> PrepareSingleAsync(ExportRequest request, AnalysisId id, CancellationToken cancellationToken)
    {
        var (extension, mediaType) = FormOf(request);

        // Made before anything is sent, so that a refusal is one.
        var (analysis, bytes) = await WriteOneAsync(request, id, cancellationToken)
            ?? throw NotDone(id);
        return new PreparedExport(
            $"{FileNames.OfImage(analysis.Image.Name)}.{extension}",
            mediaType,
            1,
            async (output, progress, token) =>
            {
                await output.WriteAsync(bytes, token);
                progress(new ExchangeProgress(1, 1, bytes.LongLength));
            });
    }

    private async Task<PreparedExport> PrepareStatesAsync(string subject, IReadOnlyList<AnalysisId> ids, bool isSingle, CancellationToken cancellationToken)
    {
        // One run keeps them or not; of a selection those that have some are written.
        var kept = new List<AnalysisId>();
        foreach (var id in ids)
        {
            if ((await states.ListAsync(id, cancellationToken)).Count > 0)
            {
                kept.Add(id);
            }
        }

        if (kept.Count == 0)
        {
            throw isSingle && !await IsDoneAsync(ids[0], cancellationToken)
                ? NotDone(ids[0])
                : new ExportRefusedException($"{subject} has no hidden states, for its run was not told to keep them: start a run with \"Hidden states of layers\" (--keep-states).", isMissing: true);
        }

        return isSingle
            ? new PreparedExport($"{subject}.safetensors", "application/octet-stream", 1, (output, progress, token) => WriteStatesAsync(output, kept[0], progress, token))
            : new PreparedExport($"{subject}.safetensors.zip", "application/zip", kept.Count, (output, progress, token) => WriteStatesZipAsync(output, kept, progress, token));
    }

    private async Task WriteStatesAsync(Stream output, AnalysisId id, Action<ExchangeProgress> progress, CancellationToken cancellationToken)
    {
        if (await runs.FindAnalysisAsync(id, cancellationToken) is { } analysis && await states.ListAsync(id, cancellationToken) is { Count: > 0 } rows)
        {
            await SafetensorsExport.WriteAsync(output, analysis, rows, states, cancellationToken);
            progress(new ExchangeProgress(1, 1, rows.Sum(row => row.Bytes)));
        }
    }

    private async Task WriteStatesZipAsync(Stream output, List<AnalysisId> ids, Action<ExchangeProgress> progress, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        for (var done = 0; done < ids.Count; done++)
        {
            if (await runs.FindAnalysisAsync(ids[done], cancellationToken) is { } analysis)
            {
                // Floating-point noise does not compress.
                using var stream = zip.CreateEntry($"{Unique(FileNames.OfImage(analysis.Image.Name), names)}.safetensors", CompressionLevel.NoCompression).Open();
                await WriteStatesAsync(stream, ids[done], _ => { }, cancellationToken);
            }

            progress(new ExchangeProgress(done + 1, ids.Count, 0));
        }
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        var candidate = name;
        for (var number = 2; !taken.Add(candidate); number++)
        {
            candidate = $"{name}-{number}";
        }

        return candidate;
    }

    private PreparedExport PrepareZip(ExportRequest request, string subject, IReadOnlyList<AnalysisId> ids) => new(
        $"{subject}.{FormOf(request).Extension}.zip", "application/zip", ids.Count, (output, progress, token) => WriteZipAsync(request, ids, output, progress, token));

    private async Task WriteZipAsync(ExportRequest request, IReadOnlyList<AnalysisId> ids, Stream output, Action<ExchangeProgress> progress, CancellationToken cancellationToken)
    {
        var (extension, mediaType) = FormOf(request);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var leftOut = new StringBuilder();
        var written = 0L;
        using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        for (var done = 0; done < ids.Count; done++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await WriteOneAsync(request, ids[done], cancellationToken) is var (analysis, bytes))
                {
                    var name = Unique(FileNames.OfImage(analysis.Image.Name), names);
                    var level = mediaType == "image/png" ? CompressionLevel.NoCompression : CompressionLevel.Fastest;
                    using var stream = zip.CreateEntry($"{name}.{extension}", level).Open();
                    await stream.WriteAsync(bytes, cancellationToken);
                    written += bytes.LongLength;
                }
            }
            catch (RefusedInputException refused)
            {
                leftOut.Append(refused.Message).Append('\n');
            }

            progress(new ExchangeProgress(done + 1, ids.Count, written));
        }

        if (leftOut.Length > 0)
        {
            using var stream = zip.CreateEntry("left-out.txt").Open();
            stream.Write(Encoding.UTF8.GetBytes(leftOut.ToString()));
        }
    }

    /// <summary>One analysis' file; null if it is no longer there.</summary>
    private async Task<(AnalysisDetail Analysis, byte[] Bytes)?> WriteOneAsync(ExportRequest request, AnalysisId id, CancellationToken cancellationToken)
    {
        if (request.Format == ExportFormat.Html)
        {
            return await runs.FindAnalysisAsync(id, cancellationToken) is { Row.State: AnalysisState.Done } detail
                ? (detail, await AnalysisPage.WriteAsync(detail, readings, checkpoints, images, cancellationToken))
                : null;
        }

        if (await reader.ReadAsync(id, cancellationToken) is not { } analysis)
        {
            return null;
        }

        var needsPicture = request.Format == ExportFormat.Json ? request.WithPicture : request.Map.OverPicture;
        var file = needsPicture ? await images.ReadAsync(analysis.Detail.Image.Id, cancellationToken) : null;
        return (analysis.Detail, await Task.Run(() => request.Format == ExportFormat.Json ? Document(analysis, file?.Bytes) : Map(request, analysis, file?.Bytes), cancellationToken));
    }

    private static byte[] Document(ExportedAnalysis analysis, byte[]? picture)
    {
        using var output = new MemoryStream();
        ReadingsDocumentWriter.Write(output, DocumentSource.From(analysis, picture));
        return output.ToArray();
    }

    private static byte[] Map(ExportRequest request, ExportedAnalysis analysis, byte[]? file)
    {
        var (figure, error) = MapFigureBuilder.Create(analysis, request.Map);
        if (figure is null)
        {
            throw new RefusedInputException(error!);
        }

        var orientation = analysis.Detail.Run.Settings.ApplyExifOrientation ? PictureOrientation.Exif : PictureOrientation.AsStored;
        var picture = file is null ? null : ModelPicture.Scaled(file, orientation, figure.Picture.Width, figure.Picture.Height);
        if (request.Format == ExportFormat.Png)
        {
            return MapPainter.Paint(figure, picture);
        }

        using var output = new MemoryStream();
        SvgMap.Write(output, figure, picture, ModelPicture.MediaType);
        return output.ToArray();
    }

    private async IAsyncEnumerable<ExportedAnalysis> ReadAsync(IReadOnlyList<AnalysisId> ids, Action<ExchangeProgress> progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var done = 0; done < ids.Count; done++)
        {
            if (await reader.ReadAsync(ids[done], cancellationToken) is { } analysis)
            {
                yield return analysis;
            }

            progress(new ExchangeProgress(done + 1, ids.Count, 0));
        }
    }
}
