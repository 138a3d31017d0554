using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Care.Checks;

/// <summary>Analyses and their readings: whether a Done one has all its layers, whether each blob is what was written, and whether anything belongs to nothing.</summary>
internal static class ReadingCheck
{
    private const string Stage = "checking readings";
    private const string Lost = "Restore a backup, or delete the run and analyse the image again.";
    private const string Leftover = "It only takes room: check --repair deletes it.";

    public static void Run(CheckContext check)
    {
        PrefixCheck.Run(check);
        var total = check.Number("SELECT COUNT(*) FROM Analyses");
        var pending = check.Has("PendingDigests") ? "(SELECT 1 FROM PendingDigests p WHERE p.AnalysisId = a.Id) IS NOT NULL" : check.Has("Summaries") ? "0" : "1";
        var checksum = check.Has("AnalysisLayouts", "Checksum") ? "l.Checksum" : "NULL";
        var prefix = check.Has("Analyses", "PrefixId") ? "a.PrefixId" : "NULL";
        using var analyses = check.Query($"""
            SELECT a.Id, a.State, a.Attempt, r.Settings, c.Layers, l.Packed, i.Name, {pending}, {checksum}, {prefix}
            FROM Analyses a JOIN Runs r ON r.Number = a.RunNumber JOIN Checkpoints c ON c.Id = r.CheckpointId JOIN Images i ON i.Id = a.ImageId
            LEFT JOIN AnalysisLayouts l ON l.AnalysisId = a.Id ORDER BY a.Id
            """);
        while (analyses.Read())
        {
            check.Report(Stage, check.Analyses++, total);
            var shared = PrefixCheck.LayersOf(check, analyses.IsDBNull(9) ? null : analyses.GetInt64(9));
            var one = new One(check, analyses.GetInt64(0), analyses.GetInt32(2), $"analysis {analyses.GetInt64(0)} ({analyses.GetString(6)})", shared);
            var state = (AnalysisState)analyses.GetInt32(1);
            var rests = one.ReadRests();
            if (state == AnalysisState.Done)
            {
                one.RequireLayout(analyses.IsDBNull(5) ? null : analyses.GetFieldValue<byte[]>(5), analyses.IsDBNull(8) ? null : analyses.GetInt64(8));
                one.RequireWhole(RunSettingsJson.Read(analyses.GetString(3)).Layers ?? [.. Enumerable.Range(0, analyses.GetInt32(4) + 1)], rests);

                // One of an earlier version still holds whole layers.
                if (!analyses.GetBoolean(7))
                {
                    one.RequireSummaries(rests);
                }
            }
            else if (state != AnalysisState.Running && (!analyses.IsDBNull(5) || rests.Count > 0))
            {
                one.Add(CheckKind.Analysis, $"{one.Name} is {state} and yet has readings.", Leftover, canBeRepaired: true);
            }
        }
    }

    private sealed class One(CheckContext check, long id, int attempt, string name, PrefixCheck.Layers shared)
    {
        public string Name => name;

        public void Add(CheckKind kind, string sentence, string remedy, bool canBeRepaired = false) =>
            check.Add(new CheckFinding(kind, char.ToUpperInvariant(sentence[0]) + sentence[1..], remedy, canBeRepaired));

        /// <summary>The layers of the current attempt, with how many positions each has, shared ones included.</summary>
        public List<(ReadingSegment Segment, int Layer, int Positions)> ReadRests()
        {
            var written = new List<(ReadingSegment Segment, int Layer, int Positions)>();
            var checksum = check.Has("Readings", "Checksum") ? "Checksum" : "NULL";
            using var blobs = check.Query($"SELECT Attempt, Segment, Layer, Packed, {checksum} FROM Readings WHERE AnalysisId = $id ORDER BY Attempt, Segment, Layer", ("$id", id));
            while (blobs.Read())
            {
                check.Readings++;
                var (segment, layer) = ((ReadingSegment)blobs.GetInt32(1), blobs.GetInt32(2));
                var place = $"layer {layer} of the {segment} segment of {name}";
                if (blobs.GetInt32(0) != attempt)
                {
                    Add(CheckKind.Analysis, $"{name} has a reading of attempt {blobs.GetInt32(0)}, which is over.", Leftover, canBeRepaired: true);
                    continue;
                }

                var arrays = Unpack(place, blobs.GetFieldValue<byte[]>(3), Checksum(blobs, 4));
                if (arrays is not null && arrays.Layer != layer)
                {
                    Add(CheckKind.Reading, $"{place} holds a reading of layer {arrays.Layer}.", Lost);
                }

                written.Add((segment, layer, arrays is null ? 0 : CountPositions(segment, arrays, shared.Rests, place)));
            }

            return written;
        }

        public void RequireLayout(byte[]? packed, long? checksum)
        {
            if (packed is null)
            {
                Add(CheckKind.Analysis, $"{name} is Done without its layout.", Lost);
            }
            else if (checksum is { } expected && ReadingChecksum.Of(packed) != expected)
            {
                Add(CheckKind.Analysis, $"The layout of {name} is no longer what was written.", Lost);
            }
            else
            {
                try
                {
                    _ = AnalysisLayoutCodec.Unpack(packed);
                }
                catch (InvalidDataException exception)
                {
                    Add(CheckKind.Analysis, $"The layout of {name} cannot be read: {exception.Message.TrimEnd('.')}.", Lost);
                }
            }
        }

        public void RequireWhole(IReadOnlyList<int> wanted, List<(ReadingSegment Segment, int Layer, int Positions)> written)
        {
            foreach (var segment in Enum.GetValues<ReadingSegment>())
            {
                var there = written.Where(w => w.Segment == segment).Select(w => w.Layer).ToList();
                var missing = wanted.Except(there).ToList();
                if (missing.Count > 0 && (segment == ReadingSegment.Prompt || there.Count > 0))
                {
                    Add(CheckKind.Analysis, $"{name} is Done, but its {segment} segment lacks the layers {string.Join(", ", missing)}.", Lost);
                }
            }
        }

        /// <summary>Each segment's summaries: the same layers and positions as its rests.</summary>
        public void RequireSummaries(List<(ReadingSegment Segment, int Layer, int Positions)> rests)
        {
            var found = new List<(ReadingSegment Segment, int Layer, int Positions)>();
            var isReadable = true;
            var checksum = check.Has("Summaries", "Checksum") ? "Checksum" : "NULL";
            using (var blobs = check.Query($"SELECT Segment, Packed, {checksum} FROM Summaries WHERE AnalysisId = $id ORDER BY Segment", ("$id", id)))
            {
                while (blobs.Read())
                {
                    check.Readings++;
                    var segment = (ReadingSegment)blobs.GetInt32(0);
                    var packed = blobs.GetFieldValue<byte[]>(1);
                    isReadable &= Guard($"the summary of the {segment} segment of {name}", packed, Checksum(blobs, 2), () =>
                    {
                        foreach (var layer in ReadingCodec.Cut(packed))
                        {
                            var arrays = ReadingCodec.Unpack(layer.Span);
                            found.Add((segment, arrays.Layer, CountPositions(segment, arrays, shared.Summaries, $"the summary of layer {arrays.Layer} of the {segment} segment of {name}")));
                        }
                    });
                }
            }

            // A rest that cannot be read has been told already.
            var expected = rests.Where(r => r.Positions > 0).ToList();
            if (isReadable && (found.Count != rests.Count || expected.Except(found).Any()))
            {
                Add(CheckKind.Analysis, $"{name} has summaries of other layers or positions than its readings.", Lost);
            }
        }

        /// <summary>What begins behind a prefix needs the prefix's layer before it.</summary>
        private int CountPositions(ReadingSegment segment, LayerArrays arrays, IReadOnlySet<int> there, string place)
        {
            if (segment != ReadingSegment.Prompt || arrays.FirstPosition == 0)
            {
                return arrays.Positions;
            }

            if (arrays.FirstPosition != shared.Positions || !there.Contains(arrays.Layer))
            {
                Add(CheckKind.Reading, $"{place} lacks its first {arrays.FirstPosition} positions: what it shared with other analyses is not there.", Lost);
            }

            return arrays.FirstPosition + arrays.Positions;
        }

        private static long? Checksum(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

        private LayerArrays? Unpack(string place, byte[] packed, long? checksum)
        {
            LayerArrays? arrays = null;
            Guard(place, packed, checksum, () => arrays = ReadingCodec.Unpack(packed));
            return arrays;
        }

        private bool Guard(string place, byte[] packed, long? checksum, Action read)
        {
            if (checksum is { } expected && ReadingChecksum.Of(packed) != expected)
            {
                Add(CheckKind.Reading, $"{place} is no longer what was written: its checksum does not fit.", Lost);
                return false;
            }

            try
            {
                read();
                return true;
            }
            catch (InvalidDataException exception)
            {
                Add(CheckKind.Reading, $"{place} cannot be read: {exception.Message.TrimEnd('.')}.", Lost);
                return false;
            }
        }
    }
}
