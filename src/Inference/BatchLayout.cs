using LogitLens.Inference.Imaging;

namespace LogitLens.Inference;

/// <summary>How the positions of several inputs lie in one residual stream. Prompts on one picture share every position up to the picture's end: causality makes them equal.</summary>
internal sealed class BatchLayout
{
    private BatchLayout(IReadOnlyList<PreparedPicture> pictures, IReadOnlyList<Stretch> stretches, IReadOnlyList<Stretch> tails)
    {
        Pictures = pictures;
        Stretches = stretches;
        Tails = tails;
    }

    /// <summary>Consecutive positions of consecutive rows.</summary>
    /// <param name="Row">The first row.</param>
    /// <param name="Ids">The ids at the positions.</param>
    /// <param name="Prefix">What comes before in the sequence; null at its beginning.</param>
    /// <param name="Picture">Index of the picture among <see cref="Pictures"/>, whose features stand here; null if none do.</param>
    internal sealed record Stretch(int Row, int[] Ids, Stretch? Prefix, int? Picture)
    {
        /// <summary>Number of rows.</summary>
        public int Rows => Ids.Length;
    }

    /// <summary>Each picture once.</summary>
    public IReadOnlyList<PreparedPicture> Pictures { get; }

    /// <summary>All stretches in the order of their rows; a prefix before what continues it.</summary>
    public IReadOnlyList<Stretch> Stretches { get; }

    /// <summary>The stretch that each input ends with.</summary>
    public IReadOnlyList<Stretch> Tails { get; }

    /// <summary>The rows of an input, in the order of its positions.</summary>
    public (int First, int Count)[] RowsOf(int input) => Tails[input].Prefix is { } prefix
        ? [(prefix.Row, prefix.Rows), (Tails[input].Row, Tails[input].Rows)]
        : [(Tails[input].Row, Tails[input].Rows)];

    /// <summary>Which inputs share their first rows.</summary>
    public IReadOnlyList<SharedStart> Shared => [.. Enumerable.Range(0, Tails.Count)
        .Where(input => Tails[input].Prefix is not null)
        .GroupBy(input => Tails[input].Prefix!.Row)
        .Select(alike => new SharedStart([.. alike], Tails[alike.First()].Prefix!.Rows))];

    /// <summary>Lays out a batch.</summary>
    public static BatchLayout Of(IReadOnlyList<PreparedInput> inputs)
    {
        var pictures = new List<PreparedPicture>();
        var seen = new int[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            var picture = inputs[i].Picture;
            seen[i] = pictures.FindIndex(other => ReferenceEquals(other, picture) || (other.Fine == picture.Fine && other.PixelValues.AsSpan().SequenceEqual(picture.PixelValues)));
            if (seen[i] < 0)
            {
                seen[i] = pictures.Count;
                pictures.Add(picture);
            }
        }

        var ids = inputs.Select(input => input.Positions.Select(position => position.Id).ToArray()).ToList();
        var shared = inputs.Select(SharedLength).ToList();
        var stretches = new List<Stretch>();
        var tails = new Stretch[inputs.Count];
        var row = 0;
        for (var i = 0; i < inputs.Count; i++)
        {
            if (tails[i] is not null)
            {
                continue;
            }

            var start = ids[i].AsMemory(0, shared[i]);
            var alike = Enumerable.Range(i, inputs.Count - i)
                .Where(j => shared[j] == shared[i] && shared[i] > 0 && seen[j] == seen[i] && ids[j].AsSpan(0, shared[j]).SequenceEqual(start.Span))
                .ToList();
            if (alike.Count < 2)
            {
                tails[i] = Add(ids[i], prefix: null, seen[i]);
                continue;
            }

            var prefix = Add(start.ToArray(), prefix: null, seen[i]);
            foreach (var j in alike)
            {
                tails[j] = Add(ids[j][shared[j]..], prefix, picture: null);
            }
        }

        return new BatchLayout(pictures, stretches, tails);

        Stretch Add(int[] stretch, Stretch? prefix, int? picture)
        {
            var added = new Stretch(row, stretch, prefix, picture);
            stretches.Add(added);
            row += stretch.Length;
            return added;
        }
    }

    /// <summary>Positions up to the picture's end; none if nothing follows it.</summary>
    internal static int SharedLength(PreparedInput input)
    {
        for (var i = input.Positions.Count - 1; i >= 0; i--)
        {
            // Whatever is no text belongs to the picture.
            if (input.Positions[i].Kind != PositionKind.Text)
            {
                return i == input.Positions.Count - 1 ? 0 : i + 1;
            }
        }

        return 0;
    }
}
