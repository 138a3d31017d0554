using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;

namespace LogitLens.Storage.States;

/// <summary>
/// An analysis' hidden states as safetensors: <c>hidden_states.emb</c>, <c>hidden_states.1</c>, … of shape (positions, width), the answer's positions after the
/// prompt's. Which checkpoint, prompt and image they are of stands in the metadata.
/// </summary>
public static class SafetensorsExport
{
    /// <summary>Writes the file; one layer is in memory at a time.</summary>
    /// <param name="rows">What <see cref="HiddenStateStore.ListAsync"/> gives; at least one.</param>
    /// <exception cref="InvalidDataException">A layer has vanished meanwhile.</exception>
    public static async Task WriteAsync(Stream output, AnalysisDetail analysis, IReadOnlyList<HiddenStateRow> rows, HiddenStateStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(store);
        await output.WriteAsync(HeaderOf(analysis, rows), cancellationToken);
        foreach (var row in rows)
        {
            var values = await store.ReadAsync(analysis.Row.Id, row.Segment, row.Layer, cancellationToken);
            if (values?.LongLength != row.Bytes)
            {
                throw new InvalidDataException($"Layer {row.Layer} of analysis {analysis.Row.Id} is no longer there.");
            }

            await output.WriteAsync(values, cancellationToken);
        }
    }

    private static byte[] HeaderOf(AnalysisDetail analysis, IReadOnlyList<HiddenStateRow> rows) => SafetensorsWriter.HeaderOf(
        new Dictionary<string, string>
        {
            ["checkpoint"] = analysis.Run.Checkpoint.Name,
            ["checkpoint_hash"] = analysis.Run.Checkpoint.Hash,
            ["run"] = analysis.Run.Name,
            ["run_id"] = analysis.Run.Id.ToString(),
            ["item"] = $"{analysis.Row.Ordinal}",
            ["image"] = analysis.Image.Name,
            ["image_sha256"] = analysis.Image.Sha256,
            ["prompt"] = analysis.Row.Prompt,
            ["final_norm"] = "not applied",
        },
        [
            .. rows.GroupBy(row => row.Layer).Select(layer => new SafetensorsTensor(
                $"hidden_states.{(layer.Key == 0 ? "emb" : layer.Key)}", layer.First().Bits == 16 ? "F16" : "F32", layer.Sum(row => (long)row.Positions), layer.First().Width)),
        ]);
}
