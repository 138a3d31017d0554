// What each chart shows: its sentence, its rows, how it is drawn. Pure but for the drawing, which is Observable Plot's.

import { key, say, sayCount } from '../explorer/texts.js';
import { areaY, axisY, barX, barY, dot, lineY, plot, pointer, pointerX, pointerY, ruleX, ruleY, text, tip } from '../../vendor/plot/plot.js';
import { CellCursor, ListCursor } from './cursor.js';
import { scriptFills, scriptName, scriptSwatch } from './scripts.js';

export const layerName = (layer) => (layer === 0 ? 'emb' : String(layer));

const thin = '\u202f';
export const count = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, thin);
export const percent = (share) => (share === null || share === undefined ? say('none') : share > 0 && share < 0.001 ? '<0.1 %' : `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : share < 0.1 ? 1 : 0)} %`);
const probability = (value) => (value < 0.001 ? '<0.001' : value.toFixed(3));
const bits = (value) => say('{0} bit', value.toFixed(2));

const nouns = {
  patches: [key('Patches'), key('{0} patch|{0} patches')],
  text: [key('Prompt tokens'), key('{0} prompt token|{0} prompt tokens')],
  answer: [key('Answer tokens'), key('{0} answer token|{0} answer tokens')],
};

/** The word for a group's positions. */
export const noun = (group) => say(nouns[group][0]);

/** How many of a group's positions. */
export const counted = (number, group) => sayCount(nouns[group][1], number).replace(String(number), count(number));

const first = (layers, test) => layers.find(test)?.layer;

function distributionChart(id, quantity, words) {
  const rowsOf = (data) => data.layers.filter((l) => l[quantity]).map((l) => ({ layer: l.layer, ...l[quantity] }));
  const said = (r) => [
    say('layer {0}', layerName(r.layer)), say('median {0}', words.unit(r.median)), say('quartiles {0} to {1}', words.unit(r.lowerQuartile), words.unit(r.upperQuartile)), say('mean {0}', words.unit(r.mean)), `n = ${count(r.count)}`,
  ].join('\n');
  return {
    id,
    name: words.name,
    ready: (data) => data.layers.some((l) => l[quantity]),
    absent: words.absent,
    title: (data, group) => words.title(data.layers.filter((l) => l[quantity]), noun(group)),
    sample: (data, group) => samples(data.layers.filter((l) => l[quantity]).map((l) => l[quantity].count), group),
    columns: [key('layer'), key('lower quartile'), key('median'), key('upper quartile'), key('mean'), key('positions')],
    rows: (data) => rowsOf(data).map((r) => [layerName(r.layer), r.lowerQuartile, r.median, r.upperQuartile, r.mean, r.count]),
    cursor: (data) => layerCursor(rowsOf(data), said),
    draw: (data, { colours, width, height }) => {
      const rows = rowsOf(data);
      return frame(rows, { width, height, colours, y: { label: say(words.axis), domain: words.domain, nice: true, grid: true } }, [
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
  const said = (r) => [say('layer {0}', layerName(r.layer)), say(words.word, percent(r.share)), `n = ${count(r.count)}`].join('\n');
  return {
    id,
    name: words.name,
    ready: (data) => rowsOf(data).length > 0,
    absent: words.absent,
    title: (data, group) => words.title(rowsOf(data), noun(group)),
    sample: (data, group) => samples(rowsOf(data).map((r) => r.count), group),
    columns: [key('layer'), key('share'), key('positions')],
    rows: (data) => rowsOf(data).map((r) => [layerName(r.layer), r.share, r.count]),
    cursor: (data) => layerCursor(rowsOf(data), said),
    draw: (data, { colours, width, height }) => {
      const rows = rowsOf(data);
      return frame(rows, { width, height, colours, y: { label: say(words.axis), domain: [0, 100], grid: true, transform: (s) => 100 * s } }, [
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
    name: key('Best layers'),
    ready: (data) => data.bestLayers.positions > 0,
    absent: key('No position has a best layer: nothing was read inside the layer window.'),
    title: ({ bestLayers }, group) => {
      const share = bestLayers.lastThirdShare;
      const sentence = share >= 0.5 ? key('{0} are surest late: {1} have their best layer in the last third (layer {2} and after)')
        : share >= 1 / 3 ? key('{0} are surest at no end of the model: {1} have their best layer in the last third (layer {2} and after)')
          : key('{0} are surest before the last third: {1} have their best layer in it (layer {2} and after)');
      return say(sentence, noun(group), percent(share), bestLayers.lastThirdFrom);
    },
    sample: ({ bestLayers }, group) => say('n = {0}; {1} read as filler at their best layer', counted(bestLayers.positions, group), percent(bestLayers.fillerShare)),
    columns: [key('layer'), key('positions'), key('share'), key('filler among them')],
    rows: ({ bestLayers }) => bestLayers.layers.map((l) => [layerName(l.layer), l.count, l.share, l.filler]),
    cursor: ({ bestLayers }) => layerCursor(bestLayers.layers, bestSaid),
    draw: ({ bestLayers }, { colours, width, height }) => {
      const rows = bestLayers.layers;
      return plot({
        ...base(width, height, colours),
        x: { type: 'band', label: say('layer'), tickFormat: layerName, ticks: ticksOf(rows, width) },
        y: { label: say('positions (%)'), grid: true, nice: true, transform: (s) => 100 * s },
        marks: [
          barY(rows, { x: 'layer', y: 'share', fill: (r) => (r.layer >= bestLayers.lastThirdFrom ? colours.accent : colours.soft) }),
          ruleY([0], { stroke: colours.lineStrong }),
          hover(rows, colours, 'share', bestSaid),
        ],
      });
    },
  },
  distributionChart('confidence', 'confidence', {
    name: key('Confidence by layer'),
    axis: key('confidence'),
    domain: [0, 1],
    unit: probability,
    absent: key('Nothing was read.'),
    title: (layers, who) => {
      const layer = first(layers, (l) => l.confidence.median >= 0.5);
      const last = layers.at(-1);
      return layer === undefined
        ? say('{0} never reach a median confidence of one half: {1} at layer {2}', who, probability(last.confidence.median), layerName(last.layer))
        : say('{0} reach a median confidence of one half at layer {1}, and {2} at layer {3}', who, layerName(layer), probability(last.confidence.median), layerName(last.layer));
    },
  }),
  distributionChart('entropy', 'entropy', {
    name: key('Entropy by layer'),
    axis: key('entropy (bit)'),
    domain: undefined,
    unit: bits,
    absent: key('These readings have no entropies: imported files do not hold them, and they cannot be made up.'),
    title: (layers, who) => say('{0} go from a median entropy of {1} at layer {2} to {3} at layer {4}', who, bits(layers[0].entropy.median), layerName(layers[0].layer), bits(layers.at(-1).entropy.median), layerName(layers.at(-1).layer)),
  }),
  shareChart('agreement', {
    name: key('Agreement with the final layer'),
    axis: key('same top token as the final layer (%)'),
    word: key('agree {0}'),
    absent: key('The final layer was not read, so nothing can agree with it.'),
    title: (rows, who) => {
      // From where on it stays so: a share may fall below one half again.
      const from = rows.findLastIndex((r) => r.share < 0.5) + 1;
      return from >= rows.length - 1
        ? say('{0}: less than half read the final layer\'s token before that layer', who)
        : say('{0}: at least half read the final layer\'s token from layer {1} on', who, layerName(rows[from].layer));
    },
  }, (l) => l.agreementShare, (l) => l.agreementCount),
  shareChart('filler', {
    name: key('Filler by layer'),
    axis: key('filler (%)'),
    word: key('filler {0}'),
    absent: key('Nothing was read.'),
    title: (rows, who) => {
      const most = rows.reduce((a, b) => (b.share > a.share ? b : a));
      return most.share === 0
        ? say('{0} never read as filler', who)
        : say('{0} read as filler most at layer {1} ({2}), and {3} do at layer {4}', who, layerName(most.layer), percent(most.share), percent(rows.at(-1).share), layerName(rows.at(-1).layer));
    },
  }, (l) => l.fillerShare, (l) => l.positions),
  {
    id: 'scripts',
    name: key('Scripts by layer'),
    ready: (data) => data.layers.length > 0,
    absent: key('Nothing was read.'),
    title: (data, group) => {
      const last = data.layers.at(-1);
      const most = last.scripts.reduce((a, b) => (b.share > a.share ? b : a));
      return say('{0}: {1} of the top tokens at layer {2} are {3}', noun(group), percent(most.share), layerName(last.layer), scriptName(most.script));
    },
    sample: (data, group) => samples(data.layers.map((l) => l.positions), group),
    columns: [key('layer'), key('script'), key('positions'), key('share')],
    rows: (data) => data.layers.flatMap((l) => l.scripts.map((s) => [layerName(l.layer), { text: s.script, shown: scriptName(s.script) }, s.count, s.share])),
    cursor: (data) => layerCursor(data.layers, scriptsSaid),
    draw: (data, { colours, width, height }) => {
      const rows = data.layers.flatMap((l) => l.scripts.map((s) => ({ layer: l.layer, script: scriptName(s.script), share: s.share })));
      const scripts = scriptsOf(data);
      const names = scripts.map(scriptName);
      const { fills, into } = scriptFills(scripts, colours.surface);
      const drawn = plot({
        ...base(width, height, colours),
        x: { type: 'band', label: say('layer'), tickFormat: layerName, ticks: ticksOf(data.layers, width) },
        y: { label: say('top tokens (%)'), domain: [0, 100], transform: (s) => 100 * s },
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
  name: key('Most frequent tokens'),
  ready: (data) => data.layer && data.layer.tokens.length > 0,
  absent: key('Nothing was read at this layer.'),
  title: ({ layer }, group) => say('{0} read “{1}” most often at layer {2}: {3}', noun(group), tokenName(layer.tokens[0]), layerName(layer.layer), percent(layer.tokens[0].share)),
  sample: ({ layer }, group) => say('n = {0}; different tokens: {1}', counted(layer.positions, group), count(layer.distinct)),
  columns: [key('layer'), key('rank'), key('id'), key('token'), key('positions'), key('share')],
  rows: ({ layers, linkOf }) => layers.flatMap((l) => l.tokens.map((t, i) => [layerName(l.layer), i + 1, t.id, { text: t.text, shown: tokenName(t), href: linkOf(t.id, l.layer) }, t.count, t.share])),
  cursor: ({ layer, linkOf }) => new ListCursor(barsOf(layer).map((r) => ({ value: r.name, text: tokenSaid(r), link: linkOf(r.id, layer.layer) })), 'y'),
  draw: ({ layer, linkOf }, { colours, width, height }) => {
    const rows = barsOf(layer);
    return plot({
      ...base(width, Math.max(height, 60 + rows.length * 20), colours),
      marginLeft: 130,
      x: { label: say('positions (%)'), grid: true, transform: (s) => 100 * s },
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

const cellTokenSaid = (r) => `${say('layer {0}, rank {1}', layerName(r.layer), r.rank + 1)}\n${tokenSaid(r)}`;

/** The most frequent tokens of every layer, beside each other. */
export const tokenLayersChart = {
  id: 'tokenlayers',
  name: key('Most frequent tokens by layer'),
  ready: ({ layers }) => layers.length > 0,
  absent: key('Nothing was read.'),
  title: ({ layers }) => {
    const last = layers.at(-1).tokens[0].id;
    const from = layers[layers.findLastIndex((l) => l.tokens[0].id !== last) + 1];
    return from === layers.at(-1) && layers.length > 1
      ? say('The most frequent token is another one up to the last layer, where it is “{0}”', tokenName(from.tokens[0]))
      : say('“{0}” is the most frequent token from layer {1} on', tokenName(from.tokens[0]), layerName(from.layer));
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
      ...base(width, Math.max(height, 24 + layers.length * 22), colours),
      marginTop: 20,
      marginBottom: 4,
      x: { domain: [0, RANKS], axis: null },
      y: { type: 'band', label: say('layer'), labelAnchor: 'top', labelArrow: false, tickSize: 0, round: false, domain: layers.map((l) => l.layer).reverse(), tickFormat: layerName, padding: 0.06 },
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

const positions = (number) => sayCount('{0} position|{0} positions', number).replace(String(number), count(number));

const tokenSaid = (r) => [`${tokenName(r)} (#${r.id})`, `${positions(r.count)}, ${percent(r.share)}`, ...(r.isFiller ? [say('filler')] : [])].join('\n');

const bestSaid = (r) => [say('layer {0}', layerName(r.layer)), `${positions(r.count)}, ${percent(r.share)}`, say('{0} of them read as filler', count(r.filler))].join('\n');

// A tip names the first scripts; the table has them all.
const NAMED = 8;

const scriptsSaid = (l) => [
  say('layer {0}', layerName(l.layer)),
  ...l.scripts.slice(0, NAMED).map((s) => `${scriptName(s.script)} ${percent(s.share)}`),
  ...(l.scripts.length > NAMED ? [say('and {0} more', l.scripts.length - NAMED)] : []),
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
  return low === high ? say('n = {0} at each layer', counted(low, group)) : say('n = {0} to {1} by layer', count(low), counted(high, group));
}

const ticksOf = (rows, width) => {
  const every = Math.ceil(rows.length / Math.max(4, width / 34));
  return rows.map((r) => r.layer).filter((_, i) => i % every === 0);
};

const base = (width, height, colours, label) => ({
  width, height, marginTop: 26, marginLeft: 52, marginRight: 16, marginBottom: 36, ariaLabel: label,
  style: { background: 'transparent', color: colours.inkSoft, fontFamily: colours.sans, fontSize: '12px', overflow: 'visible' },
});

export const frame = (rows, { width, height, colours, y, label }, marks) => plot({
  ...base(width, height, colours, label),
  x: { label: say('layer'), tickFormat: layerName, ticks: ticksOf(rows, width), insetLeft: 8, insetRight: 8 },
  y,
  marks: [ruleY([0], { stroke: colours.lineStrong }), ...marks],
});

const tipLook = (colours) => ({ fill: colours.raised, stroke: colours.lineStrong, textPadding: 8, lineHeight: 1.3 });

export const hover = (rows, colours, y, title) => tip(rows, pointerX({ x: 'layer', y, ...tipLook(colours), title }));
