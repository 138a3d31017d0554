using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace LogitLens.Storage.Exchange.Archive;

/// <summary>What writer and reader agree on.</summary>
internal static partial class ArchiveFormat
{
    public const string Name = "logitlens-archive";
    public const int Version = 2;
    public const string ManifestName = "manifest.json";

    /// <summary>JSON of any entry; a token table of 250,000 rows takes 20 MB.</summary>
    public const long MaxJsonBytes = 128L << 20;

    /// <summary>A picture; <c>analyze</c> takes pictures up to this.</summary>
    public const long MaxPictureBytes = 1L << 30;

    /// <summary>Hidden states of one analysis; they are read a layer at a time.</summary>
    public const long MaxStatesBytes = 1L << 36;

    /// <summary>Hidden states of one layer: what is in memory at a time.</summary>
    public const long MaxStateBytes = 1L << 30;

    /// <summary>An archive of 100,000 analyses has 300,000 entries.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>Positions of one analysis, answer included.</summary>
    public const int MaxPositions = 1 << 20;

    // Nothing in these files is ever put into a page as it stands.
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    };

    public static string TokensName(int number) => $"checkpoints/{number}.tokens.json";

    public static string ImageName(string sha256) => $"images/{sha256}";

    public static string RecordName(string run, int ordinal) => $"runs/{run}/{ordinal:D6}.json";

    public static string ReadingsName(string run, int ordinal) => $"runs/{run}/{ordinal:D6}.readings";

    public static string StatesName(string run, int ordinal) => $"runs/{run}/{ordinal:D6}.states";

    /// <summary>The names there can be: no path out of anywhere, nothing a file system would take for another.</summary>
    [GeneratedRegex(@"^(checkpoints/[1-9][0-9]{0,5}\.tokens\.json|images/[0-9a-f]{64}|runs/[0-9a-f]{32}/[0-9]{6}\.(json|readings|states))\z")]
    public static partial Regex EntryNames();

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    public static partial Regex Sha256();

    [GeneratedRegex(@"^[0-9a-f]{32}\z")]
    public static partial Regex RunIds();
}
