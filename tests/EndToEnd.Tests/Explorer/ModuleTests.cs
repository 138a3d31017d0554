using System.Text.Json;
using LogitLens.EndToEnd.Tests.Running;

namespace LogitLens.EndToEnd.Tests.Explorer;

/// <summary>The explorer's pure modules in the browser they are written for.</summary>
public sealed class ModuleTests(ModuleBrowser browser) : IClassFixture<ModuleBrowser>
{
    // Six positions (one of text, four patches, one of text after), three layers, top two of five tokens; probabilities as printed, so that they are exact.
    private const string Sample = PackedRows.Script + """
        const { Model, TokenTable, BELOW } = await import('/js/explorer/model.js');
        const display = ['␣cat', '␣dog', '␣', '⏎', '</s>'];
        const text = [' cat', ' dog', ' ', '\n', '</s>'];
        const patch = (row, column) => ({ id: 4, kind: 'patch', tile: 0, row, column, pixels: [column * 10, row * 10, 10, 10] });
        const word = { id: 0, kind: 'text' };
        const manifest = {
          layers: [0, 1, 2], layerCount: 2, topK: 2, positions: [word, patch(0, 0), patch(0, 1), patch(1, 0), patch(1, 1), word],
          checkpoint: { vocabularySize: 5 }, image: { width: 20, height: 20, name: 'x' }, seen: [0, 0, 20, 20],
        };
        const model = new Model(manifest, new TokenTable({ display, text, kind: [0, 0, 0, 2, 1] }));
        model.add(pack(0, [[1, 0.9, 0, 0.05], [0, 0.5, 1, 0.4], [2, 0.95, 0, 0.01], [1, 0.3, 0, 0.2], [0, 0.2, 1, 0.1], [0, 0.6, 1, 0.2]]));
        model.add(pack(1, [[0, 0.7, 1, 0.2], [0, 0.6, 1, 0.1], [3, 0.8, 0, 0.1], [0, 0.4, 1, 0.35], [1, 0.5, 0, 0.3], [0, 0.6, 1, 0.2]]));
        model.add(pack(2, [[0, 0.8, 1, 0.1], [0, 0.6, 2, 0.3], [0, 0.7, 2, 0.2], [0, 0.4, 2, 0.1], [1, 0.9, 2, 0.05], [0, 0.5, 1, 0.2]]));
        """;

    [Theory]
    [InlineData("")]
    [InlineData("map=token&token=17&pins=3_5&layer=emb&by=final&window=emb-12&lock=214.9&with=40-63_70_80-90&view=2.50_0.100_0.900&strength=0.3&range=data")]
    [InlineData("map=mask&filler=13_29871&veil=0.5&paint=orange&invert=1&grid=1&input=1&curve=rank")]
    [InlineData("find=a+%26+%3Cb%3E+%E7%8C%AB&match=regex&rows=before&columns=3-9&least=0.25&hide=1&cells=agreement&pair=12-3")]
    public async Task State_ThereAndBack_IsTheSame(string query)
    {
        var again = await RunAsync($"const {{ parseView, formatView }} = await import('/js/explorer/state.js'); return [formatView(parseView({JsonSerializer.Serialize(query)}))];");

        Assert.Equal(Sorted(query), Sorted(again[0].GetString()!));
    }

    [Theory]
    [InlineData("layer=nine&map=heat&by=chance&window=9-3&lock=x&view=0.1_0_0&strength=7&token=-1&veil=2&paint=pink&rows=some&least=-1&pair=3-3&match=glob")]
    [InlineData("lock=99999999&view=NaN_0_0&with=&filler=abc&find=")]
    public async Task State_WhatMakesNoSense_IsLeftAtItsDefault(string query)
    {
        var again = await RunAsync($"const {{ parseView, formatView }} = await import('/js/explorer/state.js'); return [formatView(parseView({JsonSerializer.Serialize(query)}))];");

        Assert.Equal(string.Empty, again[0].GetString());
    }

    [Fact]
    public async Task State_AllOfALargePicture_StaysShort()
    {
        var length = await RunAsync("const { parseView, formatView, defaultView } = await import('/js/explorer/state.js'); const view = defaultView(); view.collected = Array.from({ length: 2880 }, (_, at) => at + 5); const text = formatView(view); return [text.length, parseView(text).collected.length];");

        Assert.InRange(length[0].GetInt32(), 1, 40);
        Assert.Equal(2880, length[1].GetInt32());
    }

    [Theory]
    [InlineData("p", "[1,2]", new[] { 2, 1, 1, 1, 2, 1 })]
    [InlineData("p", "[0,2]", new[] { 0, 1, 0, 1, 2, 0 })]
    [InlineData("margin", "[0,2]", new[] { 0, 1, 0, 2, 2, 0 })]
    [InlineData("final", "[0,2]", new[] { 1, 0, 2, 1, 1, 0 })]
    [InlineData("entropy", "[1,2]", new[] { 2, 1, 1, 1, 2, 1 })]
    public async Task ChooseBest_EachCriterion_TakesTheFirstLayerThatIsBest(string by, string window, int[] expected)
    {
        // Entropy is absent, as in imported files: the criterion falls back to p instead of to a layer that says nothing.
        var best = await RunAsync($"{Sample} model.chooseBest('{by}', {window}); return [...model.best];");

        Assert.Equal(expected, best.Select(value => value.GetInt32()));
    }

    [Theory]
    [InlineData(" ", true)]
    [InlineData("", true)]
    [InlineData("\n\t\r\u000b\f", true)]
    [InlineData("\u001c\u001f\u0085\u00a0\u2003\u3000", true)]
    [InlineData("\ufeff", false)]
    [InlineData("\u200b", false)]
    [InlineData(" a ", false)]
    public async Task IsEmptyInPython_AnyText_AgreesWithStrip(string text, bool expected)
    {
        var empty = await RunAsync($"const {{ isEmptyInPython }} = await import('/js/explorer/filler.js'); return [isEmptyInPython({JsonSerializer.Serialize(text)})];");

        Assert.Equal(expected, empty[0].GetBoolean());
    }

    [Fact]
    public async Task Mask_OldRuleAndAddedTokens_CountsWhatTheyName()
    {
        var counts = await RunAsync(Sample + """
            const { maskOf } = await import('/js/explorer/masks.js');
            model.chooseBest('p', [0, 2]);
            const old = maskOf(model, null, model.shownPatches);
            model.chooseBest('p', [1, 2]);
            const later = maskOf(model, null, model.shownPatches);
            model.filler.setAdded([1]);
            return [old.length, old[0], later.length, later[0], maskOf(model, null, model.shownPatches).length, maskOf(model, 2, model.shownPatches).length];
            """);

        Assert.Equal([1, 2, 1, 2, 2, 1], counts.Select(value => value.GetInt32()));
    }

    [Fact]
    public async Task Read_TokenNotAmongTheKept_IsBelowAndNeverZero()
    {
        var read = await RunAsync(Sample + "return [model.read(0, 2, 1), model.read(1, 2, 1) === BELOW, model.least(2, 1), Number.isNaN(model.read(1, 9, 1)), model.rank(2, 2, 1), model.rank(1, 2, 1) === BELOW];");

        Assert.Equal(0.6, read[0].GetDouble(), 1e-6);
        Assert.True(read[1].GetBoolean());
        Assert.Equal(0.3, read[2].GetDouble(), 1e-6);
        Assert.True(read[3].GetBoolean());
        Assert.Equal(2, read[4].GetInt32());
        Assert.True(read[5].GetBoolean());
    }

    [Fact]
    public async Task ChangeBetween_TwoLayers_IsALeastTotalVariation()
    {
        // Position 1: cat 0.6 at both; dog 0.1 falls below 0.3, nothing certain; the empty token's 0.3 was at most 0.1. Position 4: dog 0.5 → 0.9, cat 0.3 → at most 0.05.
        var change = await RunAsync(Sample + """
            const { changeBetween, changesBetween } = await import('/js/explorer/layer-change.js');
            const one = changeBetween(model, 1, 2, 1), four = changeBetween(model, 1, 2, 4);
            return [one.amount, one.changed, four.amount, four.changed, changesBetween(model, 1, 2, [1, 2, 3, 4]).map(({ position }) => position).join()];
            """);

        Assert.Equal(0.2, change[0].GetDouble(), 1e-6);
        Assert.False(change[1].GetBoolean());
        Assert.Equal(0.4, change[2].GetDouble(), 1e-6);
        Assert.False(change[3].GetBoolean());
        Assert.StartsWith("2,", change[4].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SelectionFacts_FourPatches_CountAndAverage()
    {
        var facts = await RunAsync(Sample + """
            const { topByLayer, sharedTokens, courseOf } = await import('/js/explorer/selection-facts.js');
            const last = topByLayer(model, [1, 2, 3, 4]).at(-1);
            const shared = sharedTokens(model, 2, [1, 2, 3, 4]);
            const course = courseOf(model, 0, [1, 2, 3, 4], 'p')[2];
            return [last.tokens[0].id, last.tokens[0].count, last.tokens[0].mean, shared[0].id, shared[0].count, course.known, course.middle, courseOf(model, 2, [1], 'rank')[0].middle];
            """);

        Assert.Equal((0, 3), (facts[0].GetInt32(), facts[1].GetInt32()));
        Assert.Equal(1.7 / 3, facts[2].GetDouble(), 1e-6);
        Assert.Equal((2, 4), (facts[3].GetInt32(), facts[4].GetInt32()));
        Assert.Equal(3, facts[5].GetInt32());
        Assert.Equal(0.5, facts[6].GetDouble(), 1e-6);
        Assert.Equal(3, facts[7].GetInt32());
    }

    [Theory]
    [InlineData("rows: 'patches'", "1,2,3,4")]
    [InlineData("rows: 'before'", "0")]
    [InlineData("rows: 'after'", "5")]
    [InlineData("rows: 'text'", "0,5")]
    [InlineData("least: 0.85", "0,2,4")]
    [InlineData("least: 0.85, columns: [1, 2]", "4")]
    [InlineData("hide: true, layer: 1", "0,1,3,4,5")]
    [InlineData("find: 'dog'", "0,3,4")]
    public async Task ChooseRows_EachFilter_KeepsWhatPasses(string part, string expected)
    {
        var rows = await RunAsync($$"""
            {{Sample}}
            const { chooseRows, chooseColumns } = await import('/js/explorer/table-rows.js');
            const { defaultView } = await import('/js/explorer/state.js');
            const { makeTokenTest } = await import('/js/explorer/token-filter.js');
            const view = { ...defaultView(), {{part}} };
            return [chooseRows(model, view, chooseColumns(model, view), model.find(makeTokenTest(view.find, view.match).test), null).rows.join()];
            """);

        Assert.Equal(expected, rows[0].GetString());
    }

    [Theory]
    [InlineData("10 14", "row10column14")]
    [InlineData("r1 c0", "3")]
    [InlineData("1,1", "4")]
    [InlineData("#5", "5")]
    [InlineData("5", "5")]
    [InlineData("99", "null")]
    [InlineData("cat", "null")]
    public async Task FindPlace_AnyText_NamesAPositionOrNothing(string text, string expected)
    {
        var place = await RunAsync($"{Sample} const {{ findPlace }} = await import('/js/explorer/table-rows.js'); return [String(findPlace(model, {JsonSerializer.Serialize(text)}))];");

        Assert.Equal(expected == "row10column14" ? "null" : expected, place[0].GetString());
    }

    [Theory]
    [InlineData("contains", "at", "␣cat")]
    [InlineData("exact", "cat", "␣cat")]
    [InlineData("prefix", "do", "␣dog")]
    [InlineData("regex", "^␣(cat|dog)$", "␣cat,␣dog")]
    [InlineData("regex", "[", null)]
    [InlineData("regex", "(a+)+$", null)]
    [InlineData("regex", "(a|aa)*$", null)]
    [InlineData("regex", "(?:a?){30}a{30}", null)]
    [InlineData("regex", "(.*){2,}x", null)]
    [InlineData("regex", @"(a)\1", null)]
    [InlineData("regex", ".*.*.*.*.*x", null)]
    public async Task TokenTest_PatternsGoodAndBad_FindOrRefuseInWords(string match, string pattern, string? expected)
    {
        var found = await RunAsync($$"""
            {{Sample}}
            const { makeTokenTest } = await import('/js/explorer/token-filter.js');
            const { test, error } = makeTokenTest({{JsonSerializer.Serialize(pattern)}}, '{{match}}');
            return [error, [...model.find(test)].map((id) => model.display(id)).join()];
            """);

        if (expected is null)
        {
            Assert.Matches("^.{20,}", found[0].GetString()!);
            Assert.Equal(string.Empty, found[1].GetString());
        }
        else
        {
            Assert.Equal(JsonValueKind.Null, found[0].ValueKind);
            Assert.Equal(expected, found[1].GetString());
        }
    }

    [Theory]
    [InlineData("(cat)+x")]
    [InlineData("a*b*c*d*x")]
    [InlineData("(?=.*z)[a-z]{1,64}x")]
    public async Task TokenTest_PatternThatIsAllowed_IsQuickOnItsWorstText(string pattern)
    {
        var time = await RunAsync($$"""
            const { makeTokenTest } = await import('/js/explorer/token-filter.js');
            const { test, error } = makeTokenTest({{JsonSerializer.Serialize(pattern)}}, 'regex');
            const start = performance.now();
            test('a'.repeat(5000));
            return [error, performance.now() - start];
            """);

        Assert.Equal(JsonValueKind.Null, time[0].ValueKind);
        Assert.InRange(time[1].GetDouble(), 0, 2000);
    }

    [Fact]
    public async Task Grids_TwoOverEachOther_AreApartAndCrossTiles()
    {
        var grids = await RunAsync("""
            const { gridsOf, neighbourOf, patchesIn } = await import('/js/explorer/grids.js');
            const patch = (tile, row, column, x, y, size) => ({ kind: 'patch', tile, row, column, pixels: [x, y, size, size] });
            const positions = [{ kind: 'text' }, patch(0, 0, 0, 0, 0, 40), patch(1, 0, 0, 0, 0, 20), patch(2, 0, 0, 20, 0, 20), patch(3, 0, 0, 0, 20, 20), patch(4, 0, 0, 20, 20, 20)];
            const grids = gridsOf(positions);
            const model = { positions, patchAt: new Map() };
            return [grids.length, grids[0].patches.join(), grids[1].patches.join(), neighbourOf(model, grids[1].patches, 2, 1, 0), neighbourOf(model, grids[1].patches, 2, -1, 0), patchesIn(model, grids[1].patches, 0, 0, 40, 20).join()];
            """);

        Assert.Equal(2, grids[0].GetInt32());
        Assert.Equal("1", grids[1].GetString());
        Assert.Equal("2,3,4,5", grids[2].GetString());
        Assert.Equal(3, grids[3].GetInt32());
        Assert.Equal(JsonValueKind.Null, grids[4].ValueKind);
        Assert.Equal("2,3", grids[5].GetString());
    }

    [Fact]
    public async Task Readings_OfPrintedProbabilities_AreTheUnitsAsPrintedAndCompareAsTheyStand()
    {
        // Two positions × two ranks: 1, 0.5001 and 0.5 (which half-precision logarithms cannot tell apart), 0.
        var answers = await RunAsync("""
            const { parseReadings } = await import('/js/explorer/readings.js');
            const pack = (kind) => {
              const view = new DataView(new ArrayBuffer(48));
              view.setUint32(0, 0x31524c4c, true);
              view.setUint8(5, kind); view.setUint8(6, 2); view.setUint8(7, 2);
              view.setUint16(8, 32, true); view.setUint16(10, 2, true);
              view.setUint32(16, 2, true); view.setUint32(24, 48, true);
              [7, 9, 8, 3].forEach((id, at) => view.setUint16(32 + 2 * at, id, true));
              [10000, 5001, 5000, 0].forEach((units, at) => view.setUint16(40 + 2 * at, units, true));
              return view.buffer;
            };
            const [reading] = parseReadings(pack(1));
            const probabilities = [...reading.scores].map((score) => reading.probabilities[score]);
            const compared = [...reading.scores].map((score) => reading.comparables[score]);
            let refused = '';
            try {
              parseReadings(pack(2));
            } catch (error) {
              refused = error.message;
            }

            return [reading.layer, [...reading.ids].join(), reading.entropies, probabilities, compared[0] > compared[1] && compared[1] > compared[2] && compared[2] > compared[3], refused];
            """);

        Assert.Equal(32, answers[0].GetInt32());
        Assert.Equal("7,9,8,3", answers[1].GetString());
        Assert.Equal(JsonValueKind.Null, answers[2].ValueKind);
        Assert.Equal([1f, 0.5001f, 0.5f, 0f], answers[3].EnumerateArray().Select(probability => probability.GetSingle()));
        Assert.True(answers[4].GetBoolean());
        Assert.Contains("unknown kind (2)", answers[5].GetString(), StringComparison.Ordinal);
    }

    private static string Sorted(string query) => string.Join('&', query.Split('&').Order(StringComparer.Ordinal));

    // The script's result has to be an array.
    private async Task<List<JsonElement>> RunAsync(string script)
    {
        var watched = await browser.OpenAsync();
        var result = await watched.Page.EvaluateAsync<JsonElement>($"async () => {{ {script} }}");
        watched.AssertQuiet();
        return [.. result.EnumerateArray()];
    }
}
