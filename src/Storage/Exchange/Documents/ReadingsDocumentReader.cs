using System.Security.Cryptography;
using System.Text.Json;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Archive;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Documents;

/// <summary>Reads documents of both versions, believing nothing they say about sizes.</summary>
public static class ReadingsDocumentReader
{
    /// <summary>The most bytes a document may have: llava-1.5 at k = 50 takes 30 MB, and a picture comes on top.</summary>
    public const int MaxBytes = 256 << 20;

    private static readonly string[] Kinds = ["text", "patch", "newline", "answer"];

    /// <summary>Reads a document.</summary>
    /// <param name="stream">Read to its end, not closed.</param>
    /// <param name="name">What sentences call it.</param>
    public static async Task<DocumentReading> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (bytes.Length + read > MaxBytes)
            {
                return Refuse(name, $"it is larger than the {MaxBytes >> 20} MiB a document may have; export an archive instead");
            }

            bytes.Write(buffer, 0, read);
        }

        return await Task.Run(() => Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), name), cancellationToken);
    }

    /// <summary>Makes a document of version 2 ready for the stores; a sentence if something in it does not fit.</summary>
    public static (ImportableDocument? Importable, string? Error) ToImportable(ReadingsDocument document, string name)
    {
        ArgumentNullException.ThrowIfNull(document);
        try
        {
            return (Importable(document), null);
        }
        catch (Exception exception) when (exception is ArchiveException or InvalidDataException or ArgumentException)
        {
            return (null, $"{name}: {exception.Message.TrimEnd('.')}.");
        }
    }

    private static DocumentReading Read(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            if (bytes.StartsWith("\uFEFF"u8))
            {
                bytes = bytes[3..];
            }

            var form = JsonSerializer.Deserialize<Form>(bytes, ReadingsDocumentWriter.Serializer);
            return form is null ? Refuse(name, "it is empty") : new DocumentReading(DocumentOf(form), null);
        }
        catch (JsonException exception)
        {
            return Refuse(name, $"it is no document of readings ({exception.Message.Split(". ")[0].TrimEnd('.')}, line {(exception.LineNumber ?? 0) + 1}); docs/formats/readings.md says what one holds");
        }
        catch (ArchiveException exception)
        {
            return Refuse(name, exception.Message.TrimEnd('.'));
        }
    }

    private static DocumentReading Refuse(string name, string why) => new(null, $"{name}: {why}.");

    private static ReadingsDocument DocumentOf(Form form)
    {
        if (form.Version is not (ReadingsDocument.Plain or ReadingsDocument.WithOrigin))
        {
            throw new ArchiveException($"it has version {form.Version}, and this LogitLens reads versions 1 and 2; update LogitLens");
        }

        if ((form.Version == ReadingsDocument.WithOrigin) != (form.Origin is not null && form.Tokens is not null))
        {
            throw new ArchiveException("a document of version 2 names its origin and tokens, and one of version 1 does not; export it again");
        }

        var count = form.Positions.Length;
        if (count is 0 or > ArchiveFormat.MaxPositions || form.Layers.Length is 0 or > ushort.MaxValue)
        {
            throw new ArchiveException($"{count} positions in {form.Layers.Length} layers are out of range");
        }

        return new ReadingsDocument(
            form.Version,
            form.Checkpoint,
            form.Prompt,
            [.. form.Positions.Select(PositionOf)],
            [.. form.Layers.Select(layer => LayerOf(layer, count))],
            form.Answer is { } answer ? new DocumentAnswer(answer.Ids, answer.Text) : null,
            form.Origin,
            form.Tokens);
    }

    private static DocumentPosition PositionOf(PositionForm position) => position.Pixels is null or { Length: 4 } && Kinds.Contains(position.Kind)
        ? new DocumentPosition(
            position.Id,
            position.Piece,
            position.Text,
            position.Kind,
            position.Tile,
            position.Row,
            position.Column,
            position.Pixels is { } p ? new PixelBox(p[0], p[1], p[2], p[3]) : null)
        : throw new ArchiveException("a position has pixels that are not four numbers, or a kind that is unknown");

    private static DocumentLayer LayerOf(LayerForm layer, int positions)
    {
        var number = layer.Layer.ValueKind switch
        {
            JsonValueKind.String when layer.Layer.GetString() == "emb" => 0,
            JsonValueKind.Number when layer.Layer.TryGetInt32(out var given) && given is > 0 and <= ushort.MaxValue => given,
            _ => throw new ArchiveException("a layer is called neither \"emb\" nor by a number from 1 on"),
        };
        var topK = layer.Ids.Length > 0 ? layer.Ids[0]?.Length ?? 0 : 0;
        var tracked = layer.Tracked?.Ids ?? [];
        return topK is 0 or > ushort.MaxValue || tracked.Length > ushort.MaxValue
            ? throw Wrong(number)
            : new DocumentLayer(
                number,
                topK,
                Flatten(layer.Ids, positions, topK, number),
                Flatten(layer.Probabilities, positions, topK, number),
                layer.LogProbabilities is null ? null : Flatten(layer.LogProbabilities, positions, topK, number),
                Column(layer.EntropyBits, positions, number),
                Column(layer.LogSumExp, positions, number),
                tracked,
                tracked.Length == 0 ? [] : Flatten(layer.Tracked!.LogProbabilities ?? Nullable(layer.Tracked.Probabilities) ?? throw Wrong(number), positions, tracked.Length, number),
                tracked.Length == 0 ? [] : Flatten(layer.Tracked!.Ranks, positions, tracked.Length, number),
                layer.Legacy ?? false);
    }

    private static float?[][]? Nullable(float[][]? rows) => rows?.Select(row => Array.ConvertAll(row, value => (float?)value)).ToArray();

    private static float[]? Column(float[]? values, int positions, int layer) => values is null || values.Length == positions ? values : throw Wrong(layer);

    private static float[] Flatten(float?[][] rows, int positions, int width, int layer) =>
        Array.ConvertAll(Flatten<float?>(rows, positions, width, layer), value => value ?? float.NegativeInfinity);

    private static T[] Flatten<T>(T[][] rows, int positions, int width, int layer)
    {
        if (rows.Length != positions)
        {
            throw Wrong(layer);
        }

        var values = new T[(long)positions * width];
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row]?.Length != width)
            {
                throw Wrong(layer);
            }

            rows[row].CopyTo(values, row * width);
        }

        return values;
    }

    private static ArchiveException Wrong(int layer) => new($"layer {(layer == 0 ? "emb" : layer)} does not have one row for each position, all of one length");

    private static ImportableDocument Importable(ReadingsDocument document)
    {
        if (document.Origin is not { } origin || document.Tokens is not { } tokens)
        {
            throw new ArchiveException("it is of version 1, which does not say which checkpoint and picture it is of; export it from the database, as JSON or as an archive");
        }

        var facts = origin.Checkpoint;
        var run = origin.Run;
        if (facts.Hash.Length is 0 or > 200 || facts.Name.Length is 0 or > 1000 || facts.Layers is < 1 or > ushort.MaxValue || facts.VocabularySize is < 1 or > 16 << 20
            || !ArchiveFormat.RunIds().IsMatch(run.Id) || run.Name.Length is 0 or > 1000 || run.Settings.TopK is < 1 or > ushort.MaxValue || run.Settings.Lens != "logit"
            || origin.Analysis.Ordinal is < 0 or > 1_000_000 || !ArchiveFormat.Sha256().IsMatch(origin.Image.Sha256))
        {
            throw new ArchiveException("its origin has facts that are out of range");
        }

        if (tokens.Where((token, place) => token.Id < 0 || token.Piece is null || token.Text is null || token.Display is null
            || (place > 0 && token.Id <= tokens[place - 1].Id)).Any())
        {
            throw new ArchiveException("its tokens are out of order");
        }

        if (origin.Image.Data is { } data && Convert.ToHexStringLower(SHA256.HashData(data)) != origin.Image.Sha256)
        {
            throw new ArchiveException("its picture is not the one of its SHA-256");
        }

        var prompt = document.Positions.Count(position => position.Kind != "answer");
        if (document.Positions.Take(prompt).Any(position => position.Kind == "answer") || prompt == 0 || document.Positions.Any(position => position.Id < 0))
        {
            throw new ArchiveException("its answer's positions do not stand behind the prompt's");
        }

        var checkpoint = new NewCheckpoint(
            facts.Hash, facts.Name, string.Empty, facts.ModelType, facts.Layers, facts.VocabularySize, facts.DType, facts.StoredBytes, "{}", tokens);
        var layout = new AnalysisLayout(
            origin.Image.OriginalWidth,
            origin.Image.OriginalHeight,
            origin.Image.Seen,
            [.. document.Positions.Take(prompt).Select(p => new LayoutPosition(p.Id, (byte)Array.IndexOf(Kinds, p.Kind), p.Tile, p.Row, p.Column, p.Pixels))]);
        return new ImportableDocument(
            checkpoint,
            new ImportedRun(new RunId(Guid.ParseExact(run.Id, "N")), run.Name, default, run.Settings, run.Provenance, run.Prompt, run.CreatedAt),
            origin.Image.Name,
            origin.Image.Sha256,
            origin.Image.Data,
            new ImportedAnalysis(
                origin.Analysis.Ordinal,
                default,
                document.Prompt,
                origin.Analysis.TrueAnswer,
                AnalysisState.Done,
                null,
                document.Answer?.Ids ?? [],
                document.Answer?.Text,
                origin.Analysis.QueuedAt,
                origin.Analysis.StartedAt,
                origin.Analysis.FinishedAt,
                layout,
                Pack(document, run.Settings, facts, prompt)));
    }

    private static IReadOnlyList<byte[]> Pack(ReadingsDocument document, RunSettings settings, DocumentCheckpoint checkpoint, int prompt)
    {
        var all = new List<byte[]>();
        foreach (var (from, count) in ((int, int)[])[(0, prompt), (prompt, document.Positions.Count - prompt)])
        {
            if (count > 0)
            {
                all.AddRange(document.Layers.Select(layer => ReadingCodec.Pack(ArraysOf(layer, from, count), checkpoint.VocabularySize)));
            }
        }

        // The same checks as an archive's layers get.
        var row = new CheckpointRow(default, checkpoint.Hash, checkpoint.Name, "", checkpoint.ModelType, checkpoint.Layers, checkpoint.VocabularySize, checkpoint.DType, 0, default, 0);
        return PackedLayers.Split([.. all.SelectMany(bytes => bytes)], settings, row, prompt, document.Answer?.Ids.Count ?? 0);
    }

    private static LayerArrays ArraysOf(DocumentLayer layer, int from, int count) => new(
        layer.Layer,
        from,
        count,
        layer.TopK,
        layer.Ids[(from * layer.TopK)..((from + count) * layer.TopK)],
        (layer.LogProbabilities ?? layer.Probabilities)[(from * layer.TopK)..((from + count) * layer.TopK)],
        layer.EntropyBits?[from..(from + count)],
        layer.Tracked,
        layer.TrackedScores[(from * layer.Tracked.Length)..((from + count) * layer.Tracked.Length)],
        layer.TrackedRanks[(from * layer.Tracked.Length)..((from + count) * layer.Tracked.Length)],
        Score: layer.LogProbabilities is null ? ScoreKind.PrintedProbability : ScoreKind.LogProbability,
        Legacy: layer.Legacy);

    private sealed record Form(
        int Version,
        string Checkpoint,
        string Prompt,
        PositionForm[] Positions,
        LayerForm[] Layers,
        AnswerForm? Answer,
        DocumentOrigin? Origin = null,
        TokenRow[]? Tokens = null);

    private sealed record PositionForm(int Id, string Piece, string Text, string Kind, int? Tile, int? Row, int? Column, double[]? Pixels);

    private sealed record LayerForm(
        JsonElement Layer,
        int[][] Ids,
        float[][] Probabilities,
        float?[][]? LogProbabilities = null,
        float[]? EntropyBits = null,
        float[]? LogSumExp = null,
        TrackedForm? Tracked = null,
        bool? Legacy = null);

    private sealed record TrackedForm(int[] Ids, int[][] Ranks, float?[][]? LogProbabilities = null, float[][]? Probabilities = null);

    private sealed record AnswerForm(int[] Ids, string? Text);
}
