using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>An analysis that comes finished, from a file and not from the engine: everything <see cref="AnalysisQueue.CompleteAsync"/> leaves behind, at once.</summary>
/// <param name="Readings">Packed by <see cref="PackedReadings.From"/>, or as an archive carries them.</param>
/// <param name="Digest">Of the same readings.</param>
internal sealed record FinishedAnalysis(AnalysisId Id, int Attempt, AnalysisLayout Layout, PackedReadings Readings, AnalysisDigest Digest)
{
    /// <summary>Writes layout, readings and digest of an analysis whose row is added, as Done, in the same transaction.</summary>
    public async Task WriteAsync(StorageContext context, CancellationToken cancellationToken)
    {
        context.AnalysisLayouts.Add(new Catalogue.Entities.AnalysisLayoutEntity { AnalysisId = Id.Value, Packed = AnalysisLayoutCodec.Pack(Layout) });
        context.Summaries.AddRange(Readings.Summaries.Select(s => new SummaryEntity { AnalysisId = Id.Value, Segment = s.Segment, Packed = s.Packed }));
        context.Readings.AddRange(Readings.Rests.Select(
            r => new ReadingEntity { AnalysisId = Id.Value, Attempt = Attempt, Segment = r.Segment, Layer = r.Layer, Packed = r.Packed }));
        await context.SaveChangesAsync(cancellationToken);
        await Digest.WriteAsync(context, cancellationToken);
    }
}
