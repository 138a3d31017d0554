using LogitLens.Dashboard.Analysis;
using LogitLens.Inference;
using LogitLens.Inference.Lens;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Documents;

namespace LogitLens.Dashboard.Commands;

/// <summary>One analysis as JSON for scripts, from the readings as they were computed in single precision, before the database keeps them in half.</summary>
internal static class AnalyzeDocument
{
    /// <summary>Writes the document as UTF-8.</summary>
    /// <param name="checkpoint">The checkpoint's name.</param>
    public static void Write(Stream output, string checkpoint, AnalysisResult result)
    {
        // What was read of the answer comes last: all of it but its last token, which was never fed back.
        var fedBack = result.Answer is { } answer && answer.Ids.Count > 1 ? answer.Ids.Take(answer.Ids.Count - 1) : [];
        var positions = result.Input.Positions.Concat(fedBack.Select(id => new InputPosition(id, PositionKind.Answer, Patch: null)));
        ReadingsDocumentWriter.Write(
            output,
            new ReadingsDocument(
                ReadingsDocument.Plain,
                checkpoint,
                result.Input.Prompt,
                [.. positions.Select(position => PositionOf(position, result))],
                [.. result.Readings.GroupBy(reading => reading.Layer).OrderBy(layer => layer.Key).Select(layer => LayerOf([.. layer.OrderBy(r => r.FirstPosition)]))],
                result.Answer is { } given ? new DocumentAnswer(given.Ids, given.Text) : null));
    }

    private static DocumentPosition PositionOf(InputPosition position, AnalysisResult result)
    {
        var token = result.Tokens[position.Id];
        var kind = position.Kind switch
        {
            PositionKind.Text => "text",
            PositionKind.Patch => "patch",
            PositionKind.Newline => "newline",
            PositionKind.Answer => "answer",
            _ => throw new ArgumentOutOfRangeException(nameof(position), position.Kind, "A kind without a name."),
        };
        return new DocumentPosition(
            position.Id,
            token.Piece,
            token.Text,
            kind,
            position.Patch?.Tile,
            position.Patch?.Row,
            position.Patch?.Column,
            position.Patch?.Pixels is { } pixels ? new PixelBox(pixels.X, pixels.Y, pixels.Width, pixels.Height) : null);
    }

    /// <param name="parts">The prompt's reading, then the answer's if there is one.</param>
    private static DocumentLayer LayerOf(List<LayerReading> parts) => new(
        parts[0].Layer,
        parts[0].TopK,
        [.. parts.SelectMany(part => part.Ids)],
        [.. parts.SelectMany(part => part.LogProbabilities).Select(value => (float)Math.Exp(value))],
        null,
        [.. parts.SelectMany(part => part.EntropyBits)],
        [.. parts.SelectMany(part => part.LogSumExp)],
        [],
        [],
        []);
}
