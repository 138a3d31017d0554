using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Tokens;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Readings.Digests;

/// <summary>What a digest needs to know of an analysis besides its readings.</summary>
internal sealed record AnalysisFacts(
    AnalysisId Id, AnalysisState State, int Attempt, long RunNumber, double IndexThreshold, RunSettings Settings, long Checkpoint, int ModelLayers, byte[]? Layout)
{
    /// <summary>Of one analysis; null if there is none.</summary>
    public static async Task<AnalysisFacts?> ReadAsync(StorageContext context, AnalysisId id, CancellationToken cancellationToken)
    {
        var found = await context.Analyses
            .Where(a => a.Id == id.Value)
            .Select(a => new
            {
                a.State,
                a.Attempt,
                a.RunNumber,
                a.Run!.IndexThreshold,
                a.Run.Settings,
                a.Run.CheckpointId,
                a.Run.Checkpoint!.Layers,
                Layout = a.Layout!.Packed,
            })
            .SingleOrDefaultAsync(cancellationToken);
        return found is null
            ? null
            : new AnalysisFacts(
                id, found.State, found.Attempt, found.RunNumber, found.IndexThreshold, RunSettingsJson.Read(found.Settings), found.CheckpointId, found.Layers, found.Layout);
    }

    /// <summary>The layers there have to be, ascending.</summary>
    public IReadOnlyList<int> WantedLayers => Settings.Layers ?? [.. Enumerable.Range(0, ModelLayers + 1)];

    /// <summary>Checks that all layers and the layout were written, and gives the layout.</summary>
    /// <exception cref="InvalidOperationException">Something is missing; the message says what.</exception>
    public AnalysisLayout RequireWhole(IReadOnlyList<PackedRest> rests)
    {
        if (Layout is null)
        {
            throw new InvalidOperationException($"Analysis {Id} cannot be Done: its layout was not written.");
        }

        var written = rests.ToLookup(r => r.Segment, r => r.Layer);
        foreach (var segment in Enum.GetValues<ReadingSegment>())
        {
            var missing = WantedLayers.Except(written[segment]).ToList();
            if (missing.Count > 0 && (segment == ReadingSegment.Prompt || written[segment].Any()))
            {
                throw new InvalidOperationException($"Analysis {Id} cannot be Done: its {segment} segment lacks layers {string.Join(", ", missing)}.");
            }
        }

        return AnalysisLayoutCodec.Unpack(Layout);
    }

    /// <summary>Unpacks the readings: megabytes.</summary>
    public DigestSource ToSource(AnalysisLayout layout, PackedReadings readings, TokenTable tokens) => new(
        Id,
        RunNumber,
        new CheckpointId(Checkpoint),
        ModelLayers,
        Settings,
        IndexThreshold,
        tokens,
        layout,
        [.. readings.Join(ReadingSegment.Prompt).Select(packed => ReadingCodec.Unpack(packed))],
        [.. readings.Join(ReadingSegment.Answer).Select(packed => ReadingCodec.Unpack(packed))]);
}
