using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.States;

/// <summary>
/// An analysis' hidden states as safetensors: <c>hidden_states.emb</c>, <c>hidden_states.1</c>, … of shape (positions, width), the answer's positions after the
/// prompt's. Which checkpoint, prompt and image they are of stands in the metadata.
/// </summary>
public static class SafetensorsExport
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file; one layer is in memory at a time.</summary>
    /// <param name="rows">What <see cref="HiddenStateStore.ListAsync"/> gives; at least one.</param>
    /// <exception cref="InvalidDataException">A layer has vanished meanwhile.</exception>
    public static async Task WriteAsync(Stream output, AnalysisDetail analysis, IReadOnlyList<HiddenStateRow> rows, HiddenStateStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(store);
        var header = HeaderOf(analysis, rows);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        await output.WriteAsync(length, cancellationToken);
        await output.WriteAsync(header, cancellationToken);
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

    private static byte[] HeaderOf(AnalysisDetail analysis, IReadOnlyList<HiddenStateRow> rows)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__"u8);
            json.WriteString("format"u8, "pt"u8);
            json.WriteString("writer"u8, "LogitLens"u8);
            json.WriteString("checkpoint"u8, analysis.Run.Checkpoint.Name);
            json.WriteString("checkpoint_hash"u8, analysis.Run.Checkpoint.Hash);
            json.WriteString("run"u8, analysis.Run.Name);
            json.WriteString("run_id"u8, analysis.Run.Id.ToString());
            json.WriteString("item"u8, $"{analysis.Row.Ordinal}");
            json.WriteString("image"u8, analysis.Image.Name);
            json.WriteString("image_sha256"u8, analysis.Image.Sha256);
            json.WriteString("prompt"u8, analysis.Row.Prompt);
            json.WriteString("final_norm"u8, "not applied"u8);
            json.WriteEndObject();
            long at = 0;
            foreach (var layer in rows.GroupBy(row => row.Layer))
            {
                var size = layer.Sum(row => row.Bytes);
                json.WriteStartObject($"hidden_states.{(layer.Key == 0 ? "emb" : layer.Key)}");
                json.WriteString("dtype"u8, layer.First().Bits == 16 ? "F16"u8 : "F32"u8);
                json.WriteStartArray("shape"u8);
                json.WriteNumberValue(layer.Sum(row => (long)row.Positions));
                json.WriteNumberValue(layer.First().Width);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets"u8);
                json.WriteNumberValue(at);
                json.WriteNumberValue(at + size);
                json.WriteEndArray();
                json.WriteEndObject();
                at += size;
            }

            json.WriteEndObject();
        }

        // Padded, so that the values begin on a multiple of 8.
        while (bytes.Length % 8 != 0)
        {
            bytes.WriteByte((byte)' ');
        }

        return bytes.ToArray();
    }
}
