using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Care.Checks;

/// <summary>Analyses and their readings: whether a Done one has all its layers, whether each blob is what was written, and whether anything belongs to nothing.</summary>
internal static class ReadingCheck
{
    private const string Stage = "checking readings";
    private const string Lost = "Restore a backup, or delete the run and analyse the image again.";
    private const string Leftover = "It only takes room: check --repair deletes it.";

    public static void Run(CheckContext check)
    {
        var total = check.Number("SELECT COUNT(*) FROM Analyses");
        using var analyses = check.Query("""
            SELECT a.Id, a.State, a.Attempt, r.Settings, c.Layers, l.Packed, i.Name
            FROM Analyses a JOIN Runs r ON r.Number = a.RunNumber JOIN Checkpoints c ON c.Id = r.CheckpointId JOIN Images i ON i.Id = a.ImageId
            LEFT JOIN AnalysisLayouts l ON l.AnalysisId = a.Id ORDER BY a.Id
            """);
        while (analyses.Read())
        {
            check.Report(Stage, check.Analyses++, total);
            var id = analyses.GetInt64(0);
            var name = $"analysis {id} ({analyses.GetString(6)})";
            var state = (AnalysisState)analyses.GetInt32(1);
            var hasLayout = !analyses.IsDBNull(5);
            var written = ReadBlobs(check, id, analyses.GetInt32(2), name);
            if (state == AnalysisState.Done)
            {
                RequireLayout(check, name, hasLayout ? analyses.GetFieldValue<byte[]>(5) : null);
                RequireWhole(check, name, RunSettingsJson.Read(analyses.GetString(3)).Layers ?? [.. Enumerable.Range(0, analyses.GetInt32(4) + 1)], written);
            }
            else if (state != AnalysisState.Running && (hasLayout || written.Count > 0))
            {
                check.Add(new CheckFinding(CheckKind.Analysis, Capital($"{name} is {state} and yet has readings."), Leftover, CanBeRepaired: true));
            }
        }
    }

    private static ILookup<ReadingSegment, int> ReadBlobs(CheckContext check, long id, int attempt, string name)
    {
        var written = new List<(ReadingSegment Segment, int Layer)>();
        using var blobs = check.Query("SELECT Attempt, Segment, Layer, Packed FROM Readings WHERE AnalysisId = $id ORDER BY Attempt, Segment, Layer", ("$id", id));
        while (blobs.Read())
        {
            check.Readings++;
            var (segment, layer) = ((ReadingSegment)blobs.GetInt32(1), blobs.GetInt32(2));
            if (blobs.GetInt32(0) != attempt)
            {
                check.Add(new CheckFinding(CheckKind.Analysis, Capital($"{name} has a reading of attempt {blobs.GetInt32(0)}, which is over."), Leftover, CanBeRepaired: true));
                continue;
            }

            written.Add((segment, layer));
            try
            {
                var arrays = ReadingCodec.Unpack(blobs.GetFieldValue<byte[]>(3));
                if (arrays.Layer != layer)
                {
                    check.Add(new CheckFinding(CheckKind.Reading, $"Layer {layer} of the {segment} segment of {name} holds a reading of layer {arrays.Layer}.", Lost));
                }
            }
            catch (InvalidDataException exception)
            {
                check.Add(new CheckFinding(CheckKind.Reading, $"Layer {layer} of the {segment} segment of {name} cannot be read: {exception.Message.TrimEnd('.')}.", Lost));
            }
        }

        return written.ToLookup(w => w.Segment, w => w.Layer);
    }

    private static void RequireLayout(CheckContext check, string name, byte[]? packed)
    {
        if (packed is null)
        {
            check.Add(new CheckFinding(CheckKind.Analysis, Capital($"{name} is Done without its layout."), Lost));
            return;
        }

        try
        {
            _ = AnalysisLayoutCodec.Unpack(packed);
        }
        catch (InvalidDataException exception)
        {
            check.Add(new CheckFinding(CheckKind.Analysis, $"The layout of {name} cannot be read: {exception.Message.TrimEnd('.')}.", Lost));
        }
    }

    private static void RequireWhole(CheckContext check, string name, IReadOnlyList<int> wanted, ILookup<ReadingSegment, int> written)
    {
        foreach (var segment in Enum.GetValues<ReadingSegment>())
        {
            var missing = wanted.Except(written[segment]).ToList();
            if (missing.Count > 0 && (segment == ReadingSegment.Prompt || written[segment].Any()))
            {
                check.Add(new CheckFinding(CheckKind.Analysis, Capital($"{name} is Done, but its {segment} segment lacks the layers {string.Join(", ", missing)}."), Lost));
            }
        }
    }

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
