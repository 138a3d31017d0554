using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Import;

/// <summary>A page's readings with ids in place of texts.</summary>
/// <param name="Layers">One per column, <c>emb</c> first; the last one carries the legacy mark, as these tools norm it twice.</param>
/// <param name="Tokens">Distinct tokens.</param>
/// <param name="TextOnlyTokens">Those of them whose id in the model is not known.</param>
public sealed record InterpReadings(IReadOnlyList<LayerArrays> Layers, AnalysisLayout Layout, int Tokens, int TextOnlyTokens)
{
    /// <summary>The placeholder that LLaVA's prompts have for the picture, and the id of every patch.</summary>
    private const string Placeholder = "<image>";

    private const byte TextKind = 0;
    private const byte PatchKind = 1;

    /// <summary>Gives every text its id and every patch its pixels.</summary>
    /// <param name="table">Takes up what it does not know yet.</param>
    /// <param name="width">The picture's, in pixels.</param>
    /// <param name="height">The picture's, in pixels.</param>
    public static InterpReadings From(InterpPage page, ImportedTable table, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(table);
        var ids = page.Texts.Select(table.IdOf).ToArray();
        var layout = LayoutOf(page, table, width, height);
        var textOnly = table.Rows.Where(row => row.Kind == TokenRow.TextOnly).Select(row => row.Id).ToHashSet();
        return new InterpReadings(
            [.. Enumerable.Range(0, page.Columns).Select(column => LayerOf(page, column, ids))],
            layout,
            ids.Length,
            ids.Count(textOnly.Contains));
    }

    private static LayerArrays LayerOf(InterpPage page, int column, int[] ids)
    {
        var count = page.Positions * page.TopK;
        var probabilities = page.Probabilities.AsSpan(column * count, count);
        return new LayerArrays(
            column,
            0,
            page.Positions,
            page.TopK,
            Array.ConvertAll(page.TextIndices[(column * count)..((column + 1) * count)], place => ids[place]),
            page.IsPrinted ? probabilities.ToArray() : Array.ConvertAll(probabilities.ToArray(), MathF.Log),
            null,
            [],
            [],
            [],
            Score: page.IsPrinted ? ScoreKind.PrintedProbability : ScoreKind.LogProbability,
            Legacy: column == page.Layers);
    }

    private static AnalysisLayout LayoutOf(InterpPage page, ImportedTable table, int width, int height)
    {
        var (cellWidth, cellHeight) = ((double)width / page.GridSide, (double)height / page.GridSide);
        var patchId = table.IdOf(Placeholder);
        return new AnalysisLayout(width, height, new PixelBox(0, 0, width, height), [.. page.Patches.Select(PositionOf)]);

        LayoutPosition PositionOf(int patch, int position)
        {
            if (patch < 0)
            {
                return new LayoutPosition(table.IdOf(page.Labels[position]), TextKind, null, null, null, null);
            }

            var (row, column) = (patch / page.GridSide, patch % page.GridSide);
            return new LayoutPosition(patchId, PatchKind, 0, row, column, new PixelBox(column * cellWidth, row * cellHeight, cellWidth, cellHeight));
        }
    }
}
