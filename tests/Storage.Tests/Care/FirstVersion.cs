using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Data.Sqlite;

namespace LogitLens.Storage.Tests.Care;

/// <summary>The database of the first version in Assets, and what its readings say, by a decoder apart from the program's.</summary>
internal static class FirstVersion
{
    public const string Migration = "20261124024155_Initial";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Unpacks it to a path.</summary>
    /// <param name="copies">Its first analysis so many times more, to make it larger.</param>
    public static async Task WriteAsync(string path, int copies = 0)
    {
        await using (var asset = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Assets", "initial.db.gz")))
        await using (var unzipped = new GZipStream(asset, CompressionMode.Decompress))
        await using (var file = File.Create(path))
        {
            await unzipped.CopyToAsync(file, Token);
        }

        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync(Token);
        await using var transaction = connection.BeginTransaction();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT INTO Analyses
            SELECT NULL, RunNumber, $ordinal, ImageId, State, Attempt, LayersDone, LayersTotal, Prompt, TrueAnswer, Error, AnswerIds, AnswerText, QueuedAt, StartedAt, FinishedAt
            FROM Analyses WHERE Id = 1;
            INSERT INTO AnalysisLayouts SELECT (SELECT MAX(Id) FROM Analyses), Packed FROM AnalysisLayouts WHERE AnalysisId = 1;
            INSERT INTO Readings SELECT (SELECT MAX(Id) FROM Analyses), Attempt, Segment, Layer, Packed FROM Readings WHERE AnalysisId = 1;
            """;
        var ordinal = command.Parameters.Add("$ordinal", SqliteType.Integer);
        for (var copy = 0; copy < copies; copy++)
        {
            ordinal.Value = 100 + copy;
            await command.ExecuteNonQueryAsync(Token);
        }

        await transaction.CommitAsync(Token);
    }

    /// <summary>Makes run 2 one that kept a single token, a form of its own: nothing is left for a rest.</summary>
    public static async Task KeepOneTokenAsync(string path)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE Runs SET Settings = replace(Settings, '\"topK\":3', '\"topK\":1') WHERE Number = 2 AND Settings LIKE '%\"topK\":3%'";
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Token));
        var readings = await ReadBytesAsync(path, 3);
        foreach (var (layer, packed) in ((int[])[0, 12]).Zip(readings))
        {
            await SetAsync(path, 3, layer, TopOneOf(packed));
        }
    }

    /// <summary>The bytes of an analysis' readings.</summary>
    public static async Task<IReadOnlyList<byte[]>> ReadBytesAsync(string path, long analysis)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT Packed FROM Readings WHERE AnalysisId = $id ORDER BY Segment, Layer";
        command.Parameters.AddWithValue("$id", analysis);
        await using var rows = await command.ExecuteReaderAsync(Token);
        var packed = new List<byte[]>();
        while (await rows.ReadAsync(Token))
        {
            packed.Add(rows.GetFieldValue<byte[]>(0));
        }

        return packed;
    }

    /// <summary>Puts other bytes in the place of a reading of the prompt.</summary>
    public static async Task SetAsync(string path, long analysis, int layer, byte[] packed)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE Readings SET Packed = $packed WHERE AnalysisId = $id AND Segment = 0 AND Layer = $layer";
        command.Parameters.AddWithValue("$packed", packed);
        command.Parameters.AddWithValue("$id", analysis);
        command.Parameters.AddWithValue("$layer", layer);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Token));
    }

    /// <summary>What the readings of Done analyses say.</summary>
    public static async Task<IReadOnlyList<Reading>> ReadAsync(string path)
    {
        var readings = new List<Reading>();
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT r.AnalysisId, r.Segment, r.Layer, r.Packed FROM Readings r JOIN Analyses a ON a.Id = r.AnalysisId
            WHERE a.State = 2 AND r.Attempt = a.Attempt ORDER BY r.AnalysisId, r.Segment, r.Layer
            """;
        await using var rows = await command.ExecuteReaderAsync(Token);
        while (await rows.ReadAsync(Token))
        {
            readings.Add(Decode(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetFieldValue<byte[]>(3)));
        }

        return readings;
    }

    /// <summary>Fails where a database of today says anything else.</summary>
    public static async Task AssertSameAsync(IReadOnlyList<Reading> expected, TestStorage storage)
    {
        foreach (var analysis in expected.GroupBy(r => r.Analysis))
        {
            var packed = await storage.Readings.ReadAsync(new AnalysisId(analysis.Key), 0, Token);
            Assert.Equal(analysis.Count(), packed.Count);
            foreach (var (old, now) in analysis.Zip(packed.Select(p => ReadingCodec.Unpack(p))))
            {
                Assert.Equal((old.Layer, old.First, old.Positions, old.TopK, old.Legacy), (now.Layer, now.FirstPosition, now.Positions, now.TopK, now.Legacy));
                Assert.Equal(old.Ids, now.Ids);
                Assert.Equal(old.Scores, now.Scores);
                Assert.Equal(old.Entropies, now.EntropyBits);
                Assert.Equal(old.Tracked, now.Tracked);
                Assert.Equal(old.TrackedScores, now.TrackedScores);
                Assert.Equal(old.TrackedRanks, now.TrackedRanks);
            }
        }
    }

    // The form of the first version: a header of 32 bytes, then planes that begin on multiples of 4; ids are 2 bytes wide with the demo's vocabulary.
    private static Reading Decode(long analysis, int segment, int layer, byte[] packed)
    {
        Assert.Equal("LLR1"u8.ToArray(), packed[..4]);
        Assert.Equal(2, packed[6]);
        var k = U16(10);
        var positions = (int)U32(16);
        var tracked = U16(20);
        var at = 32;
        return new Reading(
            analysis,
            segment,
            layer,
            (int)U32(12),
            positions,
            k,
            (packed[7] & 2) != 0,
            Plane(positions * k, 2, place => (int)U16(place)),
            Plane(positions * k, 2, Half),
            (packed[7] & 1) == 0 ? null : Plane(positions, 2, Half),
            Plane(tracked, 4, place => (int)U32(place)),
            Plane(positions * tracked, 2, Half),
            Plane(positions * tracked, 4, place => (int)U32(place)));

        ushort U16(int place) => BinaryPrimitives.ReadUInt16LittleEndian(packed.AsSpan(place));

        uint U32(int place) => BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(place));

        float Half(int place) => (float)BinaryPrimitives.ReadHalfLittleEndian(packed.AsSpan(place));

        T[] Plane<T>(int count, int width, Func<int, T> read)
        {
            var plane = Enumerable.Range(0, count).Select(i => read(at + (i * width))).ToArray();
            at += ((count * width) + 3) & ~3;
            return plane;
        }
    }

    // The same form, k = 1: of ids and scores, which are 2 bytes wide each, every third; nothing is tracked in that run.
    private static byte[] TopOneOf(byte[] packed)
    {
        var positions = (int)BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(16));
        const int K = 3;
        var (wide, narrow) = (((positions * K * 2) + 3) & ~3, ((positions * 2) + 3) & ~3);
        var one = new byte[32 + (3 * narrow)];
        packed.AsSpan(0, 32).CopyTo(one);
        BinaryPrimitives.WriteUInt16LittleEndian(one.AsSpan(10), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(one.AsSpan(24), (uint)one.Length);
        for (var plane = 0; plane < 2; plane++)
        {
            for (var position = 0; position < positions; position++)
            {
                packed.AsSpan(32 + (plane * wide) + (position * K * 2), 2).CopyTo(one.AsSpan(32 + (plane * narrow) + (position * 2)));
            }
        }

        packed.AsSpan(32 + (2 * wide), positions * 2).CopyTo(one.AsSpan(32 + (2 * narrow)));
        return one;
    }

    internal sealed record Reading(
        long Analysis, int Segment, int Layer, int First, int Positions, int TopK, bool Legacy, int[] Ids, float[] Scores, float[]? Entropies, int[] Tracked, float[] TrackedScores, int[] TrackedRanks);
}
