using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Readings.Prefixes;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.Statistics.Aggregates;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Statistics.Rollups;

/// <summary>Reads the summaries of many Done analyses, as much of each as statistics need.</summary>
internal static class SummaryScan
{
    /// <summary>Analyses read at once: two megabytes of summaries at LLaVA-1.5's size.</summary>
    public const int Chunk = 16;

    /// <summary>Calls back for each analysis that is there, in no particular order.</summary>
    /// <param name="finalLayer">L of their checkpoint.</param>
    /// <param name="withRests">Read all ranks, not rank 0 alone: ten times as many bytes.</param>
    /// <returns>How many there were.</returns>
    public static async Task<int> EachAsync(
        StorageContext context, IReadOnlyList<long> ids, int finalLayer, bool withRests, Action<AnalysisReadings> onAnalysis, CancellationToken cancellationToken)
    {
        var found = 0;
        var maps = new PositionMaps();
        foreach (var chunk in ids.Chunk(Chunk))
        {
            var layouts = await context.AnalysisLayouts.Where(l => chunk.Contains(l.AnalysisId)).ToDictionaryAsync(l => l.AnalysisId, l => l.Packed, cancellationToken);
            var summaries = await KeptReadings.SummariesAsync(context, chunk, cancellationToken);
            var rests = withRests ? await KeptReadings.RestsAsync(context, chunk, cancellationToken) : null;
            foreach (var id in chunk)
            {
                if (layouts.GetValueOrDefault(id) is not { } layout || !summaries[id].Any())
                {
                    continue;
                }

                cancellationToken.ThrowIfCancellationRequested();
                onAnalysis(new AnalysisReadings(maps.Of(layout), finalLayer, LayersOf(ReadingSegment.Prompt), LayersOf(ReadingSegment.Answer)));
                found++;

                LayerArrays[] LayersOf(ReadingSegment segment)
                {
                    var packed = summaries[id].Where(s => s.Segment == segment).ToList();
                    return rests is null
                        ? [.. packed.SelectMany(s => ReadingCodec.Cut(s.Packed)).Select(one => ReadingCodec.Unpack(one.Span))]
                        : [.. new PackedReadings(packed, [.. rests[id]]).Join(segment).Select(whole => ReadingCodec.Unpack(whole))];
                }
            }
        }

        return found;
    }

    /// <summary>Position maps by layout. Most analyses share theirs with the one before: the same prompt on a picture of the same size.</summary>
    private sealed class PositionMaps
    {
        private byte[] _packed = [];
        private PositionMap? _map;

        public PositionMap Of(byte[] packed)
        {
            if (_map is null || !packed.AsSpan().SequenceEqual(_packed))
            {
                (_packed, _map) = (packed, new PositionMap(AnalysisLayoutCodec.Unpack(packed)));
            }

            return _map;
        }
    }
}
