using System.Text.Json;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Benchmarks.Readings;

/// <summary>
/// Readings of LLaVA-1.5's size to make many from: the three real pages of <c>shared/imports</c> where that folder stands beside the repository, else readings
/// drawn with their distributions.
/// </summary>
internal sealed class PrototypeReadings
{
    public const int Vocabulary = 32_064;
    public const int Positions = 593;
    public const int Layers = 33;
    public const int FirstPatch = 5;
    public const int Side = 24;

    private PrototypeReadings(string source, TokenRow[] tokens, IReadOnlyList<IReadOnlyList<LayerArrays>> readings, bool[] common, bool[] own)
    {
        Source = source;
        Tokens = tokens;
        Readings = readings;
        IsCommon = common;
        IsOwn = own;
    }

    /// <summary>Where they are from, for the report.</summary>
    public string Source { get; }

    /// <summary>A token table of that vocabulary.</summary>
    public TokenRow[] Tokens { get; }

    /// <summary>Each prototype's layers.</summary>
    public IReadOnlyList<IReadOnlyList<LayerArrays>> Readings { get; }

    /// <summary>By id: tokens that pictures share (they occur in two prototypes or more).</summary>
    public bool[] IsCommon { get; }

    /// <summary>By id: tokens at top-1 of one prototype only.</summary>
    public bool[] IsOwn { get; }

    /// <summary>Where the positions of LLaVA-1.5 lie under its default prompt.</summary>
    public static AnalysisLayout Layout { get; } = new(
        336,
        336,
        new PixelBox(0, 0, 336, 336),
        [.. Enumerable.Range(0, Positions).Select(i => i is >= FirstPatch and < FirstPatch + (Side * Side)
            ? new LayoutPosition(32_000, 1, 0, (i - FirstPatch) / Side, (i - FirstPatch) % Side, new PixelBox((i - FirstPatch) % Side * 14, (i - FirstPatch) / Side * 14, 14, 14))
            : new LayoutPosition(100 + (i % 20), 0, null, null, null, null))]);

    public static PrototypeReadings Make(int topK)
    {
        var folder = FindImports();
        var pages = folder is null ? [] : Directory.GetFiles(folder, "*.html").Order(StringComparer.Ordinal).Select(ReadPage).ToList();
        var source = pages.Count > 0 ? $"{pages.Count} real pages of shared/imports" : "drawn with the distributions of real pages (shared/imports is not there)";
        if (pages.Count == 0)
        {
            pages = [.. Enumerable.Range(0, 3).Select(DrawPage)];
        }

        var ids = AssignIds(pages.SelectMany(p => p).SelectMany(l => l).SelectMany(p => p).Select(t => t.Text).Distinct(StringComparer.Ordinal));
        var occurs = new int[Vocabulary];
        foreach (var page in pages)
        {
            foreach (var id in page.SelectMany(l => l).Select(p => ids[p[0].Text]).ToHashSet())
            {
                occurs[id]++;
            }
        }

        return new PrototypeReadings(
            source,
            NameTokens(ids),
            [.. pages.Select(page => page.Select((layer, number) => ToLayer(layer, number, topK, ids)).ToList())],
            [.. occurs.Select(n => n > 1)],
            [.. occurs.Select(n => n == 1)]);
    }

    private static string? FindImports()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var imports = Path.Combine(folder.FullName, "shared", "imports");
            if (Directory.Exists(imports))
            {
                return imports;
            }
        }

        return null;
    }

    /// <summary>Layers × positions × (text, probability) of a page; only the JSON after <c>const data =</c> is looked at.</summary>
    private static List<List<(string Text, double Probability)[]>> ReadPage(string path)
    {
        var html = File.ReadAllBytes(path);
        var start = html.AsSpan().IndexOf("const data ="u8) + "const data =".Length;
        var reader = new Utf8JsonReader(html.AsSpan(start), new JsonReaderOptions { AllowMultipleValues = true });
        using var data = JsonDocument.ParseValue(ref reader);
        return [.. data.RootElement.EnumerateArray().Select(layer => layer.EnumerateArray()
            .Select(position => position.EnumerateArray()
                .Select(token => (token[0].GetString()!, double.Parse(token[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture)))
                .ToArray())
            .ToList())];
    }

    /// <summary>As the real ones: in early layers few tokens rule many positions at little confidence, in late ones tokens are many and confidence grows.</summary>
    private static List<List<(string Text, double Probability)[]>> DrawPage(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Layers).Select(layer =>
        {
            var spread = layer is 0 or > 20 ? 700 : 60;
            return Enumerable.Range(0, Positions).Select(_ =>
            {
                var confidence = Math.Max(0.002, Math.Pow(random.NextDouble(), layer > 20 ? 1.5 : 5));
                return Enumerable.Range(0, 5)
                    .Select(rank => (Words.Of((layer * 37) + (seed * 211) + (int)(spread * Math.Pow(random.NextDouble(), 2))) , confidence / Math.Pow(2, rank)))
                    .ToArray();
            }).ToList();
        })];
    }

    private static Dictionary<string, int> AssignIds(IEnumerable<string> texts)
    {
        var places = Enumerable.Range(3, Vocabulary - 3).ToArray();
        new Random(1).Shuffle(places);
        return texts.Take(places.Length).Select((text, n) => (text, id: places[n])).ToDictionary(p => p.text, p => p.id, StringComparer.Ordinal);
    }

    private static TokenRow[] NameTokens(Dictionary<string, int> ids)
    {
        var tokens = Enumerable.Range(0, Vocabulary).Select(id => new TokenRow(id, $"▁{Words.Of(id)}", $" {Words.Of(id)}", $"␣{Words.Of(id)}", 0)).ToArray();
        foreach (var (text, id) in ids)
        {
            tokens[id] = new TokenRow(id, text, text, text.Length == 0 ? "∅" : text.Replace(' ', '␣').Replace('\n', '⏎'), 0);
        }

        return tokens;
    }

    private static LayerArrays ToLayer(List<(string Text, double Probability)[]> layer, int number, int topK, Dictionary<string, int> ids)
    {
        var (kept, scores, entropies) = (new int[Positions * topK], new float[Positions * topK], new float[Positions]);
        for (var position = 0; position < Positions; position++)
        {
            var tokens = layer[position];
            var (left, entropy) = (1.0, 0.0);
            for (var rank = 0; rank < topK; rank++)
            {
                // Pages keep five; what a run with more would keep falls off further.
                var probability = rank < tokens.Length ? tokens[rank].Probability : Math.Exp(scores[(position * topK) + rank - 1]) * 0.8;
                probability = Math.Max(probability, 1e-5);
                kept[(position * topK) + rank] = rank < tokens.Length ? ids[tokens[rank].Text] : 3 + (int)((uint)HashCode.Combine(number, position, rank) % (Vocabulary - 3));
                scores[(position * topK) + rank] = (float)(Half)Math.Log(probability);
                left -= probability;
                entropy -= probability * Math.Log2(probability);
            }

            // As if the rest were spread over a thousand tokens.
            entropies[position] = (float)(Half)(entropy + (left > 1e-6 ? left * Math.Log2(1000 / left) : 0));
        }

        return new LayerArrays(number, 0, Positions, topK, kept, scores, entropies, [], [], []);
    }
}
