// What each chart shows: its sentence, its rows, how it is drawn. Pure but for the drawing, which is Observable Plot's.

import { areaY, barX, barY, dot, lineY, plot, pointerX, ruleX, ruleY, tip } from '../../vendor/plot/plot.js';

export const layerName = (layer) => (layer === 0 ? 'emb' : String(layer));

const thin = ' ';
export const count = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, thin);
export const percent = (share) => (share === null || share === undefined ? 'none' : share > 0 && share < 0.001 ? '<0.1 %' : `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : share < 0.1 ? 1 : 0)} %`);
const probability = (value) => (value < 0.001 ? '<0.001' : value.toFixed(3));
const bits = (value) => `${value.toFixed(2)} bit`;

// Okabe and Ito's colours, which colour-blind eyes tell apart; one for each script, whatever is there.
const scriptColours = { Latin: '#0072b2', 'without letters': '#8a8f94', 'Chinese, Japanese': '#009e73', Cyrillic: '#cc79a7', Greek: '#e69f00', Arabic: '#56b4e9', Hebrew: '#d55e00', Hangul: '#9a8f00' };
const scriptColour = (name) => scriptColours[name] ?? '#b8a9c9';

const nouns = { patches: ['Patches', 'patches'], text: ['Prompt tokens', 'prompt tokens'], answer: ['Answer tokens', 'answer tokens'] };

/** The word for a group's positions. */
export const noun = (group) => nouns[group][1];

const first = (layers, test) => layers.find(test)?.layer;

function distributionChart(id, key, words) {
  return {
    id,
    name: words.name,
    ready: (data) => data.layers.some((l) => l[key]),
    absent: words.absent,
    title: (data, group) => words.title(data.layers.filter((l) => l[key]), nouns[group][0]),
    sample: (data, group) => samples(data.layers.filter((l) => l[key]).map((l) => l[key].count), group),
    columns: ['layer', 'lower quartile', 'median', 'upper quartile', 'mean', 'positions'],
    rows: (data) => data.layers.filter((l) => l[key]).map((l) => [layerName(l.layer), l[key].lowerQuartile, l[key].median, l[key].upperQuartile, l[key].mean, l[key].count]),
    draw: (data, { colours, width, height }) => {
      const rows = data.layers.filter((l) => l[key]).map((l) => ({ layer: l.layer, ...l[key] }));
      return frame(rows, { width, height, colours, y: { label: words.axis, domain: words.domain, nice: true, grid: true }, label: words.name }, [
        areaY(rows, { x: 'layer', y1: 'lowerQuartile', y2: 'upperQuartile', fill: colours.accent, fillOpacity: 0.22 }),
        lineY(rows, { x: 'layer', y: 'median', stroke: colours.accent, strokeWidth: 2 }),
        dot(rows, { x: 'layer', y: 'median', fill: colours.accent, r: 2.5 }),
        hover(rows, colours, 'median', (r) => `layer ${layerName(r.layer)}\nmedian ${words.unit(r.median)}\nquartiles ${words.unit(r.lowerQuartile)} to ${words.unit(r.upperQuartile)}\nmean ${words.unit(r.mean)}\nn = ${count(r.count)}`),
      ]);
    },
  };
}

function shareChart(id, words, value, number) {
  const rowsOf = (data) => data.layers.filter((l) => value(l) !== null && value(l) !== undefined).map((l) => ({ layer: l.layer, share: value(l), count: number(l) }));
  return {
    id,
    name: words.name,
    ready: (data) => rowsOf(data).length > 0,
    absent: words.absent,
    title: (data, group) => words.title(rowsOf(data), nouns[group][0]),
    sample: (data, group) => samples(rowsOf(data).map((r) => r.count), group),
    columns: ['layer', 'share', 'positions'],
    rows: (data) => rowsOf(data).map((r) => [layerName(r.layer), r.share, r.count]),
    draw: (data, { colours, width, height }) => {
      const rows = rowsOf(data);
      return frame(rows, { width, height, colours, y: { label: words.axis, domain: [0, 100], grid: true, transform: (s) => 100 * s }, label: words.name }, [
        lineY(rows, { x: 'layer', y: 'share', stroke: colours.accent, strokeWidth: 2 }),
        dot(rows, { x: 'layer', y: 'share', fill: colours.accent, r: 2.5 }),
        hover(rows, colours, 'share', (r) => `layer ${layerName(r.layer)}\n${words.word} ${percent(r.share)}\nn = ${count(r.count)}`),
      ]);
    },
  };
}

/** The charts by layer, in the order of the page. */
export const charts = [
  {
    id: 'best',
    name: 'Best layers',
    ready: (data) => data.bestLayers.positions > 0,
    absent: 'No position has a best layer: nothing was read inside the layer window.',
    title: ({ bestLayers }, group) => {
      const share = bestLayers.lastThirdShare;
      const who = nouns[group][0];
      return `${who} are surest ${share >= 0.5 ? 'late' : share >= 1 / 3 ? 'at no end of the model' : 'before the last third'}: ${percent(share)} have their best layer in the last third (layer ${bestLayers.lastThirdFrom} and after)`;
    },
    sample: ({ bestLayers }, group) => `n = ${count(bestLayers.positions)} ${noun(group)}; ${percent(bestLayers.fillerShare)} read as filler at their best layer`,
    columns: ['layer', 'positions', 'share', 'filler among them'],
    rows: ({ bestLayers }) => bestLayers.layers.map((l) => [layerName(l.layer), l.count, l.share, l.filler]),
    draw: ({ bestLayers }, { colours, width, height }) => {
      const rows = bestLayers.layers;
      return plot({
        ...base(width, height, colours, 'Best layers'),
        x: { type: 'band', label: 'layer', tickFormat: layerName, ticks: ticksOf(rows, width) },
        y: { label: 'positions (%)', grid: true, nice: true, transform: (s) => 100 * s },
        marks: [
          barY(rows, { x: 'layer', y: 'share', fill: (r) => (r.layer >= bestLayers.lastThirdFrom ? colours.accent : colours.soft) }),
          ruleY([0], { stroke: colours.lineStrong }),
          tip(rows, pointerX({ x: 'layer', y: 'share', fill: colours.raised, stroke: colours.lineStrong, textPadding: 8, title: (r) => `layer ${layerName(r.layer)}\n${count(r.count)} positions, ${percent(r.share)}\n${count(r.filler)} of them read as filler` })),
        ],
      });
    },
  },
  distributionChart('confidence', 'confidence', {
    name: 'Confidence by layer',
    axis: 'confidence',
    domain: [0, 1],
    unit: probability,
    absent: 'Nothing was read.',
    title: (layers, who) => {
      const layer = first(layers, (l) => l.confidence.median >= 0.5);
      const last = layers.at(-1);
      return layer === undefined
        ? `${who} never reach a median confidence of one half: ${probability(last.confidence.median)} at layer ${layerName(last.layer)}`
        : `${who} reach a median confidence of one half at layer ${layerName(layer)}, and ${probability(last.confidence.median)} at layer ${layerName(last.layer)}`;
    },
  }),
  distributionChart('entropy', 'entropy', {
    name: 'Entropy by layer',
    axis: 'entropy (bit)',
    domain: undefined,
    unit: bits,
    absent: 'These readings have no entropies: imported files do not hold them, and they cannot be made up.',
    title: (layers, who) => `${who} go from a median entropy of ${bits(layers[0].entropy.median)} at layer ${layerName(layers[0].layer)} to ${bits(layers.at(-1).entropy.median)} at layer ${layerName(layers.at(-1).layer)}`,
  }),
  shareChart('agreement', {
    name: 'Agreement with the final layer',
    axis: 'same top token as the final layer (%)',
    word: 'agree',
    absent: 'The final layer was not read, so nothing can agree with it.',
    title: (rows, who) => {
      // From where on it stays so: a share may fall below one half again.
      const from = rows.findLastIndex((r) => r.share < 0.5) + 1;
      const layer = rows[from]?.layer;
      return from >= rows.length - 1 ? `Before the final layer, less than half of the ${who.toLowerCase()} read its token` : `At least half of the ${who.toLowerCase()} read the final layer's token from layer ${layerName(layer)} on`;
    },
  }, (l) => l.agreementShare, (l) => l.agreementCount),
  shareChart('filler', {
    name: 'Filler by layer',
    axis: 'filler (%)',
    word: 'filler',
    absent: 'Nothing was read.',
    title: (rows, who) => {
      const most = rows.reduce((a, b) => (b.share > a.share ? b : a));
      return most.share === 0 ? `${who} never read as filler` : `${who} read as filler most at layer ${layerName(most.layer)} (${percent(most.share)}), and ${percent(rows.at(-1).share)} do at layer ${layerName(rows.at(-1).layer)}`;
    },
  }, (l) => l.fillerShare, (l) => l.positions),
  {
    id: 'scripts',
    name: 'Scripts by layer',
    ready: (data) => data.layers.length > 0,
    absent: 'Nothing was read.',
    title: (data, group) => {
      const last = data.layers.at(-1);
      const [script] = last.scripts;
      return `At layer ${layerName(last.layer)}, ${percent(script.share)} of the top tokens of ${noun(group)} are ${scriptName(script.script)}`;
    },
    sample: (data, group) => samples(data.layers.map((l) => l.positions), group),
    columns: ['layer', 'script', 'positions', 'share'],
    rows: (data) => data.layers.flatMap((l) => l.scripts.map((s) => [layerName(l.layer), scriptName(s.script), s.count, s.share])),
    draw: (data, { colours, width, height }) => {
      const rows = data.layers.flatMap((l) => l.scripts.map((s) => ({ layer: l.layer, script: scriptName(s.script), share: s.share, count: s.count, n: l.positions })));
      const totals = new Map();
      for (const row of rows) {
        totals.set(row.script, (totals.get(row.script) ?? 0) + row.count);
      }

      const names = [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a));
      const byLayer = data.layers.map((l) => ({ layer: l.layer, n: l.positions, scripts: l.scripts }));
      return plot({
        ...base(width, height, colours, 'Scripts by layer'),
        x: { type: 'band', label: 'layer', tickFormat: layerName, ticks: ticksOf(data.layers, width) },
        y: { label: 'top tokens (%)', domain: [0, 100], transform: (s) => 100 * s },
        color: { domain: names, range: names.map(scriptColour), legend: false },
        marks: [
          barY(rows, { x: 'layer', y: 'share', fill: 'script', order: names }),
          tip(byLayer, pointerX({ x: 'layer', y: () => 0.5, fill: colours.raised, stroke: colours.lineStrong, textPadding: 8, title: (r) => `layer ${layerName(r.layer)}\n${r.scripts.map((s) => `${scriptName(s.script)} ${percent(s.share)}`).join('\n')}\nn = ${count(r.n)}` })),
        ],
      });
    },
    legend: (data) => {
      const totals = new Map();
      for (const { scripts } of data.layers) {
        for (const { script, count: number } of scripts) {
          totals.set(scriptName(script), (totals.get(scriptName(script)) ?? 0) + number);
        }
      }

      return [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a)).map((name) => [name, scriptColour(name)]);
    },
  },
];

/** The most frequent tokens of one layer. */
export const tokenChart = {
  id: 'tokens',
  name: 'Most frequent tokens',
  ready: (data) => data.layer && data.layer.tokens.length > 0,
  absent: 'Nothing was read at this layer.',
  title: ({ layer }, group) => `At layer ${layerName(layer.layer)}, ${noun(group)} read “${layer.tokens[0].display}” most often: ${percent(layer.tokens[0].share)}`,
  sample: ({ layer }, group) => `n = ${count(layer.positions)} ${noun(group)}, ${count(layer.distinct)} different tokens`,
  columns: ['layer', 'rank', 'id', 'token', 'positions', 'share'],
  rows: ({ layers }) => layers.flatMap((l) => l.tokens.map((t, i) => [layerName(l.layer), i + 1, t.id, t.text, t.count, t.share])),
  draw: ({ layer }, { colours, width, height }) => {
    const rows = layer.tokens.slice(0, 15).map((t, i) => ({ ...t, name: `${i}` }));
    return plot({
      ...base(width, Math.max(height, 60 + rows.length * 20), colours, 'Most frequent tokens'),
      marginLeft: 130,
      x: { label: 'positions (%)', grid: true, transform: (s) => 100 * s },
      y: { type: 'band', label: null, domain: rows.map((r) => r.name), tickFormat: (name) => rows[Number(name)].display.slice(0, 16) },
      marks: [
        barX(rows, { x: 'share', y: 'name', fill: (r) => (r.isFiller ? colours.soft : colours.accent) }),
        ruleX([0], { stroke: colours.lineStrong }),
        tip(rows, pointerY(rows, colours)),
      ],
    });
  },
};

function pointerY(rows, colours) {
  return pointerX({ x: 'share', y: 'name', maxRadius: 1000, fill: colours.raised, stroke: colours.lineStrong, textPadding: 8, title: (r) => `${r.display} (#${r.id})\n${count(r.count)} positions, ${percent(r.share)}${r.isFiller ? '\nfiller' : ''}` });
}

const scriptName = (script) => ({ cjk: 'Chinese, Japanese', none: 'without letters' })[String(script).toLowerCase()] ?? String(script).replace(/^./, (c) => c.toUpperCase());

function samples(counts, group) {
  const low = Math.min(...counts);
  const high = Math.max(...counts);
  return low === high ? `n = ${count(low)} ${noun(group)} at each layer` : `n = ${count(low)} to ${count(high)} ${noun(group)} by layer`;
}

const ticksOf = (rows, width) => {
  const every = Math.ceil(rows.length / Math.max(4, width / 34));
  return rows.map((r) => r.layer).filter((_, i) => i % every === 0);
};

const base = (width, height, colours, label) => ({
  width, height, marginLeft: 52, marginRight: 16, marginBottom: 36, ariaLabel: label,
  style: { background: 'transparent', color: colours.inkSoft, fontFamily: colours.sans, fontSize: '12px', overflow: 'visible' },
});

const frame = (rows, { width, height, colours, y, label }, marks) => plot({
  ...base(width, height, colours, label),
  x: { label: 'layer', tickFormat: layerName, ticks: ticksOf(rows, width), insetLeft: 8, insetRight: 8 },
  y,
  marks: [ruleY([0], { stroke: colours.lineStrong }), ...marks],
});

const hover = (rows, colours, y, title) => tip(rows, pointerX({ x: 'layer', y, fill: colours.raised, stroke: colours.lineStrong, textPadding: 8, title }));
