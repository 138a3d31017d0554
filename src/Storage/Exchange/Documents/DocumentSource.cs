using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Documents;

/// <summary>Makes documents of what the database holds.</summary>
public static class DocumentSource
{
    private static readonly string[] Kinds = ["text", "patch", "newline", "answer"];

    /// <summary>A document of version 2.</summary>
    /// <param name="picture">The image's file, to be carried along; null to leave it out.</param>
    public static ReadingsDocument From(ExportedAnalysis analysis, byte[]? picture)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var (row, run, image, _, answerIds, _) = analysis.Detail;
        var layout = analysis.Layout;
        var fedBack = analysis.Answer.Count == 0 ? 0 : analysis.Answer[0].Positions;
        var positions = layout.Positions
            .Concat(answerIds.Take(fedBack).Select(id => new LayoutPosition(id, 3, null, null, null, null)))
            .Select(position => PositionOf(position, analysis.Tokens))
            .ToList();
        var layers = analysis.Prompt
            .Select(prompt => LayerOf(prompt, analysis.Answer.FirstOrDefault(answer => answer.Layer == prompt.Layer)))
            .ToList();
        var checkpoint = run.Checkpoint;
        return new ReadingsDocument(
            ReadingsDocument.WithOrigin,
            checkpoint.Name,
            row.Prompt,
            positions,
            layers,
            row.AnswerText is null && answerIds.Count == 0 ? null : new DocumentAnswer(answerIds, row.AnswerText),
            new DocumentOrigin(
                new DocumentCheckpoint(
                    checkpoint.Hash, checkpoint.Name, checkpoint.ModelType, checkpoint.Layers, checkpoint.VocabularySize, checkpoint.DType, checkpoint.StoredBytes),
                new DocumentRun(run.Id.ToString(), run.Name, run.Settings, run.Provenance, run.Prompt, run.CreatedAt),
                new DocumentAnalysis(row.Ordinal, row.TrueAnswer, row.QueuedAt, row.StartedAt, row.FinishedAt),
                new DocumentImage(
                    image.Sha256,
                    image.Name,
                    image.MediaType,
                    image.Width,
                    image.Height,
                    image.ExifOrientation,
                    layout.OriginalWidth,
                    layout.OriginalHeight,
                    layout.Seen,
                    picture)),
            TokensOf(positions, layers, answerIds, analysis.Tokens));
    }

    private static DocumentPosition PositionOf(LayoutPosition position, TokenNames tokens)
    {
        var token = tokens[position.Id];
        return new DocumentPosition(position.Id, token.Piece, token.Text, Kinds[position.Kind], position.Tile, position.Row, position.Column, position.Pixels);
    }

    private static DocumentLayer LayerOf(LayerArrays prompt, LayerArrays? answer)
    {
        List<LayerArrays> parts = answer is null ? [prompt] : [prompt, answer];
        var probabilities = parts.SelectMany(part => Enumerable.Range(0, part.Scores.Length).Select(at => Scores.Probability(part, at)));
        return new DocumentLayer(
            prompt.Layer,
            prompt.TopK,
            [.. prompt.Ids, .. answer?.Ids ?? []],
            [.. probabilities],
            Scores.IsLogarithm(prompt) ? [.. parts.SelectMany(part => part.Scores)] : null,
            prompt.EntropyBits is null ? null : [.. prompt.EntropyBits, .. answer?.EntropyBits ?? []],
            null,
            prompt.Tracked,
            [.. prompt.TrackedScores, .. answer?.TrackedScores ?? []],
            [.. prompt.TrackedRanks, .. answer?.TrackedRanks ?? []],
            prompt.Legacy);
    }

    private static List<TokenRow> TokensOf(List<DocumentPosition> positions, List<DocumentLayer> layers, IReadOnlyList<int> answerIds, TokenNames tokens)
    {
        var used = new HashSet<int>(positions.Select(position => position.Id));
        used.UnionWith(answerIds);
        foreach (var layer in layers)
        {
            used.UnionWith(layer.Ids);
            used.UnionWith(layer.Tracked);
        }

        return [.. used.Order().Select(id => tokens[id])];
    }
}
