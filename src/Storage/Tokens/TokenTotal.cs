using System.Data.Common;

namespace LogitLens.Storage.Tokens;

/// <summary>A token in all analyses of a run.</summary>
/// <param name="Layers">As <see cref="TokenLayersCodec"/> packs them, positions summed over analyses, best positions 0.</param>
internal sealed record TokenTotal(int TokenId, long Analyses, TokenTotal.Sum Patch, TokenTotal.Sum Text, byte[] Layers)
{
    /// <summary>What <see cref="Read"/> reads, of a table called t.</summary>
    public const string Columns =
        """t."TokenId", t."Analyses", t."PatchAnalyses", t."PatchPositions", t."PatchBest", t."TextAnalyses", t."TextPositions", t."TextBest", t."Layers" """;

    public static TokenTotal Read(DbDataReader row) => new(
        row.GetInt32(0),
        row.GetInt64(1),
        new Sum(row.GetInt64(2), row.GetInt64(3), row.GetInt32(4)),
        new Sum(row.GetInt64(5), row.GetInt64(6), row.GetInt32(7)),
        row.GetFieldValue<byte[]>(8));

    /// <summary>The total with one more analysis.</summary>
    public static TokenTotal Add(TokenTotal? before, IndexedToken token)
    {
        Sum patch = before?.Patch ?? default, text = before?.Text ?? default;
        Sum patchHere = default, textHere = default;
        foreach (var layer in token.Layers)
        {
            if (layer.Place == TokenPlace.Patch)
            {
                patchHere = new Sum(1, patchHere.Positions + layer.Positions, Math.Max(patchHere.Best, layer.Best));
            }
            else
            {
                textHere = new Sum(1, textHere.Positions + layer.Positions, Math.Max(textHere.Best, layer.Best));
            }
        }

        return new TokenTotal(token.Id, (before?.Analyses ?? 0) + 1, patch.Plus(patchHere), text.Plus(textHere), Merge(before?.Layers ?? [], token.Layers));
    }

    /// <summary>Two ascending lists become one.</summary>
    private static byte[] Merge(byte[] before, IReadOnlyList<TokenLayer> added)
    {
        var merged = new List<TokenLayer>(added.Count + 16);
        var at = 0;
        foreach (var known in TokenLayersCodec.Read(before))
        {
            while (at < added.Count && (added[at].Layer, added[at].Place).CompareTo((known.Layer, known.Place)) < 0)
            {
                merged.Add(added[at++] with { BestPosition = 0 });
            }

            if (at < added.Count && (added[at].Layer, added[at].Place) == (known.Layer, known.Place))
            {
                merged.Add(known with { Positions = known.Positions + added[at].Positions, Best = Math.Max(known.Best, added[at].Best) });
                at++;
            }
            else
            {
                merged.Add(known);
            }
        }

        for (; at < added.Count; at++)
        {
            merged.Add(added[at] with { BestPosition = 0 });
        }

        return TokenLayersCodec.Pack(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(merged));
    }

    /// <summary>Sums over patches or over text.</summary>
    public readonly record struct Sum(long Analyses, long Positions, int Best)
    {
        public Sum Plus(Sum other) => new(Analyses + other.Analyses, Positions + other.Positions, Math.Max(Best, other.Best));
    }
}
