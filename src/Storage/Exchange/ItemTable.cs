using System.Text;
using CsvHelper;

namespace LogitLens.Storage.Exchange;

/// <summary>
/// Reads a run's items from a CSV with a header: columns <c>image</c>, <c>question</c>, <c>answer</c>, or VLM-Lens's <c>image_path</c>, <c>prompt</c>,
/// <c>label</c> for the same. Case and order don't matter, other columns are ignored, only the image is needed.
/// </summary>
/// <remarks>UTF-8 with or without a byte order mark; fields parted by comma, semicolon or tab (whichever the header uses); quoted as in RFC 4180.</remarks>
public static class ItemTable
{
    /// <summary>The most items a table may have.</summary>
    public const int MaxItems = 10_000;

    /// <summary>The most bytes a table may have.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private static readonly string[] ImageNames = ["image", "image_path"];
    private static readonly string[] PromptNames = ["question", "prompt"];
    private static readonly string[] AnswerNames = ["answer", "label"];

    /// <summary>Reads a table.</summary>
    /// <param name="stream">The file; read to its end, not closed.</param>
    /// <param name="name">What the sentence of a refusal calls it.</param>
    public static async Task<ItemTableResult> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (bytes.Length + read > MaxBytes)
            {
                return Refuse($"{name} is larger than the {MaxBytes / 1024 / 1024} MiB a table may have; split it into several.");
            }

            bytes.Write(buffer, 0, read);
        }

        return Read(bytes.ToArray(), name);
    }

    private static ItemTableResult Read(byte[] bytes, string name)
    {
        if (bytes.AsSpan().StartsWith("PK\u0003\u0004"u8))
        {
            return Refuse($"{name} is a workbook or archive, not a CSV; save the sheet as \"CSV UTF-8\" and use that file.");
        }

        if (WrongEncoding(bytes) is { } line)
        {
            return Refuse($"{name}, line {line}: the text is not UTF-8; save the table as \"CSV UTF-8\".");
        }

        // Nothing that a spreadsheet or script would not write is repaired: a shifted column would put questions to the wrong pictures.
        var options = new CsvReaderOptions
        {
            Separator = Separator(bytes),
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            MaxRecordSize = MaxBytes,
        };
        try
        {
            using var reader = CsvReader.Create(bytes, options);
            return Read(reader, name);
        }
        catch (CsvFormatException exception)
        {
            return Refuse($"{name}, line {Math.Max(1, exception.LineNumber)}: the quoting or the number of fields is wrong ({exception.Message.TrimEnd('.')}); "
                + "put fields with commas, quotes or line breaks in double quotes, and double the quotes inside.");
        }
    }

    private static ItemTableResult Read(CsvReader reader, string name)
    {
        var headers = reader.Headers.Select(h => h.Trim()).ToList();
        string? twice = null;
        var image = Find(ImageNames);
        var prompt = Find(PromptNames);
        var answer = Find(AnswerNames);
        if (twice is not null)
        {
            return Refuse($"{name}, line 1: columns {twice} mean the same; keep one of them.");
        }

        if (image < 0)
        {
            return Refuse($"{name}, line 1: there is no column image (or image_path), only {Shown(headers)}; name the column with the pictures' file names so.");
        }

        var items = new List<TableItem>();
        while (reader.Read())
        {
            var line = (int)reader.LineNumber;
            if (items.Count == MaxItems)
            {
                return Refuse($"{name}, line {line}: the table has more than the {MaxItems:N0} items a run may have; split it into several.");
            }

            if (reader.FieldCount != headers.Count)
            {
                return Refuse($"{name}, line {line}: there are {reader.FieldCount} fields under {headers.Count} column names; put fields that hold the separator in double quotes.");
            }

            var file = reader.GetString(image).Trim();
            if (file.Length == 0)
            {
                return Refuse($"{name}, line {line}: column {headers[image]} is empty; give the picture's file name or delete the line.");
            }

            items.Add(new TableItem(file, Optional(reader, prompt), Optional(reader, answer), line));
        }

        return items.Count > 0
            ? new ItemTableResult(items, null)
            : Refuse($"{name} has no items under its header; add one line for each picture.");

        int Find(string[] names)
        {
            var found = Enumerable.Range(0, headers.Count).Where(i => names.Contains(headers[i], StringComparer.OrdinalIgnoreCase)).ToList();
            if (found.Count > 1)
            {
                twice = string.Join(" and ", found.Select(i => headers[i]));
            }

            return found.Count == 0 ? -1 : found[0];
        }
    }

    private static string? Optional(CsvReader reader, int column) =>
        column >= 0 && reader.GetString(column) is var text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>The line of the first byte that is no UTF-8, or null.</summary>
    private static int? WrongEncoding(ReadOnlySpan<byte> bytes)
    {
        // UTF-16 text in ASCII letters is valid UTF-8 full of NULs.
        var bad = bytes.IndexOf((byte)0);
        if (bad < 0)
        {
            try
            {
                _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
                return null;
            }
            catch (DecoderFallbackException exception)
            {
                bad = Math.Clamp(exception.Index, 0, bytes.Length);
            }
        }

        return bytes[..bad].Count((byte)'\n') + 1;
    }

    /// <summary>The separator the header uses most: spreadsheets write semicolons where the comma is the decimal sign.</summary>
    private static char Separator(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        var header = end < 0 ? bytes : bytes[..end];
        var best = ',';
        foreach (var candidate in ";\t")
        {
            if (header.Count((byte)candidate) > header.Count((byte)best))
            {
                best = candidate;
            }
        }

        return best;
    }

    private static string Shown(List<string> headers) => string.Join(", ", headers.Take(8).Select(h => h.Length > 40 ? h[..40] + "…" : h));

    private static ItemTableResult Refuse(string sentence) => new([], sentence);
}
