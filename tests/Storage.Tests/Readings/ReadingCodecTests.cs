using System.Buffers.Binary;
using System.Diagnostics;

namespace LogitLens.Storage.Tests.Readings;

public sealed class ReadingCodecTests
{
    [Fact]
    public void Pack_SmallLayer_HasTheDocumentedBytes()
    {
        var arrays = new LayerArrays(3, 7, 1, 3, [1, 2, 0x0304], [0f, -1f, -2f], [0.5f], [9], [-4f], [12], Legacy: true);

        var packed = ReadingCodec.Pack(arrays, 1024);

        Assert.Equal(
            Convert.FromHexString(
                "4C4C5231" + "00" + "00" + "02" + "03" + "0300" + "0300" + "07000000" + "01000000" + "0100" + "0000" + "40000000" + "00000000"
                + "010002000403" + "0000" // ids
                + "000000BC00C0" + "0000" // scores 0, -1, -2
                + "0038" + "0000" // entropy 0.5
                + "09000000" // tracked id
                + "00C4" + "0000" // tracked score -4
                + "0C000000"), // rank
            packed);
    }

    [Fact]
    public void Pack_LargeVocabulary_WritesIdsAsFourBytes()
    {
        var arrays = new LayerArrays(0, 0, 1, 1, [70_000], [-0.5f], null, [], [], []);

        var packed = ReadingCodec.Pack(arrays, 70_001);

        Assert.Equal(40, packed.Length);
        Assert.Equal(4, packed[6]);
        Assert.Equal(70_000, BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(32)));
        Assert.Equal([70_000], ReadingCodec.Unpack(packed).Ids);
    }

    [Theory]
    [InlineData(65_536, 2)]
    [InlineData(65_537, 4)]
    public void Pack_VocabularyAtTheLimit_ChoosesTheIdWidth(int vocabulary, int width) =>
        Assert.Equal(width, ReadingCodec.Pack(new LayerArrays(0, 0, 1, 1, [65_535], [0f], null, [], [], []), vocabulary)[6]);

    [Fact]
    public void SplitPositions_AnySizes_HalvesAreTheirPositionsAndJoinToTheSameBytes()
    {
        var random = new Random(20261126);
        for (var round = 0; round < 300; round++)
        {
            var vocabulary = random.Next(2) == 0 ? 1024 : 128_256;
            var (positions, k, tracked) = (random.Next(2, 40), random.Next(1, 12), random.Next(0, 5));
            var printed = random.Next(4) == 0;
            var whole = new LayerArrays(
                random.Next(0, 81),
                random.Next(0, 500),
                positions,
                k,
                Fill(positions * k, () => random.Next(vocabulary)),
                Fill(positions * k, Score),
                random.Next(2) == 0 ? null : Fill(positions, () => (float)(Half)(random.NextSingle() * 15)),
                Fill(tracked, () => random.Next(vocabulary)),
                Fill(positions * tracked, Score),
                Fill(positions * tracked, () => random.Next(vocabulary)),
                Score: printed ? ScoreKind.PrintedProbability : ScoreKind.LogProbability,
                Legacy: random.Next(2) == 0);
            var count = random.Next(1, positions);
            var packed = ReadingCodec.Pack(whole, vocabulary);
            var (summary, rest) = ReadingCodec.Split(packed);

            foreach (var part in (byte[][])[packed, summary, rest, ReadingCodec.WithoutRanks(rest)])
            {
                var (start, end) = ReadingCodec.SplitPositions(part, count);
                Assert.Equal(part, ReadingCodec.JoinPositions(start, end));
                Assert.Equal((whole.FirstPosition, count), ReadingCodec.ReadPositions(start));
                Assert.Equal((whole.FirstPosition + count, positions - count), ReadingCodec.ReadPositions(end));
            }

            // By arrays, apart from the code that moves bytes.
            var (first, second) = ReadingCodec.SplitPositions(packed, count);
            Assert.Equal(ReadingCodec.Pack(Take(0, count), vocabulary), first);
            Assert.Equal(ReadingCodec.Pack(Take(count, positions - count), vocabulary), second);

            LayerArrays Take(int from, int length) => whole with
            {
                FirstPosition = whole.FirstPosition + from,
                Positions = length,
                Ids = whole.Ids[(from * k)..((from + length) * k)],
                Scores = whole.Scores[(from * k)..((from + length) * k)],
                EntropyBits = whole.EntropyBits?[from..(from + length)],
                TrackedScores = whole.TrackedScores[(from * tracked)..((from + length) * tracked)],
                TrackedRanks = whole.TrackedRanks[(from * tracked)..((from + length) * tracked)],
            };

            float Score() => printed ? random.Next(10_001) / 10_000f : (float)(Half)(-random.NextSingle() * 9);
        }

        static T[] Fill<T>(int length, Func<T> next) => [.. Enumerable.Range(0, length).Select(_ => next())];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    public void SplitPositions_WithAnEmptyHalf_Throws(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadingCodec.SplitPositions(Sample.Packed(), count));

    [Fact]
    public void JoinPositions_OfStretchesThatDoNotFit_Throws()
    {
        var start = Sample.Packed(layer: 1, positions: 4);
        foreach (var end in (byte[][])
            [
                Sample.Packed(layer: 2, positions: 2, first: 4), Sample.Packed(layer: 1, positions: 2, first: 5), Sample.Packed(layer: 1, positions: 2, first: 3),
                Sample.Packed(layer: 1, positions: 2, k: 3, first: 4), ReadingCodec.Pack(Sample.Arrays(1, 2, 2, 4), 70_000), start,
                ReadingCodec.Pack(Sample.Arrays(1, 2, 2, 4) with { EntropyBits = null }, 1024), ReadingCodec.Pack(Sample.Arrays(1, 2, 2, 4) with { Legacy = true }, 1024),
            ])
        {
            Assert.Throws<InvalidDataException>(() => ReadingCodec.JoinPositions(start, end));
        }

        var tracking = Sample.Arrays(1, 4) with { Tracked = [5], TrackedScores = [0, 0, 0, 0], TrackedRanks = [1, 1, 1, 1] };
        var other = Sample.Arrays(1, 1, 2, 4) with { Tracked = [6], TrackedScores = [0], TrackedRanks = [1] };
        Assert.Throws<InvalidDataException>(() => ReadingCodec.JoinPositions(ReadingCodec.Pack(tracking, 1024), ReadingCodec.Pack(other, 1024)));
    }

    [Fact]
    public void Unpack_AnySizes_GivesBackWhatWasPacked()
    {
        var random = new Random(20261124);
        for (var round = 0; round < 300; round++)
        {
            var vocabulary = random.Next(2) == 0 ? 1024 : 128_256;
            var positions = random.Next(1, 40);
            var k = random.Next(1, 51);
            var tracked = random.Next(0, 5);
            var arrays = new LayerArrays(
                random.Next(0, 81),
                random.Next(0, 5000),
                positions,
                k,
                Ints(positions * k, vocabulary),
                Halves(positions * k),
                random.Next(2) == 0 ? null : Halves(positions),
                Ints(tracked, vocabulary),
                Halves(positions * tracked),
                Ints(positions * tracked, vocabulary),
                Legacy: random.Next(2) == 0);

            var packed = ReadingCodec.Pack(arrays, vocabulary);
            var unpacked = ReadingCodec.Unpack(packed);

            Assert.Equal(0, packed.Length % 4);
            Assert.Equal(
                arrays with { Ids = [], Scores = [], EntropyBits = null, Tracked = [], TrackedScores = [], TrackedRanks = [] },
                unpacked with { Ids = [], Scores = [], EntropyBits = null, Tracked = [], TrackedScores = [], TrackedRanks = [] },
                (a, b) => (a!.Layer, a.FirstPosition, a.Positions, a.TopK, a.Legacy) == (b!.Layer, b.FirstPosition, b.Positions, b.TopK, b.Legacy));
            Assert.Equal(arrays.Ids, unpacked.Ids);
            Assert.Equal(arrays.Scores, unpacked.Scores);
            Assert.Equal(arrays.EntropyBits, unpacked.EntropyBits);
            Assert.Equal(arrays.Tracked, unpacked.Tracked);
            Assert.Equal(arrays.TrackedScores, unpacked.TrackedScores);
            Assert.Equal(arrays.TrackedRanks, unpacked.TrackedRanks);
            Assert.Equal(packed, ReadingCodec.Pack(unpacked, vocabulary));
        }

        int[] Ints(int count, int below) => [.. Enumerable.Range(0, count).Select(_ => random.Next(below))];

        float[] Halves(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(Half)(-30f * random.NextSingle()))];
    }

    [Fact]
    public void Split_SmallLayer_HasTheDocumentedBytes()
    {
        var arrays = new LayerArrays(3, 7, 1, 3, [1, 2, 0x0304], [0f, -1f, -2f], [0.5f], [9], [-4f], [12], Legacy: true);

        var (summary, rest) = ReadingCodec.Split(ReadingCodec.Pack(arrays, 1024));

        Assert.Equal(
            Convert.FromHexString(
                "4C4C5231" + "00" + "00" + "02" + "03" + "0300" + "0100" + "07000000" + "01000000" + "0000" + "0000" + "2C000000" + "00000000"
                + "01000000" + "00000000" + "00380000"),
            summary);
        Assert.Equal(
            Convert.FromHexString(
                "4C4C5231" + "00" + "00" + "02" + "02" + "0300" + "0200" + "07000000" + "01000000" + "0100" + "0100" + "34000000" + "00000000"
                + "02000403" + "00BC00C0" + "09000000" + "00C40000" + "0C000000"),
            rest);
    }

    [Fact]
    public void Join_WhatSplitGives_IsTheWholeLayerAgain()
    {
        var random = new Random(20261125);
        for (var round = 0; round < 300; round++)
        {
            var vocabulary = random.Next(2) == 0 ? 1024 : 128_256;
            var (positions, k, tracked) = (random.Next(1, 40), random.Next(1, 12), random.Next(0, 4));
            var kind = random.Next(2) == 0 ? ScoreKind.LogProbability : ScoreKind.PrintedProbability;
            var arrays = new LayerArrays(
                random.Next(0, 81),
                random.Next(0, 5000),
                positions,
                k,
                [.. Enumerable.Range(0, positions * k).Select(_ => random.Next(vocabulary))],
                [.. Enumerable.Range(0, positions * k).Select(_ => random.NextSingle())],
                random.Next(2) == 0 ? null : [.. Enumerable.Range(0, positions).Select(_ => random.NextSingle())],
                [.. Enumerable.Range(0, tracked).Select(_ => random.Next(vocabulary))],
                [.. Enumerable.Range(0, positions * tracked).Select(_ => random.NextSingle())],
                [.. Enumerable.Range(0, positions * tracked).Select(_ => random.Next(vocabulary))],
                Score: kind,
                Legacy: random.Next(2) == 0);
            var whole = ReadingCodec.Pack(arrays, vocabulary);

            var (summary, rest) = ReadingCodec.Split(whole);

            Assert.Equal(whole, ReadingCodec.Join(summary, rest));
            var top = ReadingCodec.Unpack(summary);
            var others = ReadingCodec.Unpack(rest);
            Assert.Equal((1, 0, kind, k - 1, 1), (top.TopK, top.FirstRank, top.Score, others.TopK, others.FirstRank));
            Assert.Equal(arrays.Ids.Where((_, i) => i % k == 0), top.Ids);
            Assert.Equal(arrays.Ids.Where((_, i) => i % k != 0), others.Ids);
            Assert.Equal(arrays.EntropyBits is null, top.EntropyBits is null);
            Assert.Null(others.EntropyBits);
            Assert.Equal(arrays.TrackedRanks, others.TrackedRanks);
            Assert.Equal([whole, summary, rest], ReadingCodec.Cut((byte[])[.. whole, .. summary, .. rest]).Select(part => part.ToArray()));
        }
    }

    [Fact]
    public void Join_PartsOfDifferentLayers_Refuses()
    {
        var (summary, rest) = ReadingCodec.Split(Sample.Packed(1));

        Assert.Throws<InvalidDataException>(() => ReadingCodec.Join(summary, ReadingCodec.Split(Sample.Packed(2)).Others));
        Assert.Throws<InvalidDataException>(() => ReadingCodec.Join(summary, ReadingCodec.Split(Sample.Packed(1, first: 4)).Others));
        Assert.Throws<InvalidDataException>(() => ReadingCodec.Join(summary, ReadingCodec.Split(Sample.Packed(1, positions: 5)).Others));
        Assert.Throws<InvalidDataException>(() => ReadingCodec.Join(rest, summary));
        Assert.Throws<InvalidDataException>(() => ReadingCodec.Join(summary, Sample.Packed(1)));
        Assert.Throws<InvalidDataException>(() => ReadingCodec.Split(rest));
    }

    [Fact]
    public void Unpack_PrintedProbabilities_AreThoseThatWerePrinted()
    {
        var printed = Enumerable.Range(0, 10_001).Select(units => units / 10_000f).ToArray();

        var packed = ReadingCodec.Pack(new LayerArrays(0, 0, 10_001, 1, new int[10_001], printed, null, [], [], [], Score: ScoreKind.PrintedProbability), 1024);

        Assert.Equal(1, packed[5]);
        var unpacked = ReadingCodec.Unpack(packed);
        Assert.Equal(printed, unpacked.Scores);
        Assert.Equal(0.1234f, unpacked.ProbabilityOf(unpacked.Scores[1234]));
        Assert.Equal(MathF.Exp(-1), (unpacked with { Score = ScoreKind.LogProbability }).ProbabilityOf(-1));
    }

    [Theory]
    [InlineData(1.01f)]
    [InlineData(-0.1f)]
    [InlineData(float.NaN)]
    public void Pack_PrintedProbabilityOutOfRange_Refuses(float score) => Assert.Throws<ArgumentException>(
        () => ReadingCodec.Pack(new LayerArrays(0, 0, 1, 1, [0], [score], null, [], [], [], Score: ScoreKind.PrintedProbability), 1024));

    [Theory]
    [InlineData(0.9999, 0.99999)]
    [InlineData(0.99999, 0.999995)]
    public void Unpack_NearlyCertainProbabilities_StayApart(double less, double more)
    {
        var arrays = new LayerArrays(1, 0, 1, 2, [1, 2], [(float)Math.Log(less), (float)Math.Log(more)], null, [], [], []);

        var scores = ReadingCodec.Unpack(ReadingCodec.Pack(arrays, 1024)).Scores;

        Assert.Equal(1 - less, 1 - Math.Exp(scores[0]), 5e-3 * (1 - less));
        Assert.True(scores[0] < scores[1]);
    }

    [Theory]
    [InlineData(5, 450_000)]
    [InlineData(10, 860_000)]
    public void Pack_AllLayersOfLlava15_StayWithinTheirBudget(int k, int budget)
    {
        var total = Enumerable.Range(0, 33).Sum(layer => Sample.Packed(layer, 593, k).Length);

        Assert.InRange(total, 1, budget);
        TestContext.Current.TestOutputHelper?.WriteLine($"k = {k}: {total} bytes");
    }

    [Fact]
    public void Pack_OneLayerOfLlava15_ReportsItsTime()
    {
        var arrays = Sample.Arrays(1, 593, 10);
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var packed = ReadingCodec.Pack(arrays, 32_064);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            Assert.Equal(24_940, packed.Length);
        }

        // The least, not the mean: a loaded machine only ever adds.
        TestContext.Current.TestOutputHelper?.WriteLine($"pack: {times.Min():0} µs");
    }

    [Fact]
    public void Pack_ArraysThatDoNotFit_Refuses()
    {
        var good = Sample.Arrays();

        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { Ids = [1] }, 1024));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { Scores = [1] }, 1024));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { EntropyBits = [1] }, 1024));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { TrackedRanks = [1] }, 1024));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { Positions = 0, Ids = [], Scores = [], EntropyBits = null }, 1024));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { Layer = 65_536 }, 1024));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { FirstPosition = int.MaxValue }, 1024));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good, vocabularySize: 3));
        Assert.Throws<ArgumentException>(() => ReadingCodec.Pack(good with { Scores = [0, float.NaN, 0, 0, 0, 0, 0, 0] }, 1024));
    }

    [Theory]
    [InlineData(0, 0x00)] // magic
    [InlineData(4, 0x01)] // lens
    [InlineData(5, 0x02)] // score kind
    [InlineData(6, 0x03)] // id width
    [InlineData(6, 0x04)] // id width that asks for more bytes
    [InlineData(7, 0x05)] // unknown flag
    [InlineData(7, 0x00)] // entropies left over
    [InlineData(10, 0x00)] // no tokens
    [InlineData(10, 0x03)] // more tokens than bytes
    [InlineData(15, 0x80)] // first position over 2^31
    [InlineData(16, 0x05)] // a position too many
    [InlineData(19, 0xFF)] // four thousand million positions
    [InlineData(21, 0xFF)] // 65,280 tracked tokens
    [InlineData(24, 0x00)] // total length
    [InlineData(28, 0x01)] // reserved
    public void Unpack_HeaderThatLies_Refuses(int offset, byte value)
    {
        var packed = Sample.Packed();
        packed[offset] = value;

        Assert.Throws<InvalidDataException>(() => ReadingCodec.Unpack(packed));
    }

    [Fact]
    public void Unpack_AnyTruncation_Refuses()
    {
        var packed = Sample.Packed();
        for (var length = 0; length < packed.Length; length++)
        {
            var cut = packed[..length];
            Assert.Throws<InvalidDataException>(() => ReadingCodec.Unpack(cut));
        }

        Assert.Throws<InvalidDataException>(() => ReadingCodec.Unpack([.. packed, 0, 0, 0, 0]));
    }

    [Fact]
    public void Unpack_RandomDamage_RefusesOrReadsWithinTheInputsSize()
    {
        var random = new Random(7);
        var good = ReadingCodec.Pack(new LayerArrays(3, 7, 2, 3, new int[6], new float[6], [0.5f, 1f], [9], [-4f, -3f], [12, 1]), 1024);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                _ = ReadingCodec.Unpack(bytes);
            }
            catch (InvalidDataException)
            {
            }

            // An exception and its text weigh more than the arrays do.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
        }
    }

    [Fact]
    public void Unpack_PaddingNotZero_Refuses()
    {
        var packed = ReadingCodec.Pack(new LayerArrays(3, 7, 1, 1, [1], [0f], null, [], [], []), 1024);
        packed[34] = 1;

        Assert.Throws<InvalidDataException>(() => ReadingCodec.Unpack(packed));
    }
}
