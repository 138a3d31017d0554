using LogitLens.Storage.Readings;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Care.Checks;

/// <summary>Prefixes: whether what several analyses share is what was written, and whether anybody shares it.</summary>
internal static class PrefixCheck
{
    private const string Stage = "checking what analyses share";
    private const string Lost = "Restore a backup, or delete the run and analyse the image again.";
    private const string Leftover = "It only takes room: check --repair deletes it.";

    /// <summary>What a prefix has: its length, and the layers that are there.</summary>
    internal sealed record Layers(int Positions, IReadOnlySet<int> Rests, IReadOnlySet<int> Summaries)
    {
        public static readonly Layers None = new(0, new HashSet<int>(), new HashSet<int>());
    }

    public static void Run(CheckContext check)
    {
        if (!check.Has("Prefixes"))
        {
            return;
        }

        var total = check.Number("SELECT COUNT(*) FROM Prefixes");
        var done = 0;
        using var prefixes = check.Query("""
            SELECT p.Id, p.Positions, COUNT(a.Id), MIN(a.Id) FROM Prefixes p LEFT JOIN Analyses a ON a.PrefixId = p.Id GROUP BY p.Id ORDER BY p.Id
            """);
        while (prefixes.Read())
        {
            check.Report(Stage, done++, total);
            var (id, positions, sharing) = (prefixes.GetInt64(0), prefixes.GetInt32(1), prefixes.GetInt64(2));
            if (sharing == 0)
            {
                check.Add(new CheckFinding(CheckKind.Analysis, $"Prefix {id} is shared by no analysis.", Leftover, CanBeRepaired: true));
            }

            var whose = sharing == 0 ? $"prefix {id}" : $"analysis {prefixes.GetInt64(3)}{(sharing > 1 ? $" and {sharing - 1} more" : "")}";
            using (var rests = check.Query("SELECT Layer, Packed, Checksum FROM PrefixReadings WHERE PrefixId = $id ORDER BY Layer", ("$id", id)))
            {
                while (rests.Read())
                {
                    check.Readings++;
                    var layer = rests.GetInt32(0);
                    Require(check, $"Layer {layer} that {whose} shares", rests, 1, packed => Fits(ReadingCodec.Unpack(packed), layer, positions));
                }
            }

            using var summaries = check.Query("SELECT Packed, Checksum FROM PrefixSummaries WHERE PrefixId = $id", ("$id", id));
            while (summaries.Read())
            {
                check.Readings++;
                Require(check, $"The summary that {whose} shares", summaries, 0, packed =>
                    ReadingCodec.Cut(packed).All(layer => Fits(ReadingCodec.Unpack(layer.Span), ReadingCodec.ReadLayer(layer.Span), positions)));
            }
        }
    }

    /// <summary>The layers of a prefix; none of what is no prefix, and none of a summary that cannot be read, which has been told.</summary>
    public static Layers LayersOf(CheckContext check, long? prefix)
    {
        if (prefix is not { } id)
        {
            return Layers.None;
        }

        var (rests, tops) = (new HashSet<int>(), new HashSet<int>());
        using (var reader = check.Query("SELECT Layer FROM PrefixReadings WHERE PrefixId = $id", ("$id", id)))
        {
            while (reader.Read())
            {
                rests.Add(reader.GetInt32(0));
            }
        }

        using (var reader = check.Query("SELECT Packed FROM PrefixSummaries WHERE PrefixId = $id", ("$id", id)))
        {
            while (reader.Read())
            {
                try
                {
                    tops.UnionWith(ReadingCodec.Cut(reader.GetFieldValue<byte[]>(0)).Select(layer => ReadingCodec.ReadLayer(layer.Span)));
                }
                catch (InvalidDataException)
                {
                    // It has been told; what lacks it is told as well.
                }
            }
        }

        return new Layers((int)check.Number("SELECT Positions FROM Prefixes WHERE Id = $id", ("$id", id)), rests, tops);
    }

    private static bool Fits(LayerArrays arrays, int layer, int positions) => arrays.Layer == layer && arrays.FirstPosition == 0 && arrays.Positions == positions;

    private static void Require(CheckContext check, string place, SqliteDataReader row, int column, Func<byte[], bool> fits)
    {
        var packed = row.GetFieldValue<byte[]>(column);
        if (row.IsDBNull(column + 1) || ReadingChecksum.Of(packed) != row.GetInt64(column + 1))
        {
            check.Add(new CheckFinding(CheckKind.Reading, $"{place} is no longer what was written: its checksum does not fit.", Lost));
            return;
        }

        try
        {
            if (!fits(packed))
            {
                check.Add(new CheckFinding(CheckKind.Reading, $"{place} is of another layer or of other positions.", Lost));
            }
        }
        catch (InvalidDataException exception)
        {
            check.Add(new CheckFinding(CheckKind.Reading, $"{place} cannot be read: {exception.Message.TrimEnd('.')}.", Lost));
        }
    }
}
