using System.Globalization;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export.Maps;

/// <summary>Lays out a map by the explorer's rules: best layer, window, criterion, colour scales, filler.</summary>
public static class MapFigureBuilder
{
    private const byte Patch = 1;
    private const double Margin = 16;
    private const double TitleSize = 15;
    private const double TextSize = 12;
    private const double BarHeight = 10;

    /// <summary>Lays out the map; a sentence where it cannot be drawn.</summary>
    public static (MapFigure? Figure, string? Error) Create(ExportedAnalysis analysis, MapOptions options)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(options);
        return ErrorOf(analysis, options) is { } error ? (null, error) : (new Layout(analysis, options).Build(), null);
    }

    private static string? ErrorOf(ExportedAnalysis analysis, MapOptions options)
    {
        var name = analysis.Detail.Image.Name;
        if (options.Size is < MapOptions.MinSize or > MapOptions.MaxSize)
        {
            return $"A picture of {options.Size} pixels cannot be drawn: choose {MapOptions.MinSize} to {MapOptions.MaxSize}.";
        }

        if (options.Strength is not (>= 0 and <= 1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"A strength of {options.Strength} cannot be drawn: choose 0 to 1.");
        }

        if (options.Kind == MapKind.Entropy && !analysis.HasEntropy)
        {
            return $"{name} has no entropies, for they were not in what it was imported from: choose another map.";
        }

        if (options.Layer is { } layer && !analysis.Prompt.Any(read => read.Layer == layer))
        {
            return $"Layer {LayerName(layer)} of {name} was not read: choose one of {string.Join(", ", analysis.Prompt.Select(read => LayerName(read.Layer)))}.";
        }

        if (options.Kind == MapKind.Token && options.TokenId is null)
        {
            return "A map of one token needs to know which: give its id.";
        }

        if (options.TokenId is { } token && (token < 0 || token >= analysis.Detail.Run.Checkpoint.VocabularySize))
        {
            return $"There is no token {token}: {analysis.Detail.Run.Checkpoint.Name} has 0 to {analysis.Detail.Run.Checkpoint.VocabularySize - 1}.";
        }

        return analysis.Layout.Positions.Any(position => position.Kind == Patch && position.Pixels is not null)
            ? null
            : $"{name} has no patches, so there is nothing to draw a map of.";
    }

    private static string LayerName(int layer) => layer == 0 ? "emb" : layer.ToString(CultureInfo.InvariantCulture);

    /// <summary>One figure in the making.</summary>
    private sealed class Layout
    {
        private readonly ExportedAnalysis _analysis;
        private readonly MapOptions _options;
        private readonly FigureTheme _theme;
        private readonly int[] _best;
        private readonly double _scale;
        private readonly PixelBox _picture;
        private readonly double _top;
        private readonly List<FigureText> _texts = [];
        private int _patches;
        private int _fillers;
        private int _unknown;

        public Layout(ExportedAnalysis analysis, MapOptions options)
        {
            _analysis = analysis;
            _options = options;
            _theme = options.Dark ? FigureTheme.Dark : FigureTheme.Light;
            _best = BestLayers.Choose(analysis.Prompt, options.By, options.Window);
            var layout = analysis.Layout;
            _scale = options.Size / (double)Math.Max(layout.OriginalWidth, layout.OriginalHeight);
            _top = options.Title is { Length: 0 } ? 0 : Margin + TitleSize + 6 + TextSize + 10;
            var left = _top > 0 || options.Legend ? Margin : 0;
            _picture = new PixelBox(left, _top, Math.Max(1, Math.Round(layout.OriginalWidth * _scale)), Math.Max(1, Math.Round(layout.OriginalHeight * _scale)));
        }

        public MapFigure Build()
        {
            var cells = Cells();
            var width = (int)Math.Ceiling(_picture.Width + (2 * _picture.X));
            AddTitle(width);
            var bottom = _picture.Y + _picture.Height;
            var legend = _options.Legend ? AddLegend(bottom + 14) : null;
            var height = (int)Math.Ceiling(legend is not null ? bottom + 14 + TextSize + Margin : bottom + _picture.X);
            return new MapFigure(
                width,
                height,
                _theme,
                _picture,
                Place(_analysis.Layout.Seen),
                _options.OverPicture,
                _options.OverPicture ? _options.Strength : 1,
                cells,
                cells.All(cell => cell.Box.Width >= 5),
                _texts,
                legend,
                $"{TitleText()}. {Subtitle()}.");
        }

        private List<FigureCell> Cells()
        {
            var cells = new List<FigureCell>();
            for (var position = 0; position < _analysis.Layout.Positions.Count; position++)
            {
                var place = _analysis.Layout.Positions[position];
                if (place.Kind != Patch || place.Pixels is not { } pixels)
                {
                    continue;
                }

                var layer = _options.Layer is { } chosen ? _analysis.Prompt.First(read => read.Layer == chosen) : _analysis.Prompt[_best[position]];
                var id = layer.Ids[position * layer.TopK];
                var isFiller = _analysis.Tokens.IsFiller(id);
                var best = _analysis.Prompt[_best[position]].Layer;
                var probability = Scores.Probability(layer, position * layer.TopK);
                _patches++;
                _fillers += isFiller ? 1 : 0;
                cells.Add(new FigureCell(
                    Place(pixels),
                    ColourOf(layer, position, best, probability, isFiller),
                    isFiller && _options.Kind != MapKind.Token,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(place.Tile > 0 ? $"t{place.Tile} " : "")}r{place.Row} c{place.Column}: {_analysis.Tokens[id].Display} {Probability(probability)}, layer {LayerName(layer.Layer)}")));
            }

            return cells;
        }

        private Rgb? ColourOf(LayerArrays layer, int position, int best, float probability, bool isFiller) => _options.Kind switch
        {
            MapKind.Confidence => ColourScale.Sure[probability],
            MapKind.Entropy => ColourScale.Sure[1 - (layer.EntropyBits![position] / EntropySpan)],
            MapKind.Token => ColourScale.Sure[ProbabilityOfToken(layer, position)],
            MapKind.Filler => isFiller ? _theme.Accent : null,
            _ => _theme.Depth[best / (double)Math.Max(1, _analysis.Detail.Run.Checkpoint.Layers)],
        };

        private double EntropySpan => Math.Log2(Math.Max(2, _analysis.Detail.Run.Checkpoint.VocabularySize));

        /// <summary>The chosen token's probability; below the kept ranks it is not known and drawn as 0.</summary>
        private double ProbabilityOfToken(LayerArrays layer, int position)
        {
            var token = _options.TokenId!.Value;
            var from = position * layer.TopK;
            var at = Array.IndexOf(layer.Ids, token, from, layer.TopK);
            if (at >= 0)
            {
                return Scores.Probability(layer, at);
            }

            var tracked = Array.IndexOf(layer.Tracked, token);
            if (tracked >= 0)
            {
                return Scores.TrackedProbability(layer, (position * layer.Tracked.Length) + tracked);
            }

            _unknown++;
            return 0;
        }

        private PixelBox Place(PixelBox box) => new(_picture.X + (box.X * _scale), _picture.Y + (box.Y * _scale), box.Width * _scale, box.Height * _scale);

        private void AddTitle(int width)
        {
            if (_top > 0)
            {
                _texts.Add(new FigureText(_picture.X, Margin + TitleSize - 2, TitleSize, false, Shorten(_options.Title ?? TitleText(), width, TitleSize)));
                _texts.Add(new FigureText(_picture.X, Margin + TitleSize + 6 + TextSize - 2, TextSize, true, Shorten(Subtitle(), width, TextSize)));
            }
        }

        private string TitleText() => $"{_analysis.Detail.Image.Name}: {MapName()}";

        private string MapName() => _options.Kind switch
        {
            MapKind.Confidence => "confidence",
            MapKind.Entropy => "entropy",
            MapKind.Token => $"probability of {_analysis.Tokens[_options.TokenId!.Value].Display}",
            MapKind.Filler => "filler tokens",
            _ => "best layer",
        };

        private string Subtitle()
        {
            var window = BestLayers.Window(_analysis.Prompt, _options.Window);
            var to = Math.Min(window.To, _analysis.Detail.Run.Checkpoint.Layers);
            var by = _options.By switch
            {
                BestBy.Entropy when _analysis.HasEntropy => "least entropy",
                BestBy.Margin => "greatest margin",
                _ => "greatest p",
            };
            var which = _options.Layer is { } layer && _options.Kind != MapKind.Best
                ? layer == 0 ? "the input embeddings" : $"layer {layer}"
                : $"each patch at its best layer: {by} in layers {LayerName(window.From)}–{to}";
            var legacy = _analysis.Prompt.Any(read => read.Legacy) ? ", last layer normed twice" : "";
            return $"{which} · {_analysis.Detail.Run.Checkpoint.Name}, run {_analysis.Detail.Run.Name}{legacy}";
        }

        private FigureLegend AddLegend(double top)
        {
            var (unit, low, high, scale) = _options.Kind switch
            {
                MapKind.Confidence => ("p", "0", "1", ColourScale.Sure),
                MapKind.Entropy => ("bit", EntropySpan.ToString("0.0", CultureInfo.InvariantCulture), "0", ColourScale.Sure),
                MapKind.Token => ($"p({_analysis.Tokens[_options.TokenId!.Value].Display})", "0", "1", ColourScale.Sure),
                MapKind.Filler => ("", "", "", (ColourScale?)null),
                _ => ("layer", "emb", LayerName(_analysis.Detail.Run.Checkpoint.Layers), _theme.Depth),
            };
            var x = _picture.X;
            var baseline = top + TextSize - 2;
            PixelBox? bar = null;
            if (scale is not null)
            {
                x = Put(unit, x, baseline) + 8;
                x = Put(low, x, baseline) + 4;
                bar = new PixelBox(x, top, Math.Clamp(_picture.Width - 200, 40, 180), BarHeight);
                x = Put(high, bar.Value.X + bar.Value.Width + 4, baseline) + 16;
            }

            if (_options.Kind == MapKind.Token)
            {
                if (_unknown > 0)
                {
                    Put($"0 where it is below the kept ranks ({_unknown} of {_patches} patches)", x, baseline);
                }

                return new FigureLegend(bar, scale, null);
            }

            var hatch = new PixelBox(x, top, 16, BarHeight);
            Put(_options.Kind == MapKind.Filler ? $"filler: {_fillers} of {_patches} patches" : "filler", x + 20, baseline);
            return new FigureLegend(bar, scale, hatch);
        }

        /// <summary>Adds a text and gives about where it ends; fonts differ.</summary>
        private double Put(string text, double x, double baseline)
        {
            _texts.Add(new FigureText(x, baseline, TextSize, true, text));
            return x + Math.Ceiling(WidthOf(text, TextSize));
        }

        private static string Shorten(string text, int width, double size)
        {
            var runes = text.EnumerateRunes().ToList();
            var room = width - (2 * Margin);
            while (runes.Count > 1 && WidthOf(string.Concat(runes), size) > room)
            {
                runes.RemoveRange(runes.Count - 2, 2);
                runes.Add(new System.Text.Rune('…'));
            }

            return string.Concat(runes);
        }

        // What a sans-serif font takes on average; ideographs fill their square.
        private static double WidthOf(string text, double size) => text.EnumerateRunes().Sum(rune => rune.Value >= 0x2E80 ? 1.0 : 0.62) * size;

        private static string Probability(float value) => value < 0.001 ? "<0.001" : value is > 0.9995f and < 1 ? ">0.999" : value.ToString("0.000", CultureInfo.InvariantCulture);
    }
}
