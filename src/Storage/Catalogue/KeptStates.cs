namespace LogitLens.Storage.Catalogue;

/// <summary>Which hidden states a run keeps: the raw residual stream, no final norm applied.</summary>
/// <param name="Layers">Layers kept, ascending, 0 = <c>emb</c>; at least one.</param>
/// <param name="Bits">16 or 32: half precision is what checkpoints are stored in, single is what they are computed in.</param>
public sealed record KeptStates(IReadOnlyList<int> Layers, int Bits = 16)
{
    /// <summary>Bytes that one analysis takes.</summary>
    /// <param name="positions">Positions of the prompt and of the answer that is fed back.</param>
    /// <param name="width">Width of the residual stream.</param>
    public long BytesFor(long positions, int width) => positions * width * (Bits / 8) * Layers.Count;
}
