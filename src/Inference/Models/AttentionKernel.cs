using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Models;

/// <summary>softmax(q·kᵀ / √size)·v in fp32 on processors with 512-bit vectors, for many sequences and heads at once.</summary>
/// <remarks>
/// libtorch's own kernel multiplies small tiles with MKL, which keeps to AVX2 on processors that are not Intel's, and computes what the causal mask hides when
/// another mask is given. Here a worker packs the keys and values of one head, then takes eight queries at a time: their scores lie in the cache until the
/// values are mixed, and keys that no query may see are never touched (docs/performance.md).
/// </remarks>
internal static unsafe class AttentionKernel
{
    // Queries of one tile, and keys (or elements of a head) that it meets at once: sixteen sums in registers.
    private const int Tile = 8;
    private const int Panel = 32;
    private const int Lanes = 16;

    /// <summary>Whether this processor has the vectors it is written for.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    /// <summary>Rows of keys and values, as they lie in memory.</summary>
    /// <param name="Keys">The first row's key of the first head.</param>
    /// <param name="Values">The first row's value of the first head.</param>
    /// <param name="Rows">Number of rows.</param>
    /// <param name="RowStride">Floats from row to row.</param>
    /// <param name="HeadStride">Floats from head to head.</param>
    internal readonly record struct Stretch(nint Keys, nint Values, int Rows, int RowStride, int HeadStride);

    /// <summary>The queries of one sequence and everything they may look at.</summary>
    /// <param name="Queries">The first row's query of the first head.</param>
    /// <param name="Rows">Number of queries.</param>
    /// <param name="Before">The stretch that comes before; null if there is none.</param>
    /// <param name="Own">The stretch that ends with the queries' own rows.</param>
    /// <param name="Output">Where the first query's mixture goes.</param>
    internal sealed record Work(nint Queries, int Rows, Stretch? Before, Stretch Own, nint Output)
    {
        /// <summary>Keys in all.</summary>
        public int Keys => (Before?.Rows ?? 0) + Own.Rows;

        /// <summary>A sequence that begins: its queries, keys and values lie side by side, all heads of each in turn.</summary>
        /// <param name="from">The first sequence's first query.</param>
        /// <param name="to">Where its mixture goes.</param>
        /// <param name="first">The sequence's first row.</param>
        /// <param name="rows">Its rows.</param>
        /// <param name="form">Heads and strides.</param>
        /// <param name="before">The stretch that comes before.</param>
        public static Work InPlace(nint from, nint to, int first, int rows, Form form, Stretch? before = null)
        {
            var queries = from + (nint)((long)first * form.QueryStride * sizeof(float));
            var keys = queries + (form.Heads * form.Size * sizeof(float));
            var values = keys + (form.KeyHeads * form.Size * sizeof(float));
            return new Work(
                queries, rows, before, new Stretch(keys, values, rows, form.QueryStride, form.Size), to + (nint)((long)first * form.Heads * form.Size * sizeof(float)));
        }
    }

    /// <summary>What all sequences have in common.</summary>
    /// <param name="Heads">Query heads.</param>
    /// <param name="KeyHeads">Key heads; a group of consecutive query heads shares each.</param>
    /// <param name="Size">Elements of a head.</param>
    /// <param name="QueryStride">Floats from a query to the next row's.</param>
    /// <param name="IsCausal">The last query sees all keys, each one before it one fewer; else every query sees all.</param>
    /// <param name="Window">A causal query sees at most so many keys, its own included; null for all.</param>
    internal sealed record Form(int Heads, int KeyHeads, int Size, int QueryStride, bool IsCausal, int? Window);

    /// <summary>Computes all sequences' mixtures, rows × (heads × size) each.</summary>
    public static void Run(IReadOnlyList<Work> works, Form form)
    {
        // A head's share is cut until every thread has several, but not so far that packing outweighs it.
        var heads = form.KeyHeads * works.Count;
        var group = form.Heads / form.KeyHeads;
        var parts = Math.Clamp((4 * Workers.Count + heads - 1) / heads, 1, group * Math.Max(1, works.Max(work => work.Rows) / (8 * Tile)));
        Workers.For(heads * parts, index =>
        {
            var (head, part) = Math.DivRem(index, parts);
            var (work, keyHead) = (works[head / form.KeyHeads], head % form.KeyHeads);
            var tiles = group * ((work.Rows + Tile - 1) / Tile);
            var (first, end) = ((int)((long)tiles * part / parts), (int)((long)tiles * (part + 1) / parts));
            if (first < end)
            {
                Run(work, form, keyHead, first, end);
            }
        });
    }

    /// <summary>Tiles first … end − 1 of the query heads that share a key head.</summary>
    private static void Run(Work work, Form form, int keyHead, int firstTile, int endTile)
    {
        var size = form.Size;
        var panels = (work.Keys + Panel - 1) / Panel;
        var wide = (size + Panel - 1) / Panel * Panel;
        using var memory = new Scratch((panels * Panel * (size + wide)) + (panels * Panel * Tile) + (Tile * (size + wide)));
        var keys = memory.Take(panels * Panel * size);
        var values = memory.Take(panels * Panel * wide);
        var scores = memory.Take(panels * Panel * Tile);
        var query = memory.Take(Tile * size);
        var mixed = memory.Take(Tile * wide);
        var packed = 0;
        foreach (var stretch in work.Before is { } before ? (ReadOnlySpan<Stretch>)[before, work.Own] : [work.Own])
        {
            Pack(stretch, keyHead, size, wide, packed, keys, values);
            packed += stretch.Rows;
        }

        PadKeys(packed, panels * Panel, size, wide, keys, values);

        var tilesOfHead = (work.Rows + Tile - 1) / Tile;
        var scale = 1 / MathF.Sqrt(size);
        var sums = stackalloc float[Tile];
        for (var tile = firstTile; tile < endTile; tile++)
        {
            var head = (keyHead * (form.Heads / form.KeyHeads)) + (tile / tilesOfHead);
            var row = tile % tilesOfHead * Tile;
            var rows = Math.Min(Tile, work.Rows - row);
            PackQueries((float*)work.Queries + ((long)row * form.QueryStride) + (head * size), form.QueryStride, rows, size, scale, query);

            // The last row's end, the first row's beginning: whole panels, what is not seen in them is struck out.
            var see = work.Keys - work.Rows + row + 1;
            var end = form.IsCausal ? see + rows - 1 : work.Keys;
            var begin = form.IsCausal && form.Window is { } window ? Math.Max(0, see - window) : 0;
            var (firstPanel, endPanel) = (begin / Panel, (end + Panel - 1) / Panel);
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                Score(query, keys + ((long)panel * Panel * size), size, scores + ((long)panel * Panel * Tile));
            }

            for (var i = 0; i < Tile; i++)
            {
                var last = form.IsCausal ? Math.Min(see + i, end) : end;
                sums[i] = Soften(scores + (i * Panel), firstPanel, endPanel, form.IsCausal && form.Window is { } w ? Math.Max(0, last - w) : 0, last);
            }

            for (var column = 0; column < wide; column += Panel)
            {
                Mix(scores, values + column, wide, firstPanel, endPanel, mixed + column);
            }

            var output = (float*)work.Output + ((long)row * form.Heads * size) + (head * size);
            for (var i = 0; i < rows; i++, output += form.Heads * size)
            {
                var by = 1 / sums[i];
                for (var element = 0; element < size; element++)
                {
                    output[element] = mixed[(i * wide) + element] * by;
                }
            }
        }
    }

    /// <summary>Keys become panels of 32, element by element; values stay rows, filled up to whole panels of elements.</summary>
    private static void Pack(Stretch stretch, int keyHead, int size, int wide, int first, float* keys, float* values)
    {
        var key = (float*)stretch.Keys + ((long)keyHead * stretch.HeadStride);
        var value = (float*)stretch.Values + ((long)keyHead * stretch.HeadStride);
        for (var row = first; row < first + stretch.Rows; row++, key += stretch.RowStride, value += stretch.RowStride)
        {
            var place = keys + ((long)(row / Panel) * Panel * size) + (row % Panel);
            for (var element = 0; element < size; element++)
            {
                place[element * Panel] = key[element];
            }

            var to = new Span<float>(values + ((long)row * wide), wide);
            new ReadOnlySpan<float>(value, size).CopyTo(to);
            to[size..].Clear();
        }
    }

    /// <summary>Keys that do not exist: zeros, so that nothing that was left in memory is multiplied.</summary>
    private static void PadKeys(int first, int end, int size, int wide, float* keys, float* values)
    {
        for (var row = first; row < end; row++)
        {
            var place = keys + ((long)(row / Panel) * Panel * size) + (row % Panel);
            for (var element = 0; element < size; element++)
            {
                place[element * Panel] = 0;
            }

            new Span<float>(values + ((long)row * wide), wide).Clear();
        }
    }

    /// <summary>A tile's queries, scaled, element by element; rows that do not exist are zeros.</summary>
    private static void PackQueries(float* queries, int stride, int rows, int size, float scale, float* to)
    {
        for (var i = 0; i < Tile; i++, queries += stride)
        {
            for (var element = 0; element < size; element++)
            {
                to[(element * Tile) + i] = i < rows ? queries[element] * scale : 0;
            }
        }
    }

    /// <summary>Eight queries times a panel of keys: tile × panel, row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score(float* query, float* keys, int size, float* scores)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        Vector512<float> e0 = default, e1 = default, f0 = default, f1 = default, g0 = default, g1 = default, h0 = default, h1 = default;
        for (var end = query + (size * Tile); query < end; query += Tile, keys += Panel)
        {
            var low = Vector512.Load(keys);
            var high = Vector512.Load(keys + Lanes);
            var x = Vector512.Create(query[0]);
            (a0, a1) = (Vector512.FusedMultiplyAdd(x, low, a0), Vector512.FusedMultiplyAdd(x, high, a1));
            x = Vector512.Create(query[1]);
            (b0, b1) = (Vector512.FusedMultiplyAdd(x, low, b0), Vector512.FusedMultiplyAdd(x, high, b1));
            x = Vector512.Create(query[2]);
            (c0, c1) = (Vector512.FusedMultiplyAdd(x, low, c0), Vector512.FusedMultiplyAdd(x, high, c1));
            x = Vector512.Create(query[3]);
            (d0, d1) = (Vector512.FusedMultiplyAdd(x, low, d0), Vector512.FusedMultiplyAdd(x, high, d1));
            x = Vector512.Create(query[4]);
            (e0, e1) = (Vector512.FusedMultiplyAdd(x, low, e0), Vector512.FusedMultiplyAdd(x, high, e1));
            x = Vector512.Create(query[5]);
            (f0, f1) = (Vector512.FusedMultiplyAdd(x, low, f0), Vector512.FusedMultiplyAdd(x, high, f1));
            x = Vector512.Create(query[6]);
            (g0, g1) = (Vector512.FusedMultiplyAdd(x, low, g0), Vector512.FusedMultiplyAdd(x, high, g1));
            x = Vector512.Create(query[7]);
            (h0, h1) = (Vector512.FusedMultiplyAdd(x, low, h0), Vector512.FusedMultiplyAdd(x, high, h1));
        }

        Store(scores, Panel, a0, a1, b0, b1, c0, c1, d0, d1, e0, e1, f0, f1, g0, g1, h0, h1);
    }

    /// <summary>Scores become eˢ⁻ᵐᵃˣ, and 0 where nothing is seen. Gives their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Soften(float* scores, int firstPanel, int endPanel, int begin, int end)
    {
        const int Step = Tile * Panel;
        var ids = Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        var hidden = Vector512.Create(float.NegativeInfinity);
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var key = panel * Panel;
            if (key < begin || key + Panel > end)
            {
                for (var at = 0; at < Panel; at += Lanes)
                {
                    var place = scores + (panel * Step) + at;
                    var id = ids + Vector512.Create(key + at);
                    var isSeen = Vector512.GreaterThanOrEqual(id, Vector512.Create(begin)) & Vector512.LessThan(id, Vector512.Create(end));
                    Vector512.Store(Vector512.ConditionalSelect(isSeen.AsSingle(), Vector512.Load(place), hidden), place);
                }
            }
        }

        var (most, other) = (hidden, hidden);
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            most = Vector512.MaxNative(most, Vector512.Load(scores + (panel * Step)));
            other = Vector512.MaxNative(other, Vector512.Load(scores + (panel * Step) + Lanes));
        }

        most = Vector512.MaxNative(most, other);
        var max = float.NegativeInfinity;
        for (var lane = 0; lane < Lanes; lane++)
        {
            max = MathF.Max(max, most[lane]);
        }

        var top = Vector512.Create(max);
        var (sum, second) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var place = scores + (panel * Step);
            var low = FastExp.OfNegative(Vector512.Load(place) - top);
            var high = FastExp.OfNegative(Vector512.Load(place + Lanes) - top);
            (sum, second) = (sum + low, second + high);
            Vector512.Store(low, place);
            Vector512.Store(high, place + Lanes);
        }

        return Vector512.Sum(sum + second);
    }

    /// <summary>A tile's weights times a panel of the values' elements: tile × panel, in rows of <paramref name="wide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(float* weights, float* values, int wide, int firstPanel, int endPanel, float* mixed)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        Vector512<float> e0 = default, e1 = default, f0 = default, f1 = default, g0 = default, g1 = default, h0 = default, h1 = default;
        var value = values + ((long)firstPanel * Panel * wide);
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var weight = weights + (panel * Panel * Tile);
            for (var end = weight + Panel; weight < end; weight++, value += wide)
            {
                var low = Vector512.Load(value);
                var high = Vector512.Load(value + Lanes);
                var x = Vector512.Create(weight[0]);
                (a0, a1) = (Vector512.FusedMultiplyAdd(x, low, a0), Vector512.FusedMultiplyAdd(x, high, a1));
                x = Vector512.Create(weight[Panel]);
                (b0, b1) = (Vector512.FusedMultiplyAdd(x, low, b0), Vector512.FusedMultiplyAdd(x, high, b1));
                x = Vector512.Create(weight[2 * Panel]);
                (c0, c1) = (Vector512.FusedMultiplyAdd(x, low, c0), Vector512.FusedMultiplyAdd(x, high, c1));
                x = Vector512.Create(weight[3 * Panel]);
                (d0, d1) = (Vector512.FusedMultiplyAdd(x, low, d0), Vector512.FusedMultiplyAdd(x, high, d1));
                x = Vector512.Create(weight[4 * Panel]);
                (e0, e1) = (Vector512.FusedMultiplyAdd(x, low, e0), Vector512.FusedMultiplyAdd(x, high, e1));
                x = Vector512.Create(weight[5 * Panel]);
                (f0, f1) = (Vector512.FusedMultiplyAdd(x, low, f0), Vector512.FusedMultiplyAdd(x, high, f1));
                x = Vector512.Create(weight[6 * Panel]);
                (g0, g1) = (Vector512.FusedMultiplyAdd(x, low, g0), Vector512.FusedMultiplyAdd(x, high, g1));
                x = Vector512.Create(weight[7 * Panel]);
                (h0, h1) = (Vector512.FusedMultiplyAdd(x, low, h0), Vector512.FusedMultiplyAdd(x, high, h1));
            }
        }

        Store(mixed, wide, a0, a1, b0, b1, c0, c1, d0, d1, e0, e1, f0, f1, g0, g1, h0, h1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* to, int stride,
        Vector512<float> a0, Vector512<float> a1, Vector512<float> b0, Vector512<float> b1, Vector512<float> c0, Vector512<float> c1, Vector512<float> d0, Vector512<float> d1,
        Vector512<float> e0, Vector512<float> e1, Vector512<float> f0, Vector512<float> f1, Vector512<float> g0, Vector512<float> g1, Vector512<float> h0, Vector512<float> h1)
    {
        Vector512.Store(a0, to);
        Vector512.Store(a1, to + Lanes);
        Vector512.Store(b0, to + stride);
        Vector512.Store(b1, to + stride + Lanes);
        Vector512.Store(c0, to + (2 * stride));
        Vector512.Store(c1, to + (2 * stride) + Lanes);
        Vector512.Store(d0, to + (3 * stride));
        Vector512.Store(d1, to + (3 * stride) + Lanes);
        Vector512.Store(e0, to + (4 * stride));
        Vector512.Store(e1, to + (4 * stride) + Lanes);
        Vector512.Store(f0, to + (5 * stride));
        Vector512.Store(f1, to + (5 * stride) + Lanes);
        Vector512.Store(g0, to + (6 * stride));
        Vector512.Store(g1, to + (6 * stride) + Lanes);
        Vector512.Store(h0, to + (7 * stride));
        Vector512.Store(h1, to + (7 * stride) + Lanes);
    }

    /// <summary>One worker's memory, kept by its thread from head to head.</summary>
    private ref struct Scratch
    {
        [ThreadStatic]
        private static byte[]? s_kept;

        private GCHandle _pin;
        private float* _next;

        public Scratch(int floats)
        {
            const int Line = 64;
            var bytes = (floats * sizeof(float)) + (6 * Line);
            if (s_kept is null || s_kept.Length < bytes)
            {
                s_kept = GC.AllocateUninitializedArray<byte>(bytes);
            }

            _pin = GCHandle.Alloc(s_kept, GCHandleType.Pinned);
            _next = (float*)((_pin.AddrOfPinnedObject() + Line - 1) & ~(nint)(Line - 1));
        }

        public float* Take(int floats)
        {
            var taken = _next;
            _next += (floats + Lanes - 1) / Lanes * Lanes;
            return taken;
        }

        public void Dispose() => _pin.Free();
    }
}
