using System.Text.Json;
using LogitLens.EndToEnd.Tests.Running;
using LogitLens.Storage.Readings;

namespace LogitLens.EndToEnd.Tests.Comparing;

/// <summary>The comparison's pure modules in the browser they are written for.</summary>
public sealed class CompareModuleTests(ModuleBrowser browser) : IClassFixture<ModuleBrowser>
{
    // A model from packed layers: all positions are text, whose readings are as good as a patch's.
    private const string FromPacked = """
        const { Model, TokenTable } = await import('/js/explorer/model.js');
        const { klAtLeast, knownAt } = await import('/js/compare/divergence.js');
        const modelOf = (packed, layers, count) => {
          const model = new Model(
            { layers, layerCount: layers.at(-1), topK: 10, positions: Array.from({ length: count }, () => ({ id: 0, kind: 'text' })), checkpoint: { vocabularySize: 1024 }, image: { width: 1, height: 1, name: 'x' } },
            new TokenTable({ display: ['a'], text: ['a'], kind: [0] }));
          for (const text of packed) { model.add(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer); }
          return model;
        };
        """;

    // Two inputs on a picture of 2 × 2 patches: the same words before it, and others in the middle of what follows. Printed probabilities, so that they are exact.
    private const string Two = PackedRows.Script + """
        const { Model, TokenTable } = await import('/js/explorer/model.js');
        const { Pair } = await import('/js/compare/pair.js');
        const table = new TokenTable({ display: ['␣cat', '␣dog', '␣', '⏎', '</s>'], text: [' cat', ' dog', ' ', '\n', '</s>'], kind: [0, 0, 0, 2, 1] });
        const patch = (row, column, size = 10, x = 0, y = 0) => ({ id: 4, kind: 'patch', tile: 0, row, column, pixels: [x + column * size, y + row * size, size, size] });
        const grid = (rows, size) => Array.from({ length: rows * rows }, (_, at) => patch(Math.floor(at / rows), at % rows, size));
        const word = (id) => ({ id, kind: 'text' });
        const modelOf = (positions, { sha256 = 'a', hash = 'h', layers = [0, 1, 2], layerCount = 2, tokens = table, width = 20 } = {}) => new Model({
          layers, layerCount, topK: 2, positions, lens: 'logit', legacy: false, source: null, checkpoint: { hash, vocabularySize: 5 }, image: { sha256, width, height: width, name: sha256 }, seen: [0, 0, width, width],
        }, tokens);
        const before = [word(1), ...grid(2, 10), word(2)];
        const a = modelOf([...before, word(0), word(3)]);
        const b = modelOf([...before, word(1), word(0), word(3)]);
        const same = [[1, 0.9, 0, 0.05], [0, 0.5, 1, 0.4], [2, 0.95, 0, 0.01], [1, 0.3, 0, 0.2], [0, 0.2, 1, 0.1], [0, 0.6, 1, 0.2]];
        for (const layer of [0, 1, 2]) {
          a.add(pack(layer, [...same, [0, 0.7, 1, 0.2], [1, 0.8, 0, 0.1]]));
          b.add(pack(layer, [...same, [1, 0.7, 0, 0.2], [1, 0.6, 0, 0.3], [0, 0.55, 1, 0.4]]));
        }
        """;

    [Fact]
    public async Task KlAtLeast_OfRandomWeights_IsBelowWhatTransformersGives()
    {
        var golden = new Tensors(Shared("goldens", "experiments", "chelsea", "golden.safetensors"));
        var truth = golden.Floats("kl_final_to_layer");
        var (layers, positions) = (golden.Shape("kl_final_to_layer")[0], golden.Shape("kl_final_to_layer")[1]);

        var bounds = await BoundsAsync(golden, layers, positions, layers - 1);

        Assert.Equal(truth.Length, bounds.Length);
        Assert.All(Enumerable.Range(0, truth.Length), at => Assert.InRange(bounds[at], 0, truth[at] + 1e-4));

        // It is not 0 where the truth is not: random weights spread over 1024 words, of which ten are kept.
        Assert.InRange(bounds.Take((layers - 1) * positions).Average() / truth.Take((layers - 1) * positions).Average(), 0.2, 1);
    }

    [Fact]
    public async Task KlAtLeast_OfTheDemo_IsBelowTheDivergenceOfWholeDistributionsAndNearIt()
    {
        var golden = new Tensors(Shared("demo", "golden.safetensors"));
        var positions = golden.Shape("lens_probs")[1];
        var truth = WholeDivergences(golden, positions);

        var bounds = await BoundsAsync(golden, 13, positions, 12);

        // Layers emb, 4 and 8 against 12: the hidden states that the golden keeps.
        var shares = new List<double>();
        foreach (var (kept, layer) in new[] { (0, 0), (1, 4), (2, 8) })
        {
            for (var position = 0; position < positions; position++)
            {
                var (bound, exact) = (bounds[(layer * positions) + position], truth[kept][position]);
                Assert.True(bound <= exact + 1e-4, $"At layer {layer}, position {position}, the bound {bound} is above the divergence {exact}.");
                shares.Add(exact < 0.01 ? 1 : bound / exact);
            }
        }

        Assert.All(bounds.Skip(12 * positions), bound => Assert.Equal(0, bound));
        Assert.InRange(shares.Order().ElementAt(shares.Count / 2), 0.8, 1);
    }

    [Fact]
    public async Task KlAtLeast_OfRandomDistributions_IsNeverAboveTheTruthAndMeetsItWhereAllIsKept()
    {
        var found = await RunAsync($$"""
            {{FromPacked}}
            const { HALF } = await import('/js/explorer/readings.js');
            const halfOf = (value) => { // the half-precision bits nearest to a negative number
              let low = 0x8000, high = 0xfbff;
              while (high - low > 1) { const middle = (low + high) >> 1; if (HALF[middle] >= value) { low = middle; } else { high = middle; } }
              return Math.abs(HALF[low] - value) <= Math.abs(HALF[high] - value) ? low : high;
            };
            let seed = 7;
            const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
            const distribution = (size, sharpness) => {
              const weights = Array.from({ length: size }, () => Math.exp(sharpness * Math.log(random() + 1e-9)));
              const sum = weights.reduce((total, weight) => total + weight, 0);
              return weights.map((weight) => weight / sum);
            };
            const keep = (p, k) => {
              const order = p.map((_, id) => id).sort((x, y) => p[y] - p[x]).slice(0, k);
              const length = 32 + ((k * 2 + 3) & ~3) * 2;
              const view = new DataView(new ArrayBuffer(length));
              view.setUint32(0, 0x31524c4c, true); view.setUint8(6, 2); view.setUint16(8, 0, true); view.setUint16(10, k, true); view.setUint32(16, 1, true); view.setUint32(24, length, true);
              order.forEach((id, at) => { view.setUint16(32 + at * 2, id, true); view.setUint16(32 + ((k * 2 + 3) & ~3) + at * 2, halfOf(Math.log(p[id])), true); });
              const model = modelOf([], [0], 1);
              model.add(view.buffer);
              return knownAt(model, 0, 0);
            };
            let worst = -Infinity, wholeGap = 0, sharpGain = 0;
            for (let round = 0; round < 4000; round++) {
              const size = 3 + Math.floor(random() * 30);
              const sharpness = random() * 12;
              const p = distribution(size, sharpness);
              const q = random() < 0.3 ? p.map((value, id) => 0.7 * value + 0.3 * (id === 0 ? 1 : 0)) : distribution(size, random() * 12);
              const truth = p.reduce((sum, value, id) => sum + (value > 0 ? value * Math.log(value / q[id]) : 0), 0);
              const k = 1 + Math.floor(random() * Math.min(10, size - 1));
              const bound = klAtLeast(keep(p, k), keep(q, k));
              worst = Math.max(worst, bound - truth);
              if (truth > 0.5) { sharpGain += bound > 0.05 ? 1 : 0; }
              const whole = klAtLeast(keep(p, size), keep(q, size));
              worst = Math.max(worst, whole - truth);
              if (Math.min(...p, ...q) > 1e-4) { wholeGap = Math.max(wholeGap, (truth - whole) / Math.max(0.1, truth)); }
            }
            return [worst, wholeGap, sharpGain];
            """);

        Assert.True(found[0].GetDouble() <= 1e-9, $"The bound is above the truth by {found[0]}.");
        Assert.InRange(found[1].GetDouble(), 0, 0.02);
        Assert.True(found[2].GetInt32() > 1000);
    }

    [Theory]
    [InlineData("[0.6, 0.3]", "[0, 1]", "[0.6, 0.3]", "[0, 1]", 0, 0)]

    [InlineData("[0.6, 0.3]", "[0, 1]", "[0.3, 0.6]", "[1, 0]", 0, 0)]

    // The groups 0, 1 and the rest: 0.8 ln 8 + 0.1 ln (1/8).
    [InlineData("[0.8, 0.1]", "[0, 1]", "[0.1, 0.8]", "[0, 1]", 1.45561, 0.00001)]

    // Q leaves 0.3, of which 0 and 1 get 0.1 each at most; P leaves 0.05, which 2, 3 and the rest share in the ratio of 0.6, 0.1 and 0.1: 0.9 ln 9 + 0.05 ln (1/2) + 0.05 ln (0.05 / 0.8).
    [InlineData("[0.9, 0.05]", "[0, 1]", "[0.6, 0.1]", "[2, 3]", 1.80422, 0.00001)]

    // Each may be as likely on the other side, where it is not kept: nothing is certain.
    [InlineData("[0.45]", "[0]", "[0.45]", "[1]", 0, 0.000001)]
    public async Task KlAtLeast_OfAFew_IsWhatTheFormulaGives(string p, string ids, string q, string otherIds, double expected, double tolerance)
    {
        var found = await RunAsync($$"""
            const { klAtLeast } = await import('/js/compare/divergence.js');
            const known = (p, ids) => ({ ids, p: Float64Array.from(p), slack: new Float64Array(p.length), least: p.at(-1) });
            return [klAtLeast(known({{p}}, {{ids}}), known({{q}}, {{otherIds}}))];
            """);

        Assert.InRange(found[0].GetDouble(), expected - tolerance, expected + tolerance);
    }

    [Fact]
    public async Task FirstDifference_OfTwoPrompts_IsTheFirstOtherWord()
    {
        var found = await RunAsync($"{Two} const pair = new Pair(a, b, true); const promise = pair.causality(); return [promise.at, promise.positions, promise.patches, promise.isWhole, promise.largest, promise.changed];");

        Assert.Equal([6, 6, 4], found.Take(3).Select(value => value.GetInt32()));
        Assert.True(found[3].GetBoolean());
        Assert.Equal([0, 0], found.Skip(4).Select(value => value.GetDouble()));
    }

    [Fact]
    public async Task Causality_WhereReadingsDifferBeforeIt_SaysByHowMuch()
    {
        var found = await RunAsync($"{Two} b.add(pack(1, [[1, 0.9, 0, 0.05], [1, 0.5, 0, 0.4], ...same.slice(2), [1, 0.7, 0, 0.2], [1, 0.6, 0, 0.3], [0, 0.55, 1, 0.4]])); const promise = new Pair(a, b, true).causality(); return [promise.largest, promise.changed];");

        Assert.Equal(0.1, found[0].GetDouble(), 4);
        Assert.Equal(1, found[1].GetInt32());
    }

    [Theory]
    [InlineData("{ hash: 'other' }")]
    [InlineData("{ sha256: 'b' }")]
    public async Task Causality_OfAnotherCheckpointOrPicture_PromisesNothing(string options) =>
        Assert.Equal(JsonValueKind.Null, (await RunAsync($"{Two} return [new Pair(a, modelOf(b.positions, {options}), true).causality()];"))[0].ValueKind);

    [Theory]
    [InlineData("modelOf(b.positions)", "true", "patch", "0,1,2,3,4,5,7,8")]
    [InlineData("modelOf(b.positions, { sha256: 'b' })", "true", "cell", "0,1,2,3,4,5,7,8")]
    [InlineData("modelOf(b.positions)", "false", "place", "0,1,2,3,4,5,7,8")]

    // Nine finer patches on the same picture: the middle of each of a's four lies in a corner one.
    [InlineData("modelOf([word(1), ...grid(3, 20 / 3), word(2), word(1), word(0), word(3)])", "true", "area", "0,1,3,7,9,10,12,13")]
    [InlineData("modelOf([word(1), ...grid(3, 20), word(3)], { sha256: 'b', width: 60 })", "true", "place", "0,1,3,7,9,-1,-1,10")]
    public async Task AlignPositions_ByPicturesAndGrids_PutsWhatBelongsTogetherTogether(string other, string sameOrientation, string by, string places)
    {
        var found = await RunAsync($"{Two} const {{ alignment }} = new Pair(a, {other}, {sameOrientation}); return [alignment.by, [...alignment.to].join()];");

        Assert.Equal([by, places], found.Select(value => value.GetString()));
    }

    [Theory]
    [InlineData("changed", "NaN,0,0,0,0,0,0,0,0")]
    [InlineData("confidence", "0,0,0,0,0,0,-0.1,-0.25")]
    public async Task Values_OfAMeasure_CompareAlignedPositions(string measure, string expected)
    {
        // Word 6 of a (␣cat) is word 7 of b, and the last one the last.
        var found = await RunAsync($"{Two} const values = new Pair(a, b, true).values('{measure}', null, 1, 'number'); return [...values].map((value) => String(Math.round(value * 1e4) / 1e4));");

        var wanted = measure == "changed" ? "0,0,0,0,0,0,1,1" : expected;
        Assert.Equal(wanted, string.Join(',', found.Select(value => value.GetString())));
    }

    [Fact]
    public async Task Values_OfATokenKeptOnOneSideOnly_AreTheDifferenceThatIsCertain()
    {
        // ⏎ is not kept anywhere; ␣ is kept at patch 1 with 0.95 on both sides, and in c not at all, where the least kept is 0.1.
        var found = await RunAsync($$"""
            {{Two}}
            const c = modelOf(a.positions);
            c.add(pack(1, [[1, 0.9, 0, 0.05], [0, 0.5, 1, 0.4], [0, 0.8, 1, 0.1], [1, 0.3, 0, 0.2], [0, 0.2, 1, 0.1], [0, 0.6, 1, 0.2], [0, 0.7, 1, 0.2], [1, 0.8, 0, 0.1]]));
            const pair = new Pair(a, c, true);
            return [pair.values('token', 2, 1, 'number')[2], String(pair.values('token', 2, 1, 'number')[1]), String(pair.values('token', 3, 1, 'number')[1])];
            """);

        Assert.Equal(-0.85, found[0].GetDouble(), 4);
        Assert.Equal(["Infinity", "Infinity"], found.Skip(1).Select(value => value.GetString()));
    }

    [Theory]
    [InlineData(12, 12, 7, "number", "7")]
    [InlineData(12, 6, 7, "number", "undefined")]
    [InlineData(12, 6, 8, "depth", "4")]
    [InlineData(12, 6, 7, "depth", "3")]
    [InlineData(6, 12, 3, "depth", "6")]
    [InlineData(12, 6, 0, "depth", "0")]
    [InlineData(12, 6, 12, "depth", "6")]
    [InlineData(12, 6, null, "depth", "null")]
    public async Task LayerBeside_OfOtherDepths_IsByNumberOrByDepth(int first, int second, int? layer, string align, string expected)
    {
        var found = await RunAsync($$"""
            const { layerBeside } = await import('/js/compare/layers.js');
            const of = (layerCount) => ({ manifest: { layerCount }, layers: Array.from({ length: layerCount + 1 }, (_, at) => at) });
            return [String(layerBeside({{layer?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}}, of({{first}}), of({{second}}), '{{align}}'))];
            """);

        Assert.Equal(expected, found[0].GetString());
    }

    [Fact]
    public async Task RankPositions_ByDifference_ListsWhatDiffersAndCopiesIt()
    {
        var found = await RunAsync($$"""
            {{Two}}
            const { rankPositions, rowsAsText } = await import('/js/compare/ranking.js');
            const { defaultView } = await import('/js/compare/state.js');
            const pair = new Pair(a, b, true);
            const view = { ...defaultView(), measure: 'confidence', layer: 1 };
            const rows = rankPositions(pair, view, [1, 2]);
            return [rows.map(({ position }) => position).join(), rankPositions(pair, { ...view, rows: 'patches' }, [1, 2]).length, rowsAsText(pair, rows, 'confidence', ['A', 'B'], '\t').split('\n')[1], rowsAsText(pair, rows, 'confidence', ['A', 'B'], ',').split('\n').length,
              rankPositions(pair, { ...view, over: 'window', sort: 'place' }, [1, 2]).map(({ position, first }) => `${position}:${first.layer}`).join()];
            """);

        Assert.Equal("7,6", found[0].GetString());
        Assert.Equal(0, found[1].GetInt32());
        Assert.StartsWith("7\ttext\t\t\t⏎\t1\t␣dog\t1\t0.800000\t8\t1\t␣cat\t0\t0.550000\t-0.250000\t", found[2].GetString(), StringComparison.Ordinal);
        Assert.Equal(4, found[3].GetInt32());
        Assert.Equal("6:1,7:1", found[4].GetString());
    }

    [Theory]
    [InlineData("first-p", "row.first.probability")]
    [InlineData("second-p", "row.second.probability")]
    [InlineData("confidence", "Math.abs(row.confidence)")]
    [InlineData("kl", "row.divergence")]
    public async Task RankPositions_ByANumber_BeginsWithTheGreatest(string sort, string number)
    {
        var found = await RunAsync($$"""
            {{Two}}
            const { rankPositions } = await import('/js/compare/ranking.js');
            const { defaultView } = await import('/js/compare/state.js');
            const pair = new Pair(a, b, true);
            const rows = (sort) => rankPositions(pair, { ...defaultView(), measure: 'confidence', layer: 1, sort }, [1, 2]);
            const of = (list) => list.map((row) => {{number}});
            const descending = of(rows('place')).sort((x, y) => y - x);
            return [descending, of(rows('{{sort}}'))];
            """);

        Assert.Equal(2, found[0].GetArrayLength());
        Assert.Equal(found[0].ToString(), found[1].ToString());
    }

    [Fact]
    public async Task Vocabularies_OfOtherTables_FindTokensByTheirText()
    {
        var found = await RunAsync($$"""
            {{Two}}
            const { Vocabularies } = await import('/js/compare/vocabulary.js');
            const other = new TokenTable({ display: ['␣dog', '␣cat', '␣owl'], text: [' dog', ' cat', ' owl'], kind: [0, 0, 0] });
            const words = new Vocabularies(table, other);
            return [words.areEqual, words.isSame(0, 1), words.isSame(0, 0), words.toSecond(0), words.toFirst(2), new Vocabularies(table, new TokenTable({ display: [...table.columns.display], text: [], kind: [] })).areEqual];
            """);

        Assert.Equal(["False", "True", "False", "1", "", "True"], found.Select(value => value.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("map=kl&side=best&layer=9&reference=b&against=c&by=final&window=emb-12&align=depth&lock=b214&view=2.50_0.100_0.900&strength=0.3&range=layer&token=17&grid=1&rows=patches&over=window&sort=place")]
    public async Task State_ThereAndBack_IsTheSame(string query)
    {
        var again = await RunAsync($"const {{ parseView, formatView }} = await import('/js/compare/state.js'); return [formatView(parseView({JsonSerializer.Serialize(query)}))];");

        Assert.Equal(query.Split('&').Order(), again[0].GetString()!.Split('&').Order());
    }

    [Theory]
    [InlineData("map=heat&side=share&reference=e&against=2&lock=e5&align=x&rows=some&over=all&sort=p&range=x")]
    public async Task State_WhatMakesNoSense_IsLeftAtItsDefault(string query) =>
        Assert.Equal(string.Empty, (await RunAsync($"const {{ parseView, formatView }} = await import('/js/compare/state.js'); return [formatView(parseView({JsonSerializer.Serialize(query)}))];"))[0].GetString());

    private static string Shared(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine([DashboardProcess.RepositoryRoot, "..", "shared", .. parts]));
        path = File.Exists(path) ? path : Path.GetFullPath(Path.Combine([DashboardProcess.RepositoryRoot, "..", "..", "shared", .. parts]));
        Assert.SkipUnless(File.Exists(path), $"The reference numbers in {path} are not here: they do not travel with the code.");
        return path;
    }

    /// <summary>The bound on KL(final ‖ layer) for each layer and position, from readings packed as the database keeps them.</summary>
    private async Task<double[]> BoundsAsync(Tensors golden, int layers, int positions, int final)
    {
        const int K = 10;
        var (ids, probabilities, entropies) = (golden.Integers("lens_ids"), golden.Floats("lens_probs"), golden.Floats("lens_entropy_bits"));
        var packed = Enumerable.Range(0, layers).Select(layer => Convert.ToBase64String(ReadingCodec.Pack(
            new LayerArrays(
                layer,
                0,
                positions,
                K,
                ids[(layer * positions * K)..((layer + 1) * positions * K)],
                [.. probabilities[(layer * positions * K)..((layer + 1) * positions * K)].Select(p => MathF.Log(p))],
                entropies[(layer * positions)..((layer + 1) * positions)],
                [],
                [],
                []),
            1024)));
        var found = await RunAsync($$"""
            {{FromPacked}}
            const model = modelOf({{JsonSerializer.Serialize(packed)}}, Array.from({ length: {{layers}} }, (_, at) => at), {{positions}});
            return model.layers.flatMap((layer) => Array.from({ length: {{positions}} }, (_, position) => klAtLeast(knownAt(model, {{final}}, position), knownAt(model, layer, position))));
            """);
        return [.. found.Select(value => value.GetDouble())];
    }

    /// <summary>KL(12 ‖ layer) over all 1024 words, from the hidden states of emb, 4 and 8 and the checkpoint's own norm and head.</summary>
    private static double[][] WholeDivergences(Tensors golden, int positions)
    {
        const int Width = 192;
        const int Words = 1024;
        const double Epsilon = 1e-5;
        var checkpoint = new Tensors(Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "checkpoint", "model.safetensors"));
        var (norm, head, states) = (checkpoint.Floats("language_model.model.norm.weight"), checkpoint.Floats("language_model.lm_head.weight"), golden.Floats("hidden_states"));
        var logs = Enumerable.Range(0, 4).Select(kept => Enumerable.Range(0, positions).Select(position => LogProbabilities(kept, position)).ToArray()).ToArray();

        // The fourth is layer 12: its likeliest words are those that the golden keeps.
        var probabilities = golden.Floats("lens_probs");
        for (var position = 0; position < positions; position++)
        {
            Assert.Equal(probabilities[((12 * positions) + position) * 10], Math.Exp(logs[3][position].Max()), 1e-4);
        }

        return [.. Enumerable.Range(0, 3).Select(kept => Enumerable.Range(0, positions)
            .Select(position => Enumerable.Range(0, Words).Sum(word => Math.Exp(logs[3][position][word]) * (logs[3][position][word] - logs[kept][position][word])))
            .ToArray())];

        double[] LogProbabilities(int kept, int position)
        {
            var state = states.AsSpan(((kept * positions) + position) * Width, Width);
            var squares = 0.0;
            foreach (var value in state)
            {
                squares += (double)value * value;
            }

            var scale = 1 / Math.Sqrt((squares / Width) + Epsilon);
            var logits = new double[Words];
            for (var word = 0; word < Words; word++)
            {
                for (var at = 0; at < Width; at++)
                {
                    logits[word] += state[at] * scale * norm[at] * head[(word * Width) + at];
                }
            }

            var most = logits.Max();
            var sum = most + Math.Log(logits.Sum(logit => Math.Exp(logit - most)));
            return [.. logits.Select(logit => logit - sum)];
        }
    }

    private async Task<List<JsonElement>> RunAsync(string script)
    {
        var watched = await browser.OpenAsync();
        var result = await watched.Page.EvaluateAsync<JsonElement>($"async () => {{ {script} }}");
        watched.AssertQuiet();
        return [.. result.EnumerateArray()];
    }
}
