using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LogitLens.Storage.Exchange.Documents;

/// <summary>Writes <see cref="ReadingsDocument"/> as UTF-8, number by number: no tree of it is built.</summary>
public static class ReadingsDocumentWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static readonly JsonSerializerOptions Serializer = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    };

    /// <summary>Writes a document.</summary>
    /// <param name="output">Written synchronously; stays open.</param>
    public static void Write(Stream output, ReadingsDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteNumber("version"u8, document.Version);
        json.WriteString("checkpoint"u8, document.Checkpoint);
        json.WriteString("prompt"u8, document.Prompt);
        if (document.Origin is { } origin)
        {
            json.WritePropertyName("origin"u8);
            JsonSerializer.Serialize(json, origin, Serializer);
        }

        if (document.Tokens is { } tokens)
        {
            json.WritePropertyName("tokens"u8);
            JsonSerializer.Serialize(json, tokens, Serializer);
        }

        WritePositions(json, document.Positions);
        WriteLayers(json, document);
        WriteAnswer(json, document.Answer);
        json.WriteEndObject();
    }

    private static void WritePositions(Utf8JsonWriter json, IReadOnlyList<DocumentPosition> positions)
    {
        json.WriteStartArray("positions"u8);
        foreach (var position in positions)
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, position.Id);
            json.WriteString("piece"u8, position.Piece);
            json.WriteString("text"u8, position.Text);
            json.WriteString("kind"u8, position.Kind);
            Write(json, "tile"u8, position.Tile);
            Write(json, "row"u8, position.Row);
            Write(json, "column"u8, position.Column);
            if (position.Pixels is { } pixels)
            {
                json.WriteStartArray("pixels"u8);
                json.WriteNumberValue(pixels.X);
                json.WriteNumberValue(pixels.Y);
                json.WriteNumberValue(pixels.Width);
                json.WriteNumberValue(pixels.Height);
                json.WriteEndArray();
            }
            else
            {
                json.WriteNull("pixels"u8);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteLayers(Utf8JsonWriter json, ReadingsDocument document)
    {
        // What the database keeps in half precision is written as the shortest text that gives that half again: five digits at most.
        Action<Utf8JsonWriter, float> write = document.Version == ReadingsDocument.Plain ? WriteSingle : WriteHalf;
        json.WriteStartArray("layers"u8);
        foreach (var layer in document.Layers)
        {
            json.WriteStartObject();
            if (layer.Layer == 0)
            {
                json.WriteString("layer"u8, "emb"u8);
            }
            else
            {
                json.WriteNumber("layer"u8, layer.Layer);
            }

            if (layer.Legacy)
            {
                json.WriteBoolean("legacy"u8, true);
            }

            WriteRows(json, "ids", layer.Ids, layer.TopK, (j, id) => j.WriteNumberValue(id));
            WriteRows(json, "probabilities", layer.Probabilities, layer.TopK, WriteSingle);
            if (layer.LogProbabilities is { } logProbabilities)
            {
                WriteRows(json, "logProbabilities", logProbabilities, layer.TopK, write);
            }

            WriteValues(json, "entropyBits", layer.EntropyBits, write);
            WriteValues(json, "logSumExp", layer.LogSumExp, write);
            if (layer.Tracked.Length > 0 && document.Version != ReadingsDocument.Plain)
            {
                WriteTracked(json, layer, layer.LogProbabilities is null ? WriteSingle : write);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTracked(Utf8JsonWriter json, DocumentLayer layer, Action<Utf8JsonWriter, float> write)
    {
        json.WriteStartObject("tracked"u8);
        json.WriteStartArray("ids"u8);
        foreach (var id in layer.Tracked)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        WriteRows(json, layer.LogProbabilities is null ? "probabilities" : "logProbabilities", layer.TrackedScores, layer.Tracked.Length, write);
        WriteRows(json, "ranks", layer.TrackedRanks, layer.Tracked.Length, (j, rank) => j.WriteNumberValue(rank));
        json.WriteEndObject();
    }

    private static void WriteRows<T>(Utf8JsonWriter json, string name, T[] values, int width, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        for (var from = 0; from < values.Length; from += width)
        {
            json.WriteStartArray();
            for (var at = from; at < from + width; at++)
            {
                write(json, values[at]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteValues(Utf8JsonWriter json, string name, float[]? values, Action<Utf8JsonWriter, float> write)
    {
        if (values is null)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            write(json, value);
        }

        json.WriteEndArray();
    }

    private static void WriteSingle(Utf8JsonWriter json, float value) => json.WriteNumberValue(value);

    private static void WriteHalf(Utf8JsonWriter json, float value)
    {
        var half = (Half)value;
        if (Half.IsInfinity(half))
        {
            // JSON has no infinity; the logarithm of a probability of 0 is the one there can be.
            json.WriteNullValue();
            return;
        }

        Span<byte> text = stackalloc byte[32];
        half.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }

    private static void WriteAnswer(Utf8JsonWriter json, DocumentAnswer? answer)
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
