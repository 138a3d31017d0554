using System.Text.Encodings.Web;
using System.Text.Json;
using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Tokenization;

namespace LogitLens.Dashboard.Commands;

/// <summary>One analysis as JSON for scripts, from the readings as they were computed in single precision, before the database keeps them in half.</summary>
internal static class ReadingsDocument
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document as UTF-8.</summary>
    /// <param name="checkpoint">The checkpoint's name.</param>
    public static void Write(Stream output, string checkpoint, AnalysisResult result)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteNumber("version"u8, 1);
        json.WriteString("checkpoint"u8, checkpoint);
        json.WriteString("prompt"u8, result.Input.Prompt);
        WritePositions(json, result);
        WriteLayers(json, result);
        WriteAnswer(json, result.Answer);
        json.WriteEndObject();
    }

    private static void WritePositions(Utf8JsonWriter json, AnalysisResult result)
    {
        // What was read of the answer comes last: all of it but its last token, which was never fed back.
        var fedBack = result.Answer is { } answer && answer.Ids.Count > 1 ? answer.Ids.Take(answer.Ids.Count - 1) : [];
        json.WriteStartArray("positions"u8);
        foreach (var position in result.Input.Positions.Concat(fedBack.Select(id => new InputPosition(id, PositionKind.Answer, Patch: null))))
        {
            WritePosition(json, position, result.Tokens[position.Id]);
        }

        json.WriteEndArray();
    }

    private static void WritePosition(Utf8JsonWriter json, InputPosition position, TokenEntry token)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, position.Id);
        json.WriteString("piece"u8, token.Piece);
        json.WriteString("text"u8, token.Text);
        json.WriteString("kind"u8, position.Kind switch
        {
            PositionKind.Text => "text",
            PositionKind.Patch => "patch",
            PositionKind.Newline => "newline",
            PositionKind.Answer => "answer",
            _ => throw new ArgumentOutOfRangeException(nameof(position), position.Kind, "A kind without a name."),
        });
        if (position.Patch is { } patch)
        {
            json.WriteNumber("tile"u8, patch.Tile);
            json.WriteNumber("row"u8, patch.Row);
            json.WriteNumber("column"u8, patch.Column);
            json.WriteStartArray("pixels"u8);
            json.WriteNumberValue(patch.Pixels.X);
            json.WriteNumberValue(patch.Pixels.Y);
            json.WriteNumberValue(patch.Pixels.Width);
            json.WriteNumberValue(patch.Pixels.Height);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("tile"u8);
            json.WriteNull("row"u8);
            json.WriteNull("column"u8);
            json.WriteNull("pixels"u8);
        }

        json.WriteEndObject();
    }

    private static void WriteLayers(Utf8JsonWriter json, AnalysisResult result)
    {
        json.WriteStartArray("layers"u8);
        foreach (var layer in result.Readings.GroupBy(reading => reading.Layer).OrderBy(layer => layer.Key))
        {
            // The prompt's reading, then the answer's if there is one.
            var parts = layer.OrderBy(reading => reading.FirstPosition).ToList();
            json.WriteStartObject();
            if (layer.Key == 0)
            {
                json.WriteString("layer"u8, "emb"u8);
            }
            else
            {
                json.WriteNumber("layer"u8, layer.Key);
            }

            WriteRows(json, "ids", parts, (reading, at) => json.WriteNumberValue(reading.Ids[at]));
            WriteRows(json, "probabilities", parts, (reading, at) => json.WriteNumberValue((float)Math.Exp(reading.LogProbabilities[at])));
            WriteValues(json, "entropyBits", parts, reading => reading.EntropyBits);
            WriteValues(json, "logSumExp", parts, reading => reading.LogSumExp);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRows(Utf8JsonWriter json, string name, List<LayerReading> parts, Action<LayerReading, int> write)
    {
        json.WriteStartArray(name);
        foreach (var part in parts)
        {
            for (var position = 0; position < part.Positions; position++)
            {
                json.WriteStartArray();
                for (var rank = 0; rank < part.TopK; rank++)
                {
                    write(part, (position * part.TopK) + rank);
                }

                json.WriteEndArray();
            }
        }

        json.WriteEndArray();
    }

    private static void WriteValues(Utf8JsonWriter json, string name, List<LayerReading> parts, Func<LayerReading, float[]> values)
    {
        json.WriteStartArray(name);
        foreach (var value in parts.SelectMany(values))
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteAnswer(Utf8JsonWriter json, Answer? answer)
    {
        if (answer is null)
        {
            json.WriteNull("answer"u8);
            return;
        }

        json.WriteStartObject("answer"u8);
        json.WriteStartArray("ids"u8);
        foreach (var id in answer.Ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        json.WriteString("text"u8, answer.Text);
        json.WriteEndObject();
    }
}
