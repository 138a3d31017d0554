// Two runs over their common images: how far they are apart, layer by layer.

import { make } from '../explorer/dom.js';
import { key, say, sayCount } from '../explorer/texts.js';
import { watchTheme } from '../explorer/theme.js';
import { areaY, dot, lineY, ruleY } from '../../vendor/plot/plot.js';
import { count, frame, hover, layerCursor, layerName, percent } from '../statistics/charts.js';
import { Figure } from '../statistics/figure.js';
import { FullSize } from '../statistics/full-size.js';
import { readColours } from '../statistics/statistics.js';
import { formatView, parseView } from '../statistics/view.js';

const signed = (text) => (value) => (Math.abs(value) < 0.0005 ? '0' : `${value < 0 ? '−' : '+'}${text(Math.abs(value))}`);
const probability = signed((value) => value.toFixed(3));
const bits = signed((value) => say('{0} bit', value.toFixed(2)));

function spreadChart(id, words, unit, domain) {
  const rowsOf = (data) => data.layers.filter((layer) => layer[id]).map(({ layer, secondLayer, [id]: spread }) => ({ layer, secondLayer, ...spread }));
  const said = (row) => [
    row.secondLayer === row.layer ? say('layer {0}', layerName(row.layer)) : say('layer {0} beside {1}', layerName(row.layer), layerName(row.secondLayer)),
    say('median {0}', unit(row.median)), say('quartiles {0} to {1}', unit(row.lowerQuartile), unit(row.upperQuartile)), say('mean {0}', unit(row.mean)), `n = ${count(row.count)}`,
  ].join('\n');
  return {
    id,
    name: words.name,
    ready: (data) => rowsOf(data).length > 0,
    absent: words.absent,
    title: (data) => words.title(rowsOf(data)),
    sample: (data) => sayCount('n = {0} image at each layer; the line is the median image, the band the middle half of them|n = {0} images at each layer; the line is the median image, the band the middle half of them', rowsOf(data)[0].count),
    columns: [key('layer'), key('layer of the second'), key('lower quartile'), key('median'), key('upper quartile'), key('mean'), key('images')],
    rows: (data) => rowsOf(data).map((row) => [layerName(row.layer), layerName(row.secondLayer), row.lowerQuartile, row.median, row.upperQuartile, row.mean, row.count]),
    cursor: (data) => layerCursor(rowsOf(data), said),
    draw: (data, { colours, width, height }) => {
      const rows = rowsOf(data);
      return frame(rows, { width, height, colours, y: { label: words.axis, ...(domain ? { domain } : { nice: true }), grid: true }, label: say(words.name) }, [
        ...(domain ? [] : [ruleY([0], { stroke: colours.ink })]),
        areaY(rows, { x: 'layer', y1: 'lowerQuartile', y2: 'upperQuartile', fill: colours.accent, fillOpacity: 0.22 }),
        lineY(rows, { x: 'layer', y: 'median', stroke: colours.accent, strokeWidth: 2 }),
        dot(rows, { x: 'layer', y: 'median', fill: colours.accent, r: 2.5 }),
        hover(rows, colours, 'median', said),
      ]);
    },
  };
}

// The layer where a figure is farthest from no difference.
const farthest = (rows) => rows.reduce((far, row) => (Math.abs(row.median) > Math.abs(far.median) ? row : far), rows[0]);

function makeCharts() {
  return [
    spreadChart('agreement', {
      name: key('Agreement by layer'),
      axis: say('patches with the same top token'),
      absent: key('Nothing can be compared.'),
      title: (rows) => {
        const least = rows.reduce((low, row) => (row.median < low.median ? row : low), rows[0]);
        return least.median === 1
          ? say('Every patch of the median image has the same top token in both, at every layer')
          : say('The runs agree least at layer {0}: there the median image has the same top token in {1} of its patches', layerName(least.layer), percent(least.median));
      },
    }, percent, [0, 1]),
    spreadChart('confidence', {
      name: key('Δ confidence by layer'),
      axis: say('Δ confidence, median patch'),
      absent: key('Nothing can be compared.'),
      title: (rows) => {
        const far = farthest(rows);
        return Math.abs(far.median) < 0.0005 ? say('The median patch is as sure in both, at every layer')
          : far.median > 0 ? say('The second run is surer, most at layer {0}: {1} at the median patch of the median image', layerName(far.layer), probability(far.median))
          : say('The second run is less sure, most at layer {0}: {1} at the median patch of the median image', layerName(far.layer), probability(far.median));
      },
    }, probability),
    spreadChart('entropy', {
      name: key('Δ entropy by layer'),
      axis: say('Δ entropy in bit, median patch'),
      absent: key('One of the runs has no entropies.'),
      title: (rows) => {
        const far = farthest(rows);
        return Math.abs(far.median) < 0.005 ? say('The median patch has the same entropy in both, at every layer')
          : say('Entropies are farthest apart at layer {0}: {1} at the median patch of the median image', layerName(far.layer), bits(far.median));
      },
    }, bits),
  ];
}

/**
 * Shows how far two runs are apart.
 * @param {HTMLElement} element
 * @param {{name: string, layers: object[]}} options layers: those of RunComparison.
 */
export function attach(element, { name, layers }) {
  let view = parseView(location.search);
  const path = location.pathname;
  const controller = new AbortController();
  const full = new FullSize(() => change({ full: null }));
  const charts = makeCharts();
  const figures = charts.map((chart) => new Figure(chart, { group: 'patches', key: 'runs', id: chart.id, name, view: () => view, change, colours: () => readColours(element) }));
  element.replaceChildren(make('div', { class: 'lc-run-figures' }, ...figures.map((figure) => figure.element)), full.element);
  figures.forEach((figure) => figure.show({ layers }));
  show(view);
  const stopTheme = watchTheme(() => figures.forEach((figure) => figure.refresh()));
  window.addEventListener('popstate', () => {
    if (location.pathname === path) {
      show(parseView(location.search));
    }
  }, { signal: controller.signal });

  function change(part) {
    const query = formatView({ ...view, ...part }, location.search);
    history.pushState(history.state, '', location.pathname + (query === '' ? '' : `?${query}`));
    show({ ...view, ...part });
  }

  function show(next) {
    view = next;
    figures.forEach((figure) => figure.refresh());
    full.show(figures.find((figure) => figure.options.id === view.full) ?? null);
  }

  return {
    dispose: () => {
      controller.abort();
      stopTheme();
      full.dispose();
      figures.forEach((figure) => figure.dispose());
      element.replaceChildren();
    },
  };
}
