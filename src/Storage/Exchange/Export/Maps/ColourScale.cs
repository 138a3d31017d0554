namespace LogitLens.Storage.Exchange.Export.Maps;

/// <summary>The explorer's scales: the stops and the mixing of <c>wwwroot/js/explorer/theme.js</c>. A test holds both to be equal.</summary>
public sealed class ColourScale
{
    private const int Steps = 256;

    private readonly Rgb[] _colours = new Rgb[Steps];

    private ColourScale(params string[] stops)
    {
        Stops = stops;
        var parsed = Array.ConvertAll(stops, Rgb.Parse);
        for (var step = 0; step < Steps; step++)
        {
            var at = step / (double)(Steps - 1) * (parsed.Length - 1);
            var from = Math.Min((int)at, parsed.Length - 2);
            var (low, high) = (parsed[from], parsed[from + 1]);
            _colours[step] = new Rgb(Mix(low.Red, high.Red, at - from), Mix(low.Green, high.Green, at - from), Mix(low.Blue, high.Blue, at - from));
        }
    }

    /// <summary>From unsure to sure, on any page.</summary>
    public static ColourScale Sure { get; } =
        new("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838");

    /// <summary>From emb to L on a light page.</summary>
    public static ColourScale Depth { get; } = new("#d9f1f0", "#a9dcdb", "#74c3c4", "#46a5a9", "#24838a", "#11626b", "#07434c");

    /// <summary>From emb to L on a dark page: the other way.</summary>
    public static ColourScale DepthOnDark { get; } = new([.. Depth.Stops.Reverse()]);

    /// <summary>The colours the scale goes through, evenly spaced.</summary>
    public IReadOnlyList<string> Stops { get; }

    /// <summary>The colour of a value from 0 to 1; beyond them, that of the end.</summary>
    public Rgb this[double value] => _colours[(int)Math.Clamp(RoundHalfUp(value * (Steps - 1)), 0, Steps - 1)];

    private static byte Mix(byte low, byte high, double share) => (byte)RoundHalfUp(low + ((high - low) * share));

    // As JavaScript's Math.round.
    private static double RoundHalfUp(double value) => Math.Floor(value + 0.5);
}
