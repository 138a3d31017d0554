using System.IO.Compression;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange;

/// <summary>
/// One analysis as one HTML file that needs nothing else: the explorer's own modules, the packed readings, the picture. It opens from a disk, asks no
/// server for anything, and its content security policy names the hashes of the only scripts that may run in it.
/// </summary>
/// <remarks>
/// The data stand in inert <c>script</c> elements as base64, so that no text of an image's name or of a token can end an element: <c>lx-record</c>
/// (gzip of the JSON <c>{"manifest", "tokens", "pictureMediaType"}</c>), <c>lx-readings</c> (gzip of the packed layers one after another),
/// <c>lx-picture</c> (the file as it is) and <c>lx-script</c> (gzip of the explorer's modules in one script, a third of their size as text). A script of
/// a few lines inflates the last and puts it into the page, where the policy lets it run only if its hash is the one the page was written with. Tokens are <c>{"steps": […], "display": […], "text": {"place": "…"}, "kind": {"place": n}}</c>: each id as its
/// distance to the one before, the text only where it is not the display text with spaces for ␣, the kind only where it is not 0.
/// </remarks>
public static class StandalonePage
{
    private const string EntryModule = "standalone.js";

    private static readonly HashSet<string> PictureMediaTypes = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Writes the page as UTF-8; <paramref name="output"/> stays open.</summary>
    /// <param name="output">Where the page goes.</param>
    /// <param name="manifest">The analysis.</param>
    /// <param name="tokens">The checkpoint's token table, or at least its rows that are used; only rows that are used are written.</param>
    /// <param name="packedLayers">The layers as <see cref="Readings.ReadingCodec"/> packs them, in the order they were committed.</param>
    /// <param name="picture">The whole picture (not only the part seen) in the run's orientation, at any resolution; an EXIF tag in it is ignored.</param>
    /// <param name="pictureMediaType"><c>image/png</c>, <c>image/jpeg</c>, <c>image/webp</c>, <c>image/gif</c> or <c>image/bmp</c>.</param>
    /// <exception cref="ArgumentException">Another media type.</exception>
    /// <exception cref="InvalidDataException">A layer that is no packed reading.</exception>
    public static void Write(
        Stream output,
        AnalysisManifest manifest,
        IReadOnlyList<TokenRow> tokens,
        IReadOnlyList<byte[]> packedLayers,
        byte[] picture,
        string pictureMediaType)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(packedLayers);
        ArgumentNullException.ThrowIfNull(picture);
        if (!PictureMediaTypes.Contains(pictureMediaType))
        {
            throw new ArgumentException($"A page can hold a picture of type {string.Join(", ", PictureMediaTypes)}, not \"{pictureMediaType}\".", nameof(pictureMediaType));
        }

        var used = UsedIds(manifest, packedLayers);
        var record = new
        {
            manifest,
            tokens = Describe([.. tokens.Where(row => used.Contains(row.Id)).OrderBy(row => row.Id)]),
            pictureMediaType,
        };

        var script = ModuleBundle.Make(EntryModule, ReadResource);
        var starter = ReadResource("StandalonePage.js");
        var style = ReadResource("explorer.css");
        var title = manifest.Image.Name + " · LogitLens";
        var values = new Dictionary<string, string>
        {
            ["starter-hash"] = HashOf(starter),
            ["script-hash"] = HashOf(script),
            ["style-hash"] = HashOf(style),
            ["title"] = WebUtility.HtmlEncode(title),
            ["noscript"] = WebUtility.HtmlEncode($"This page shows what a vision-language model reads in {manifest.Image.Name}; it needs JavaScript to be switched on."),
            ["style"] = style,
            ["starter"] = starter,
            ["script"] = Convert.ToBase64String(Compress(stream => stream.Write(Encoding.UTF8.GetBytes(script)))),
            ["record"] = Convert.ToBase64String(Compress(stream => JsonSerializer.Serialize(stream, record, Json))),
            ["readings"] = Convert.ToBase64String(Compress(stream =>
            {
                foreach (var layer in packedLayers)
                {
                    stream.Write(layer);
                }
            })),
            ["picture"] = Convert.ToBase64String(picture),
        };

        using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: -1, leaveOpen: true);
        Fill(writer, ReadResource("StandalonePage.html"), values);
    }

    // One pass over the template, so that a value which happens to hold "{{title}}" stays as it is.
    private static void Fill(StreamWriter writer, string template, Dictionary<string, string> values)
    {
        var from = 0;
        while (template.IndexOf("{{", from, StringComparison.Ordinal) is var open and >= 0)
        {
            var close = template.IndexOf("}}", open, StringComparison.Ordinal);
            writer.Write(template.AsSpan(from, open - from));
            writer.Write(values[template[(open + 2)..close]]);
            from = close + 2;
        }

        writer.Write(template.AsSpan(from));
    }

    private static object Describe(List<TokenRow> rows)
    {
        var text = new Dictionary<int, string>();
        var kind = new Dictionary<int, int>();
        for (var place = 0; place < rows.Count; place++)
        {
            if (rows[place].Text != rows[place].Display.Replace('␣', ' '))
            {
                text.Add(place, rows[place].Text);
            }

            if (rows[place].Kind != 0)
            {
                kind.Add(place, rows[place].Kind);
            }
        }

        return new
        {
            steps = rows.Select((row, place) => place == 0 ? row.Id : row.Id - rows[place - 1].Id),
            display = rows.Select(row => row.Display),
            text,
            kind,
        };
    }

    private static HashSet<int> UsedIds(AnalysisManifest manifest, IReadOnlyList<byte[]> packedLayers)
    {
        var used = new HashSet<int>(manifest.Positions.Select(position => position.Id));
        used.UnionWith(manifest.Answer?.Ids ?? []);
        foreach (var packed in packedLayers)
        {
            var layer = Readings.ReadingCodec.Unpack(packed);
            used.UnionWith(layer.Ids);
            used.UnionWith(layer.Tracked);
        }

        return used;
    }

    private static byte[] Compress(Action<Stream> write)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            write(gzip);
        }

        return compressed.ToArray();
    }

    private static string HashOf(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string ReadResource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("explorer/" + name)
            ?? throw new InvalidOperationException($"The assembly lacks the resource explorer/{name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);

        // An HTML parser reads CR LF as LF; the hash in the policy is over what it reads.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
