// What each chart shows: its sentence, its rows, how it is drawn. Pure but for the drawing, which is Observable Plot's.

import { areaY, axisY, barX, barY, dot, lineY, plot, pointer, pointerX, pointerY, ruleX, ruleY, text, tip } from '../../vendor/plot/plot.js';
import { CellCursor, ListCursor } from './cursor.js';
import { scriptFills, scriptName, scriptSwatch } from './scripts.js';

export const layerName = (layer) => (layer === 0 ? 'emb' : String(layer));

const thin = ' ';
export const count = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, thin);
export const percent = (share) => (share === null || share === undefined ? 'none' : share > 0 && share < 0.001 ? '<0.1 %' : `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : share < 0.1 ? 1 : 0)} %`);
const probability = (value) => (value < 0.001 ? '<0.001' : value.toFixed(3));
const bits = (value) => `${value.toFixed(2)} bit`;

const nouns = { patches: ['Patches', 'patches'], text: ['Prompt tokens', 'prompt tokens'], answer: ['Answer tokens', 'answer tokens'] };

/** The word for a group's positions. */
export const noun = (group) => nouns[group][1];

const first = (layers, test) => layers.find(test)?.layer;

function distributionChart(id, key, words) {
  const rowsOf = (data) => data.layers.filter((l) => l[key]).map((l) => ({ layer: l.layer, ...l[key] }));
  const said = (r) => `layer ${layerName(r.layer)}\nmedian ${words.unit(r.median)}\nquartiles ${words.unit(r.lowerQuartile)} to ${words.unit(r.upperQuartile)}\nmean ${words.unit(r.mean)}\nn = ${count(r.count)}`;
  return {
    id,
    name: words.name,
    ready: (data) => data.layers.some((l) => l[key]),
    absent: words.absent,
    title: (data, group) => words.title(data.layers.filter((l) => l[key]), nouns[group][0]),
    sample: (data, group) => samples(data.layers.filter((l) => l[key]).map((l) => l[key].count), group),
    columns: ['layer', 'lower quartile', 'median', 'upper quartile', 'mean', 'positions'],
    rows: (data) => rowsOf(data).map((r) => [layerName(r.layer), r.lowerQuartile, r.median, r.upperQuartile, r.mean, r.count]),
    cursor: (data) => layerCursor(rowsOf(data), said),
    draw: (data, { colours, width, height }) => {
      const rows = rowsOf(data);
      return frame(rows, { width, height, colours, y: { label: words.axis, domain: words.domain, nice: true, grid: true }, label: words.name }, [
        areaY(rows, { x: 'layer', y1: 'lowerQuartile', y2: 'upperQuartile', fill: colours.accent, fillOpacity: 0.22 }),
        lineY(rows, { x: 'layer', y: 'median', stroke: colours.accent, strokeWidth: 2 }),
        dot(rows, { x: 'layer', y: 'median', fill: colours.accent, r: 2.5 }),
        hover(rows, colours, 'median', said),
      ]);
    },
  };
}

function shareChart(id, words, value, number) {
  const rowsOf = (data) => data.layers.filter((l) => value(l) !== null && value(l) !== undefined).map((l) => ({ layer: l.layer, share: value(l), count: number(l) }));
  const said = (r) => `layer ${layerName(r.layer)}\n${words.word} ${percent(r.share)}\nn = ${count(r.count)}`;
  return {
    id,
    name: words.name,
    ready: (data) => rowsOf(data).length > 0,
    absent: words.absent,
    title: (data, group) => words.title(rowsOf(data), nouns[group][0]),
    sample: (data, group) => samples(rowsOf(data).map((r) => r.count), group),
    columns: ['layer', 'share', 'positions'],
    rows: (data) => rowsOf(data).map((r) => [layerName(r.layer), r.share, r.count]),
    cursor: (data) => layerCursor(rowsOf(data), said),
    draw: (data, { colours, width, height }) => {
      const rows = rowsOf(data);
      return frame(rows, { width, height, colours, y: { label: words.axis, domain: [0, 100], grid: true, transform: (s) => 100 * s }, label: words.name }, [
        lineY(rows, { x: 'layer', y: 'share', stroke: colours.accent, strokeWidth: 2 }),
        dot(rows, { x: 'layer', y: 'share', fill: colours.accent, r: 2.5 }),
        hover(rows, colours, 'share', said),
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
    cursor: ({ bestLayers }) => layerCursor(bestLayers.layers, bestSaid),
    draw: ({ bestLayers }, { colours, width, height }) => {
      const rows = bestLayers.layers;
      return plot({
        ...base(width, height, colours, 'Best layers'),
        x: { type: 'band', label: 'layer', tickFormat: layerName, ticks: ticksOf(rows, width) },
        y: { label: 'positions (%)', grid: true, nice: true, transform: (s) => 100 * s },
        marks: [
          barY(rows, { x: 'layer', y: 'share', fill: (r) => (r.layer >= bestLayers.lastThirdFrom ? colours.accent : colours.soft) }),
          ruleY([0], { stroke: colours.lineStrong }),
          hover(rows, colours, 'share', bestSaid),
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
    cursor: (data) => layerCursor(data.layers, scriptsSaid),
    draw: (data, { colours, width, height }) => {
      const rows = data.layers.flatMap((l) => l.scripts.map((s) => ({ layer: l.layer, script: scriptName(s.script), share: s.share })));
      const scripts = scriptsOf(data);
      const names = scripts.map(scriptName);
      const { fills, into } = scriptFills(scripts, colours.surface);
      const drawn = plot({
        ...base(width, height, colours, 'Scripts by layer'),
        x: { type: 'band', label: 'layer', tickFormat: layerName, ticks: ticksOf(data.layers, width) },
        y: { label: 'top tokens (%)', domain: [0, 100], transform: (s) => 100 * s },
        color: { type: 'ordinal', domain: names, range: fills, legend: false },
        marks: [barY(rows, { x: 'layer', y: 'share', fill: 'script', order: names }), hover(data.layers, colours, () => 0.5, scriptsSaid)],
      });
      into(drawn);
      return drawn;
    },
    legend: (data, { surface }) => scriptsOf(data).map((script) => [scriptName(script), scriptSwatch(script, surface)]),
  },
];

const barsOf = (layer) => layer.tokens.slice(0, 15).map((t, i) => ({ ...t, name: `${i}` }));

/** The most frequent tokens of one layer. */
export const tokenChart = {
  id: 'tokens',
  name: 'Most frequent tokens',
  ready: (data) => data.layer && data.layer.tokens.length > 0,
  absent: 'Nothing was read at this layer.',
  title: ({ layer }, group) => `At layer ${layerName(layer.layer)}, ${noun(group)} read “${tokenName(layer.tokens[0])}” most often: ${percent(layer.tokens[0].share)}`,
  sample: ({ layer }, group) => `n = ${count(layer.positions)} ${noun(group)}, ${count(layer.distinct)} different tokens`,
  columns: ['layer', 'rank', 'id', 'token', 'positions', 'share'],
  rows: ({ layers, linkOf }) => layers.flatMap((l) => l.tokens.map((t, i) => [layerName(l.layer), i + 1, t.id, { text: t.text, shown: tokenName(t), href: linkOf(t.id, l.layer) }, t.count, t.share])),
  cursor: ({ layer, linkOf }) => new ListCursor(barsOf(layer).map((r) => ({ value: r.name, text: tokenSaid(r), link: linkOf(r.id, layer.layer) })), 'y'),
  draw: ({ layer, linkOf }, { colours, width, height }) => {
    const rows = barsOf(layer);
    return plot({
      ...base(width, Math.max(height, 60 + rows.length * 20), colours, 'Most frequent tokens'),
      marginLeft: 130,
      x: { label: 'positions (%)', grid: true, transform: (s) => 100 * s },
      y: { type: 'band', label: null, domain: rows.map((r) => r.name) },
      marks: [
        axisY(rows.map((r) => r.name), { label: null, tickFormat: (name) => shortened(tokenName(rows[Number(name)]), 16), href: (name) => linkOf(rows[Number(name)].id, layer.layer) }),
        barX(rows, { x: 'share', y: 'name', fill: (r) => (r.isFiller ? colours.soft : colours.accent), href: (r) => linkOf(r.id, layer.layer) }),
        ruleX([0], { stroke: colours.lineStrong }),
        tip(rows, pointerY({ x: 'share', y: 'name', maxRadius: 1000, ...tipLook(colours), title: tokenSaid })),
      ],
    });
  },
};

const RANKS = 6;

const cellsOf = (layers) => layers.flatMap((l) => l.tokens.slice(0, RANKS).map((t, rank) => ({ ...t, layer: l.layer, rank, positions: l.positions })));

const cellTokenSaid = (r) => `layer ${layerName(r.layer)}, ${r.rank + 1}.\n${tokenSaid(r)}`;

/** The most frequent tokens of every layer, beside each other. */
export const tokenLayersChart = {
  id: 'tokenlayers',
  name: 'Most frequent tokens by layer',
  ready: ({ layers }) => layers.length > 0,
  absent: 'Nothing was read.',
  title: ({ layers }) => {
    const last = layers.at(-1).tokens[0].id;
    const from = layers[layers.findLastIndex((l) => l.tokens[0].id !== last) + 1];
    return from === layers.at(-1) && layers.length > 1
      ? `The most frequent token is another one up to the last layer, where it is “${tokenName(from.tokens[0])}”`
      : `“${tokenName(from.tokens[0])}” is the most frequent token from layer ${layerName(from.layer)} on`;
  },
  sample: ({ layers }, group) => samples(layers.map((l) => l.positions), group),
  columns: tokenChart.columns,
  rows: tokenChart.rows,
  cursor: ({ layers, linkOf }) => new CellCursor(layers.map((l) => l.tokens.slice(0, RANKS).map((t, rank) => ({
    x: rank + 0.5, y: l.layer, text: cellTokenSaid({ ...t, layer: l.layer, rank }), link: linkOf(t.id, l.layer),
  }))).reverse()),
  draw: ({ layers, linkOf }, { colours, width, height }) => {
    const rows = cellsOf(layers);
    const letters = Math.floor((width - 68) / RANKS / 7.4) - 5;
    return plot({
      ...base(width, Math.max(height, 24 + layers.length * 22), colours, 'Most frequent tokens by layer'),
      marginTop: 20,
      marginBottom: 4,
      x: { domain: [0, RANKS], axis: null },
      y: { type: 'band', label: 'layer', labelAnchor: 'top', labelArrow: false, tickSize: 0, round: false, domain: layers.map((l) => l.layer).reverse(), tickFormat: layerName, padding: 0.06 },
      color: { type: 'linear', domain: [0, 1], range: [colours.surface, colours.accent] },
      marks: [
        barX(rows, { x1: 'rank', x2: (r) => r.rank + 1, y: 'layer', insetRight: 2, fill: (r) => 0.04 + 0.4 * Math.sqrt(r.share), href: (r) => linkOf(r.id, r.layer) }),
        text(rows, { x: 'rank', y: 'layer', dx: 6, textAnchor: 'start', fill: colours.ink, fontFamily: colours.mono, text: (r) => shortened(tokenName(r), letters), href: (r) => linkOf(r.id, r.layer) }),
        text(rows, { x: (r) => r.rank + 1, y: 'layer', dx: -8, textAnchor: 'end', fill: colours.ink, fontSize: 11, text: (r) => percent(r.share).replace(' ', '') }),
        tip(rows, pointer({ x: (r) => r.rank + 0.5, y: 'layer', maxRadius: 120, ...tipLook(colours), title: cellTokenSaid })),
      ],
    });
  },
};

const tokenName = (t) => t.display || `#${t.id}`;

const shortened = (name, most) => ([...name].length > most ? `${[...name].slice(0, most - 1).join('')}…` : name);

const tokenSaid = (r) => `${tokenName(r)} (#${r.id})\n${count(r.count)} positions, ${percent(r.share)}${r.isFiller ? '\nfiller' : ''}`;

const bestSaid = (r) => `layer ${layerName(r.layer)}\n${count(r.count)} positions, ${percent(r.share)}\n${count(r.filler)} of them read as filler`;

// A tip names the first scripts; the table has them all.
const NAMED = 8;

const scriptsSaid = (l) => [
  `layer ${layerName(l.layer)}`,
  ...l.scripts.slice(0, NAMED).map((s) => `${scriptName(s.script)} ${percent(s.share)}`),
  ...(l.scripts.length > NAMED ? [`and ${l.scripts.length - NAMED} more`] : []),
  `n = ${count(l.positions)}`,
].join('\n');

/** The scripts of all layers, those met most often first. */
function scriptsOf(data) {
  const totals = new Map();
  for (const { script, count: number } of data.layers.flatMap((l) => l.scripts)) {
    totals.set(script, (totals.get(script) ?? 0) + number);
  }

  return [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a));
}

export const layerCursor = (rows, said) => new ListCursor(rows.map((r) => ({ value: r.layer, text: said(r) })), 'x');

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

export const frame = (rows, { width, height, colours, y, label }, marks) => plot({
  ...base(width, height, colours, label),
  x: { label: 'layer', tickFormat: layerName, ticks: ticksOf(rows, width), insetLeft: 8, insetRight: 8 },
  y,
  marks: [ruleY([0], { stroke: colours.lineStrong }), ...marks],
});

const tipLook = (colours) => ({ fill: colours.raised, stroke: colours.lineStrong, textPadding: 8, lineHeight: 1.3 });

export const hover = (rows, colours, y, title) => tip(rows, pointerX({ x: 'layer', y, ...tipLook(colours), title }));
