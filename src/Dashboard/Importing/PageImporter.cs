using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Tokenization;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Import;

namespace LogitLens.Dashboard.Importing;

/// <summary>Imports pages of llava-interp and its descendants, one after another; keeps the token table of the checkpoint between two.</summary>
/// <param name="job">The import's id and name: its runs are named so.</param>
/// <param name="checkpoint">What was named.</param>
internal sealed class PageImporter(ForeignFileStore files, CheckpointStore checkpoints, ImportJobId job, string name, NamedCheckpoint checkpoint)
{
    /// <summary>The model type of checkpoints that were only imported from: they have no folder and cannot compute.</summary>
    public const string ModelType = "imported";

    /// <summary>The form, in words.</summary>
    public const string Form = "page of llava-interp or a tool derived from it";

    // A file of the right checkpoint has hardly any text its tokenizer cannot write.
    private const int OneStrangerIn = 20;

    private readonly Dictionary<string, ImportedTable> _tables = new(StringComparer.Ordinal);

    /// <summary>Imports one file.</summary>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public async Task<ImportOutcome> ImportAsync(string fileName, byte[] bytes, CancellationToken cancellationToken)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (await files.FindAsync(sha256, checkpoint.Key, cancellationToken) is { } known)
        {
            return new ImportOutcome(ImportFileState.AlreadyHere, null, known);
        }

        var (page, error) = InterpPageReader.Read(fileName, bytes);
        if (page is null)
        {
            return ImportOutcome.Failed(error!);
        }

        if (checkpoint.Layers is { } layers && layers != page.Layers)
        {
            return ImportOutcome.Failed(
                $"{fileName} has {page.Columns} columns, the embeddings and {page.Layers} blocks, but {checkpoint.Name} has {layers} blocks: name the checkpoint it was made with.");
        }

        NewImage image;
        try
        {
            image = ImageOf(fileName, sha256, page);
        }
        catch (RefusedInputException refused)
        {
            return ImportOutcome.Failed($"{fileName}: its embedded picture cannot be used. {refused.Message}");
        }

        return await WriteAsync(fileName, bytes.LongLength, sha256, page, image, cancellationToken);
    }

    private async Task<ImportOutcome> WriteAsync(string fileName, long length, string sha256, InterpPage page, NewImage image, CancellationToken cancellationToken)
    {
        var form = TextForms.Of([.. page.Texts]);
        var hash = HashOf(page.Layers, form);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_tables.TryGetValue(hash, out var table))
            {
                table = await OpenTableAsync(hash, form, cancellationToken);
            }

            if (checkpoint.Tokens.Count > 0 && page.Texts.Count(text => !table.Knows(text)) is var strangers && strangers * OneStrangerIn > page.Texts.Count)
            {
                return ImportOutcome.Failed(
                    $"{fileName}: {strangers} of its {page.Texts.Count} different tokens are none that {checkpoint.Name} can write: name the checkpoint it was made with, or none.");
            }

            // The table is changed while ids are given: until they are written, it is nobody else's.
            _tables.Remove(hash);
            var readings = InterpReadings.From(page, table, image.Width, image.Height);
            var settings = new RunSettings(page.TopK, AnswerTokens: 0, Legacy: true);
            var (analysis, isNew) = await files.AddAsync(
                new ForeignFile(
                    new AnalysisSource(fileName, sha256, Form, length, readings.TextOnlyTokens, readings.Tokens, NotesOf(page, readings)),
                    checkpoint.Key,
                    new NewCheckpoint(
                        hash, $"{checkpoint.Name ?? "not named"} (imported)", string.Empty, ModelType, page.Layers, table.Size, string.Empty, 0, DetailsOf(page, form), table.Rows),
                    table.Known,
                    RunOf(hash, settings),
                    name,
                    settings,
                    ProvenanceOf(page),
                    image,
                    page.Prompt ?? string.Empty,
                    readings.Layout,
                    readings.Layers),
                cancellationToken);
            if (analysis is not null)
            {
                if (isNew)
                {
                    _tables[hash] = table.Size == table.Known ? table : ImportedTable.Open(table.Rows, table.Size, form, TokenEntry.DisplayOf);
                }

                return new ImportOutcome(isNew ? ImportFileState.Imported : ImportFileState.AlreadyHere, isNew ? NoteOf(page) : null, analysis);
            }
        }
    }

    private async Task<ImportedTable> OpenTableAsync(string hash, TextForm form, CancellationToken cancellationToken)
    {
        // The size first: a table that grows meanwhile is then longer than the size says, and is read again.
        var known = (await checkpoints.FindAsync(hash, cancellationToken))?.VocabularySize ?? 0;
        return known == 0
            ? ImportedTable.Create(checkpoint.Tokens, form, TokenEntry.DisplayOf)
            : ImportedTable.Open([.. (await checkpoints.ReadTokensAsync(hash, cancellationToken)).Where(row => row.Id < known)], known, form, TokenEntry.DisplayOf);
    }

    /// <summary>Pages of one named checkpoint share a checkpoint here; where none was named, those of one import do.</summary>
    private string HashOf(int layers, TextForm form)
    {
        var identity = string.Create(CultureInfo.InvariantCulture, $"LogitLens import 1|{(checkpoint.Key.Length > 0 ? checkpoint.Key : job.ToString())}|{layers}|{form}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
    }

    /// <summary>One run per import, checkpoint and settings, under an id that follows from them: an import that goes on after a restart finds it again.</summary>
    private RunId RunOf(string hash, RunSettings settings)
    {
        var identity = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{job}|{hash}|{settings.TopK}")));
        return new RunId(new Guid(identity.AsSpan(0, 16)));
    }

    private static NewImage ImageOf(string fileName, string sha256, InterpPage page)
    {
        var stem = PictureIntake.CleanName(Path.GetFileNameWithoutExtension(PictureIntake.CleanName(fileName)));
        if (page.Picture is not { } bytes)
        {
            var blank = BlankPicture.Make(sha256);
            return new NewImage($"{stem} (no picture)", PictureEncoder.ToPng(blank), "image/png", blank.Width, blank.Height, 1, PictureThumbnail.Create(blank));
        }

        var limits = PictureLimits.Default with { MaxBytes = ImportLimits.PictureBytes };
        var info = PictureDecoder.Inspect(bytes, limits);
        var picture = PictureDecoder.Decode(bytes, PictureOrientation.AsStored, limits);
        var mediaType = BrowserPicture.MediaTypeOf(info.Format);
        return new NewImage($"{stem}.{mediaType["image/".Length..]}", bytes, mediaType, info.Width, info.Height, info.ExifOrientation, PictureThumbnail.Create(picture));
    }

    private static string? NoteOf(InterpPage page) => (page.Picture is null, page.Prompt is null) switch
    {
        (true, true) => "Neither picture nor prompt is in the file.",
        (true, false) => "The picture is not in the file.",
        (false, true) => "The prompt is not in the file.",
        _ => null,
    };

    private List<string> NotesOf(InterpPage page, InterpReadings readings)
    {
        var notes = new List<string>
        {
            "The entropy is not in the file.",
            page.IsPrinted
                ? "Probabilities are kept as they were printed, with four decimals."
                : "Probabilities have more than four decimals in the file and are kept as half-precision logarithms.",
            $"Layer {page.Layers} was normed twice by the tool that wrote the file; the other columns were normed once.",
            readings.TextOnlyTokens == 0
                ? $"Each of its {readings.Tokens} different tokens has one id in the vocabulary of {checkpoint.Name}."
                : checkpoint.Name is null
                    ? "No checkpoint was named, so tokens are known by their texts alone."
                    : $"{readings.TextOnlyTokens} of its {readings.Tokens} different tokens are written like several of {checkpoint.Name}'s, or like none, and are known by their texts alone.",
            page.Picture is null ? "The picture is not in the file; a grey one stands in its place." : "The picture is the crop as the model saw it.",
        };
        if (page.Prompt is null)
        {
            notes.Add("The prompt is not in the file.");
        }

        if (page.IsTransposed)
        {
            notes.Add("The file had positions outside and columns inside; they were turned.");
        }

        return notes;
    }

    private string ProvenanceOf(InterpPage page) => JsonSerializer.Serialize(
        new
        {
            logitLens = ProductVersion.Text,
            importedFrom = name,
            form = Form,
            checkpoint = checkpoint.Name ?? "not named",
            columns = $"emb, 1 to {page.Layers}; {page.Layers} normed twice",
            absent = "entropies, tracked tokens, answers, the original pictures",
        },
        JsonSerializerOptions.Web);

    private string DetailsOf(InterpPage page, TextForm form) => JsonSerializer.Serialize(
        new { importedAs = checkpoint.Name, form = form.ToString(), modelTokens = checkpoint.Tokens.Count, layers = page.Layers },
        JsonSerializerOptions.Web);
}
