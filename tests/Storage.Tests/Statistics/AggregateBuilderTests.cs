using LogitLens.Storage.Statistics;
using LogitLens.Storage.Statistics.Aggregates;

namespace LogitLens.Storage.Tests.Statistics;

public sealed class AggregateBuilderTests
{
    public static TheoryData<BestLayerCriterion, int, int?> Options => new()
    {
        { BestLayerCriterion.Confidence, 1, null },
        { BestLayerCriterion.Confidence, 0, null },
        { BestLayerCriterion.Confidence, 2, 4 },
        { BestLayerCriterion.Entropy, 1, null },
        { BestLayerCriterion.Margin, 1, 5 },
        { BestLayerCriterion.FinalToken, 1, null },
        { BestLayerCriterion.FinalToken, 0, 3 },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Build_AnyOptions_EqualsCountingOneByOne(BestLayerCriterion criterion, int first, int? last)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var options = new StatisticsOptions(first, last, criterion, [3]);
            var readings = StatisticsSamples.Readings(seed, layers: seed % 3 == 0 ? [0, 2, 3, 6] : null);

            var aggregate = AggregateBuilder.Build(readings, TokenFacts.Of(StatisticsSamples.Tokens).With([3]), options);

            foreach (var group in Enum.GetValues<PositionGroup>())
            {
                foreach (var layer in readings.Prompt.Select(l => l.Layer))
                {
                    RequireEqual(OneByOne(readings, group, layer, options), Assert.IsType<LayerAggregate>(aggregate.Find(group, layer)));
                }
            }
        }
    }

    [Fact]
    public void Build_NoEntropies_HasNone()
    {
        var aggregate = AggregateBuilder.Build(StatisticsSamples.Readings(1, entropy: false), TokenFacts.Of(StatisticsSamples.Tokens), StatisticsOptions.Default);

        Assert.All(aggregate.Layers(PositionGroup.Patches).Values, layer => Assert.Equal((0, null), (layer.Entropy.Count, layer.Entropy.Mean)));
    }

    [Fact]
    public void Build_LineFeatures_AreInNoGroup()
    {
        var aggregate = AggregateBuilder.Build(StatisticsSamples.Readings(1), TokenFacts.Of(StatisticsSamples.Tokens), StatisticsOptions.Default);

        Assert.Equal([6, 3, 3], Enum.GetValues<PositionGroup>().Select(group => aggregate.Find(group, 1)!.Positions));
    }

    [Fact]
    public void Build_LayerLNotRead_ComparesNothing()
    {
        var aggregate = AggregateBuilder.Build(StatisticsSamples.Readings(1, layers: [1, 2]), TokenFacts.Of(StatisticsSamples.Tokens), StatisticsOptions.Default);

        Assert.Equal(0, aggregate.Find(PositionGroup.Patches, 2)!.Compared);
    }

    [Fact]
    public void Unpack_Packed_IsTheSame()
    {
        var aggregate = AggregateBuilder.Build(StatisticsSamples.Readings(2), TokenFacts.Of(StatisticsSamples.Tokens), StatisticsOptions.Default);
        var packed = AggregateCodec.Pack(aggregate);

        Assert.Equal(packed, AggregateCodec.Pack(AggregateCodec.Unpack(packed)));
        Assert.Equal(aggregate.Find(PositionGroup.Text, 3)!.Entropy.Units, AggregateCodec.Unpack(packed).Find(PositionGroup.Text, 3)!.Entropy.Units);
    }

    [Fact]
    public void AddTo_AnalysesInAnyOrder_GivesTheSameBytesAsCountingThemTogether()
    {
        var facts = TokenFacts.Of(StatisticsSamples.Tokens);
        var analyses = Enumerable.Range(0, 9).Select(seed => StatisticsSamples.Readings(seed, entropy: seed != 4)).ToList();
        var (together, forwards, backwards) = (new Aggregate(), new Aggregate(), new Aggregate());
        analyses.ForEach(a => AggregateBuilder.Add(a, facts, StatisticsOptions.Default, together, null));
        var packed = analyses.Select(a => AggregateCodec.Pack(AggregateBuilder.Build(a, facts, StatisticsOptions.Default))).ToList();

        packed.ForEach(p => AggregateCodec.AddTo(forwards, p));
        packed.AsEnumerable().Reverse().ToList().ForEach(p => AggregateCodec.AddTo(backwards, p));

        Assert.Equal(AggregateCodec.Pack(together), AggregateCodec.Pack(forwards));
        Assert.Equal(AggregateCodec.Pack(together), AggregateCodec.Pack(backwards));
    }

    [Fact]
    public void Unpack_DamagedBytes_IsRefused()
    {
        var packed = AggregateCodec.Pack(AggregateBuilder.Build(StatisticsSamples.Readings(2), TokenFacts.Of(StatisticsSamples.Tokens), StatisticsOptions.Default));

        Assert.Throws<InvalidDataException>(() => AggregateCodec.Unpack(packed.AsSpan()[..^1]));
        Assert.Throws<InvalidDataException>(() => AggregateCodec.Unpack([.. packed, 0]));
        Assert.Throws<InvalidDataException>(() => AggregateCodec.Unpack([9, .. packed.AsSpan()[1..]]));
        for (var cut = 0; cut < packed.Length; cut++)
        {
            Assert.Throws<InvalidDataException>(() => AggregateCodec.Unpack(packed.AsSpan()[..cut]));
        }
    }

    [Fact]
    public void Tally_Packed_IsTheSameAndCountsEveryPosition()
    {
        var tally = new Tally();
        for (var seed = 0; seed < 5; seed++)
        {
            AggregateBuilder.Add(StatisticsSamples.Readings(seed), TokenFacts.Of(StatisticsSamples.Tokens), StatisticsOptions.Default, null, tally);
        }

        var layer = tally.At(4);
        var packed = LayerTallyCodec.Pack(layer);
        var again = new LayerTally();
        LayerTallyCodec.AddTo(again, packed);

        Assert.Equal(packed, LayerTallyCodec.Pack(again));
        Assert.Equal([30, 15, 15], Enum.GetValues<PositionGroup>().Select(group => again.Tokens(group).Values.Sum()));
        Assert.Equal([5, 5, 5, 5, 5, 5], again.Grids[new GridShape(0, 2, 3)].Count);
    }

    [Fact]
    public void Tally_Cells_EqualSummingOneByOne()
    {
        var facts = TokenFacts.Of(StatisticsSamples.Tokens);
        var tally = new Tally();
        var analyses = Enumerable.Range(0, 5).Select(seed => StatisticsSamples.Readings(seed)).ToList();
        analyses.ForEach(a => AggregateBuilder.Add(a, facts, StatisticsOptions.Default, null, tally));

        var grid = tally.At(4).Grids[new GridShape(0, 2, 3)];
        for (var cell = 0; cell < 6; cell++)
        {
            var position = 2 + cell;
            var tops = analyses.ConvertAll(a => (Layer: a.Prompt[4], Best: BestOneByOne(a.Prompt, position, StatisticsOptions.Default)));
            Assert.Equal(tops.Sum(t => Math.Exp(t.Layer.Scores[position * 2])), grid.Confidence[cell] * HistogramScale.Confidence.Unit, 1e-6);
            Assert.Equal(tops.Sum(t => t.Layer.EntropyBits![position]), grid.Entropy[cell] * HistogramScale.Entropy.Unit, 1e-5);
            Assert.Equal(tops.Count(t => facts.IsFiller(t.Layer.Ids[position * 2])), grid.Filler[cell]);
            Assert.Equal(tops.Count(t => t.Best == 4), grid.Best[cell]);
            Assert.Equal(tops.Count(t => t.Best == 4 && facts.IsFiller(t.Layer.Ids[position * 2])), grid.BestFiller[cell]);
        }
    }

    private static Expected OneByOne(AnalysisReadings readings, PositionGroup group, int layer, StatisticsOptions options)
    {
        var expected = new Expected();
        foreach (var segment in new[] { readings.Prompt, readings.Answer }.Where(s => s.Count > 0))
        {
            var here = segment.Single(l => l.Layer == layer);
            for (var i = 0; i < here.Positions; i++)
            {
                if (GroupOf(here.FirstPosition + i) != group)
                {
                    continue;
                }

                var id = here.Ids[i * here.TopK];
                var filler = id is 0 or 1 or 3 or 10;
                expected.Confidences.Add(Math.Exp(here.Scores[i * here.TopK]));
                expected.Entropies.Add(here.EntropyBits![i]);
                expected.Filler += filler ? 1 : 0;
                var best = BestOneByOne(segment, i, options) == layer;
                expected.Best += best ? 1 : 0;
                expected.BestFiller += best && filler ? 1 : 0;
                expected.Agreeing += segment.SingleOrDefault(l => l.Layer == StatisticsSamples.FinalLayer)?.Ids[i * here.TopK] == id ? 1 : 0;
                expected.Latin += id is 2 or 9 ? 1 : 0;
                expected.NoScript += id is 0 or 1 or 6 or 7 or 10 or 11 ? 1 : 0;
            }
        }

        return expected;
    }

    private static PositionGroup? GroupOf(int position) => position switch
    {
        < 2 or 9 => PositionGroup.Text,
        < 8 => PositionGroup.Patches,
        8 => null,
        _ => PositionGroup.Answer,
    };

    private static int? BestOneByOne(IReadOnlyList<LayerArrays> segment, int i, StatisticsOptions options)
    {
        var window = segment.Where(l => l.Layer >= options.FirstLayer && l.Layer <= (options.LastLayer ?? StatisticsSamples.FinalLayer)).ToList();
        var final = segment.SingleOrDefault(l => l.Layer == StatisticsSamples.FinalLayer)?.Ids[i * 2];
        return options.Criterion switch
        {
            BestLayerCriterion.Confidence => window.MaxBy(l => l.Scores[i * 2])?.Layer,
            BestLayerCriterion.Entropy => window.MinBy(l => l.EntropyBits![i])?.Layer,
            BestLayerCriterion.Margin => window.MaxBy(l => MathF.Exp(l.Scores[i * 2]) - MathF.Exp(l.Scores[(i * 2) + 1]))?.Layer,
            _ => window.FirstOrDefault(l => l.Ids[i * 2] == final)?.Layer,
        };
    }

    private static void RequireEqual(Expected expected, LayerAggregate actual)
    {
        Assert.Equal(expected.Confidences.Count, actual.Positions);
        Assert.Equal(expected.Confidences.Average(), actual.Confidence.Mean!.Value, 1e-7);
        Assert.Equal(expected.Entropies.Average(), actual.Entropy.Mean!.Value, 1e-6);
        Assert.Equal(expected.Confidences.CountBy(HistogramScale.Confidence.BinOf).OrderBy(b => b.Key).Select(b => (b.Key, (long)b.Value)), Bins(actual.Confidence));
        Assert.Equal(expected.Entropies.CountBy(HistogramScale.Entropy.BinOf).OrderBy(b => b.Key).Select(b => (b.Key, (long)b.Value)), Bins(actual.Entropy));
        Assert.Equal((expected.Best, expected.BestFiller), (actual.Best, actual.BestFiller));
        Assert.Equal((expected.Filler, expected.Agreeing), (actual.Filler, actual.Agreeing));
        Assert.Equal((expected.Latin, expected.NoScript), (actual.Scripts[(int)TextScript.Latin], actual.Scripts[(int)TextScript.None]));
        Assert.Equal(actual.Positions, actual.Scripts.Sum());
    }

    private static IEnumerable<(int Bin, long Count)> Bins(Histogram histogram) => histogram.Counts.ToArray().Select((count, bin) => (bin, count)).Where(b => b.count > 0);

    private sealed class Expected
    {
        public List<double> Confidences { get; } = [];

        public List<double> Entropies { get; } = [];

        public long Filler { get; set; }

        public long Best { get; set; }

        public long BestFiller { get; set; }

        public long Agreeing { get; set; }

        public long Latin { get; set; }

        public long NoScript { get; set; }
    }
}
