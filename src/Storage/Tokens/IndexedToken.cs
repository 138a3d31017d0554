using System.Data.Common;

namespace LogitLens.Storage.Tokens;

/// <summary>A token in one analysis: a row of the token index.</summary>
/// <param name="Best">The greatest of its layers', in units of 1 / <see cref="TokenProbability.Units"/>.</param>
/// <param name="Layers">Ascending by layer, then place.</param>
internal sealed record IndexedToken(int Id, int Best, IReadOnlyList<TokenLayer> Layers)
{
    /// <summary>A row of <see cref="TokenIndex.RowsSql"/>, and the analysis it is of.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static (IndexedToken Token, long Analysis) Read(DbDataReader row)
    {
        var layers = new List<TokenLayer>();
        foreach (var layer in TokenLayersCodec.Read(row.GetFieldValue<byte[]>(3)))
        {
            layers.Add(layer);
        }

        return (new IndexedToken(row.GetInt32(0), row.GetInt32(2), layers), row.GetInt64(1));
    }
}
