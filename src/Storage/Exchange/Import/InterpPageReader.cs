using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>
/// Reads pages that llava-interp and its descendants wrote: <c>const data = […]</c> as columns × positions × top-k of <c>["text", "0.1234"]</c> (or
/// positions × columns, where the number of labels shows it), <c>const tokenLabels = […]</c> with <c>&lt;IMG001&gt;</c>… for patches, an embedded
/// picture, a line with the prompt. Nothing of a page is ever run: the literals are read as data, the rest is looked for as bytes.
/// </summary>
public static class InterpPageReader
{
    private const int LongestNumber = 9;

    private static readonly SearchValues<byte> AddressEnds = SearchValues.Create("\"'`)<>"u8);
    private static readonly byte[][] DataNames = [.. new[] { "data", "logitLensData", "logit_lens_data", "tableData" }.Select(Encoding.UTF8.GetBytes)];
    private static readonly byte[][] LabelNames = [.. new[] { "tokenLabels", "token_labels", "labels", "tokens" }.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Whether a file looks like such a page; cheap.</summary>
    public static bool IsLikely(ReadOnlySpan<byte> file) => FindDeclaration(file, DataNames) >= 0;

    /// <summary>Reads a page.</summary>
    /// <param name="name">The file's name, for sentences.</param>
    /// <param name="file">The whole file.</param>
    public static InterpPageResult Read(string name, ReadOnlySpan<byte> file)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return new InterpPageResult(Read(file), null);
        }
        catch (UnreadableFileException unreadable)
        {
            return new InterpPageResult(null, unreadable.Describe(name, file));
        }
    }

    private static InterpPage Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > ImportLimits.FileBytes)
        {
            throw new UnreadableFileException($"the file has {file.Length >> 20} MiB, and {ImportLimits.FileBytes >> 20} are read: it is no page of llava-interp.");
        }

        if (!Utf8.IsValid(file) || file.Contains((byte)0))
        {
            throw new UnreadableFileException("the file is not UTF-8, as every tool of this family writes it: save it as UTF-8.");
        }

        var at = FindDeclaration(file, DataNames);
        if (at < 0)
        {
            throw new UnreadableFileException(
                "there is no \"const data = [\" in it, so it is no page of llava-interp or a tool derived from it: import the HTML file that tool wrote.");
        }

        var table = new Table();
        var end = ReadData(file, at, table);
        var labels = ReadLabels(file, end);
        var isTransposed = IsTransposed(table, labels.Length);
        var (columns, positions) = isTransposed ? (table.Inner, table.Outer) : (table.Outer, table.Inner);
        if (columns is < 2 or > ImportLimits.Columns)
        {
            throw new UnreadableFileException($"data has {columns} columns, and 2 (the embeddings and one block) to {ImportLimits.Columns} are read: take the file as its tool wrote it.", at);
        }

        var (patches, side) = ReadPatches(labels, end);
        return new InterpPage(
            columns,
            positions,
            table.TopK,
            table.Texts,
            isTransposed ? Transposed(CollectionsMarshal.AsSpan(table.TextIndices), table) : [.. table.TextIndices],
            isTransposed ? Transposed(CollectionsMarshal.AsSpan(table.Probabilities), table) : [.. table.Probabilities],
            table.IsPrinted,
            labels,
            patches,
            side,
            FindPicture(file),
            FindPrompt(file),
            isTransposed);
    }

    /// <summary>The place after <c>NAME =</c>, where an array that is not empty begins, in the first script; −1 if there is none.</summary>
    private static int FindDeclaration(ReadOnlySpan<byte> file, byte[][] names, int from = 0)
    {
        var script = file[from..].IndexOf("<script"u8);
        var start = script < 0 ? from : from + script;
        foreach (var name in names)
        {
            for (var at = start; file[at..].IndexOf(name) is var step and >= 0;)
            {
                var begin = at + step;
                at = begin + name.Length;
                if (begin > 0 && IsNameByte(file[begin - 1]))
                {
                    continue;
                }

                // Quotes after it make it a property: {"data": [...]}, window["data"] = [...].
                var rest = file[at..Math.Min(file.Length, at + 200)].TrimStart("\"'] \t\r\n"u8);
                if (rest.Length > 1 && rest[0] is (byte)'=' or (byte)':' && rest[1..].TrimStart(" \t\r\n"u8) is [(byte)'[', ..] value && value[1..].TrimStart(" \t\r\n"u8) is not [(byte)']', ..])
                {
                    return at + file[at..].IndexOf((byte)'[');
                }
            }
        }

        return -1;
    }

    private static bool IsNameByte(byte value) => value is (byte)'_' or (byte)'$' or >= 0x80 || char.IsAsciiLetterOrDigit((char)value);

    /// <summary>Reads the three arrays inside each other; gives the place after them.</summary>
    private static int ReadData(ReadOnlySpan<byte> file, int at, Table table)
    {
        const string What = "data";
        var literals = new ScriptLiterals(file, at);
        var places = table.Places.GetAlternateLookup<ReadOnlySpan<char>>();
        literals.Open(What);
        for (var outer = 0; literals.Next(outer == 0, What); outer++)
        {
            literals.Open($"data[{outer}]");
            var inner = 0;
            for (; literals.Next(inner == 0, What); inner++)
            {
                literals.Open(What);
                var rank = 0;
                for (; literals.Next(rank == 0, What); rank++)
                {
                    ReadEntry(ref literals, table, places);
                }

                table.TopK = table.TopK == 0 ? rank : table.TopK;
                if (rank == 0 || rank != table.TopK || rank > ImportLimits.TopK)
                {
                    throw literals.Wrong(rank > ImportLimits.TopK
                        ? $"data[{outer}][{inner}] has {rank} tokens and {ImportLimits.TopK} are read"
                        : $"data[{outer}][{inner}] has {rank} tokens and data[0][0] has {table.TopK}");
                }
            }

            table.Inner = table.Inner == 0 ? inner : table.Inner;
            table.Outer++;
            if (inner == 0 || inner != table.Inner || Math.Max(inner, table.Outer) > ImportLimits.Positions)
            {
                throw literals.Wrong(Math.Max(inner, table.Outer) > ImportLimits.Positions
                    ? $"data has over {ImportLimits.Positions} positions"
                    : $"data[{outer}] has {inner} elements and data[0] has {table.Inner}");
            }
        }

        if (table.Outer == 0)
        {
            throw literals.Wrong("data should hold something");
        }

        return literals.At;
    }

    /// <summary><c>["text", "0.1234"]</c>.</summary>
    private static void ReadEntry(ref ScriptLiterals literals, Table table, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> places)
    {
        const string What = "a token in data";
        literals.Open(What);
        if (!literals.Next(isFirst: true, What))
        {
            throw literals.Wrong("a token in data should be [text, probability]");
        }

        var text = literals.ReadString(What);
        if (!places.TryGetValue(text, out var place))
        {
            place = table.Texts.Count;
            if (place == ImportLimits.Texts)
            {
                throw literals.Wrong($"data has over {ImportLimits.Texts} different tokens, more than any vocabulary of this family");
            }

            var kept = text.ToString();
            table.Texts.Add(kept);
            table.Places.Add(kept, place);
        }

        if (!literals.Next(isFirst: false, What))
        {
            throw literals.Wrong("a token in data should be [text, probability]");
        }

        var probability = literals.ReadProbability();
        if (literals.Next(isFirst: false, What))
        {
            throw literals.Wrong("a token in data should be [text, probability]");
        }

        if (table.TextIndices.Count == ImportLimits.Entries)
        {
            throw literals.Wrong($"data has over {ImportLimits.Entries} tokens");
        }

        table.TextIndices.Add(place);
        table.Probabilities.Add((float)probability);
        var tenThousandths = probability * 10_000;
        table.IsPrinted &= Math.Abs(tenThousandths - Math.Round(tenThousandths)) < 1e-6;
    }

    private static string[] ReadLabels(ReadOnlySpan<byte> file, int after)
    {
        // They stand behind the data in every page seen; a page that has them before is taken as well.
        var at = FindDeclaration(file[after..], LabelNames) is var found and >= 0 ? after + found : FindDeclaration(file, LabelNames);
        if (at < 0)
        {
            throw new UnreadableFileException("there is no \"const tokenLabels = [\" in it, so nobody knows which positions are patches: take the file as its tool wrote it.");
        }

        const string What = "tokenLabels";
        var literals = new ScriptLiterals(file, at);
        var labels = new List<string>();
        literals.Open(What);
        while (literals.Next(labels.Count == 0, What))
        {
            if (labels.Count == ImportLimits.Positions)
            {
                throw literals.Wrong($"tokenLabels has over {ImportLimits.Positions} labels");
            }

            labels.Add(literals.ReadString("a label in tokenLabels").ToString());
        }

        return [.. labels];
    }

    /// <summary>Whether positions stand outside and columns inside: the number of labels says which is which.</summary>
    private static bool IsTransposed(Table table, int labels) =>
        table.Inner == labels ? false
        : table.Outer == labels ? true
        : throw new UnreadableFileException(
            $"data is {table.Outer} × {table.Inner} and tokenLabels has {labels} labels, so neither side of data counts positions: take the file as its tool wrote it.");

    private static T[] Transposed<T>(ReadOnlySpan<T> values, Table table)
    {
        var turned = new T[values.Length];
        for (var outer = 0; outer < table.Outer; outer++)
        {
            for (var inner = 0; inner < table.Inner; inner++)
            {
                values.Slice(((outer * table.Inner) + inner) * table.TopK, table.TopK).CopyTo(turned.AsSpan(((inner * table.Outer) + outer) * table.TopK));
            }
        }

        return turned;
    }

    /// <summary>Which positions are patches (<c>&lt;IMG001&gt;</c>, row by row from the upper left), and how many there are in a row.</summary>
    private static (int[] Patches, int Side) ReadPatches(string[] labels, int at)
    {
        var numbers = Array.ConvertAll(labels, NumberOf);
        var count = numbers.Count(number => number >= 0);
        var first = count == 0 ? 0 : numbers.Where(number => number >= 0).Min();
        var patches = Array.ConvertAll(numbers, number => number < 0 ? -1 : number - first);
        if (count > 0 && (first > 1 || !patches.Where(patch => patch >= 0).Order().SequenceEqual(Enumerable.Range(0, count))))
        {
            throw new UnreadableFileException(
                $"the {count} patches in tokenLabels should be numbered one after another from <IMG001> on, each once: take the file as its tool wrote it.", at);
        }

        var side = (int)Math.Round(Math.Sqrt(count));
        return side * side == count && count > 0
            ? (patches, side)
            : throw new UnreadableFileException(
                count == 0
                    ? "tokenLabels has no label such as <IMG001>, so no position is a patch: only pages about a picture can be imported."
                    : $"tokenLabels has {count} patches, which make no square grid as every tool of this family reads it: import pages of a model that sees one square crop.",
                at);
    }

    /// <summary>The number in <c>&lt;IMG012&gt;</c>, or −1.</summary>
    private static int NumberOf(string label)
    {
        const string Start = "<IMG";
        if (!label.StartsWith(Start, StringComparison.OrdinalIgnoreCase) || label[^1] != '>')
        {
            return -1;
        }

        var digits = label.AsSpan(Start.Length..^1).TrimStart("_- ");
        return digits.Length is > 0 and <= LongestNumber && !digits.ContainsAnyExceptInRange('0', '9')
            ? int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture)
            : -1;
    }

    /// <summary>The first picture embedded as a data URI, or null.</summary>
    private static byte[]? FindPicture(ReadOnlySpan<byte> file)
    {
        var start = file.IndexOf("data:image/"u8);
        if (start < 0)
        {
            return null;
        }

        var head = file[start..Math.Min(file.Length, start + 200)];
        var comma = head.IndexOf(";base64,"u8);
        if (comma < 0 || head[..comma].IndexOfAny("\"'<> "u8) >= 0)
        {
            return null;
        }

        var text = file[(start + comma + ";base64,".Length)..];
        var end = text.IndexOfAny(AddressEnds);
        if (end < 0)
        {
            throw new UnreadableFileException("the embedded picture has no end; the page was cut off: take the file as its tool wrote it.", start);
        }

        text = text[..end];
        if (Base64.GetMaxDecodedFromUtf8Length(text.Length) > ImportLimits.PictureBytes)
        {
            throw new UnreadableFileException($"the embedded picture has more than {ImportLimits.PictureBytes >> 20} MiB: embed a smaller one.", start);
        }

        var picture = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, picture, out _, out var written) == OperationStatus.Done
            ? picture.AsSpan(0, written).ToArray()
            : throw new UnreadableFileException("the embedded picture is no base64; the page was changed: take the file as its tool wrote it.", start);
    }

    /// <summary>What stands in <c>&lt;p class="prompt"&gt;Prompt: "…"&lt;/p&gt;</c>, or null.</summary>
    private static string? FindPrompt(ReadOnlySpan<byte> file)
    {
        foreach (var mark in (ReadOnlySpan<string>)["class=\"prompt\"", "class='prompt'", "class=prompt"])
        {
            var start = file.IndexOf(Encoding.UTF8.GetBytes(mark));
            if (start < 0)
            {
                continue;
            }

            var element = file[start..Math.Min(file.Length, start + ImportLimits.PromptBytes)];
            var open = element.IndexOf((byte)'>');
            var close = element.IndexOf("</p>"u8) is var paragraph and >= 0 ? paragraph : element.IndexOf("</div>"u8);
            return open < 0 || close <= open ? null : CleanPrompt(Encoding.UTF8.GetString(element[(open + 1)..close]));
        }

        return null;
    }

    private static string? CleanPrompt(string shown)
    {
        // The first tools put the prompt in as it is, later ones escape it; one that still has a bare < was not escaped.
        var text = (shown.Contains('<', StringComparison.Ordinal) ? shown : WebUtility.HtmlDecode(shown)).Trim();
        const string Head = "Prompt:";
        if (text.StartsWith(Head, StringComparison.OrdinalIgnoreCase))
        {
            text = text[Head.Length..].Trim();
        }

        if (text.Length >= 2 && text[0] == text[^1] && text[0] is '"' or '\'')
        {
            text = text[1..^1];
        }

        return string.IsNullOrWhiteSpace(text) ? null : text.ReplaceLineEndings("\n");
    }

    /// <summary>The arrays while they are read.</summary>
    private sealed class Table
    {
        public int Outer { get; set; }

        public int Inner { get; set; }

        public int TopK { get; set; }

        public bool IsPrinted { get; set; } = true;

        public List<string> Texts { get; } = [];

        public Dictionary<string, int> Places { get; } = new(StringComparer.Ordinal);

        public List<int> TextIndices { get; } = [];

        public List<float> Probabilities { get; } = [];
    }
}
