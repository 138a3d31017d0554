// The mean map: where on the picture it is. The grid is ours: drawn on a canvas, one pixel a cell, which the chart's SVG holds as an image.

import { key, say } from '../explorer/texts.js';
import { counted, layerName, percent } from './charts.js';
import { GridCursor } from './cursor.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const FOOT = 60;
const LEAST_HEIGHT = 400;
const LEAST_SIDE = 10;

// Where the grid begins: its rows are numbered beside it.
const LEFT = 34;
const TOP = 2;

/** What a map can show: its words, whether it is of one layer, the ends of its scale, whether little of it means sure. */
export const quantities = {
  bestLayer: { name: key('mean best layer'), ofLayer: false, text: (value) => value.toFixed(1) },
  mask: { name: key('filler at the best layer'), ofLayer: false, ends: [0, 1], text: percent },
  confidence: { name: key('confidence'), ofLayer: true, ends: [0, 1], text: (value) => (value < 0.001 ? '<0.001' : value.toFixed(3)) },
  entropy: { name: key('entropy'), ofLayer: true, isReversed: true, text: (value) => say('{0} bit', value.toFixed(2)) },
  filler: { name: key('filler'), ofLayer: true, ends: [0, 1], text: percent },
  bestHere: { name: key('best layer is this one'), ofLayer: true, ends: [0, 1], text: percent },
};

/** What a grid of patches is called. */
export const tileName = (tile) => say(tile === 0 ? key('whole picture') : key('fine grid'));

const endsOf = (quantity, values) => quantity.ends ?? [Math.min(...values), Math.max(...values)];

/** Mean values over analyses for each cell of the picture's grid. Data: {map, quantity}. */
export const mapChart = {
  id: 'map',
  name: key('Mean map'),
  ready: ({ map }) => map !== null && map.values.some((value) => value !== null),
  absent: key('There is no map: nothing was read at this layer and on this grid, or the readings do not hold it (imported files have no entropies).'),
  title: ({ map, quantity }) => {
    const { name, text } = quantities[quantity];
    const cells = map.values.map((value, i) => ({ value, i })).filter(({ value }) => value !== null);
    const most = cells.reduce((a, b) => (b.value > a.value ? b : a));
    const least = cells.reduce((a, b) => (b.value < a.value ? b : a));
    const at = ({ i }) => say('row {0}, column {1}', Math.floor(i / map.columns), i % map.columns);
    const what = map.layer === null ? say(name) : say('{0} at layer {1}', say(name), layerName(map.layer));
    return say(map.tile === 0 ? key('Over the picture, {0} lies between {1} ({2}) and {3} ({4})') : key('Over the fine grid, {0} lies between {1} ({2}) and {3} ({4})'), what, text(least.value), at(least), text(most.value), at(most));
  },
  sample: ({ map }) => `${say('n = {0} on a grid of {1} × {2}', counted(map.patches, 'patches'), map.rows, map.columns)}${map.normalised ? say('; grids of other shapes are laid over it by area') : ''}`,
  columns: [key('row'), key('column'), key('value')],
  rows: ({ map }) => map.values.map((value, i) => [Math.floor(i / map.columns), i % map.columns, value ?? '']),
  cursor: ({ map, quantity }) => new GridCursor(map.columns, map.rows, (column, row) => cellSaid(map, quantities[quantity].text, column, row)),
  draw: ({ map, quantity }, { colours, width, height }) => {
    const { ends, isReversed, text } = { ...quantities[quantity], ends: endsOf(quantities[quantity], map.values.filter((value) => value !== null)) };
    const sure = (value) => {
      const at = ends[1] > ends[0] ? (value - ends[0]) / (ends[1] - ends[0]) : 0.5;
      return colours.sure.colour(isReversed ? 1 - at : at);
    };
    const side = Math.min((width - LEFT - 16) / map.columns, Math.max(height, LEAST_HEIGHT, LEAST_SIDE * map.rows) / map.rows);
    const [gridWidth, gridHeight] = [side * map.columns, side * map.rows];
    const add = (parent, tag, attributes, words) => {
      const element = document.createElementNS(NAMESPACE, tag);
      for (const [name, value] of Object.entries(attributes)) {
        element.setAttribute(name, value);
      }

      if (words !== undefined) {
        element.textContent = words;
      }

      parent.append(element);
      return element;
    };
    const svg = document.createElementNS(NAMESPACE, 'svg');
    svg.setAttribute('width', width);
    svg.setAttribute('height', Math.ceil(gridHeight + FOOT + 4));
    svg.setAttribute('font-family', colours.sans);
    svg.setAttribute('font-size', '12');
    add(svg, 'image', { href: paint(map.columns, map.rows, (x, y) => map.values[y * map.columns + x], sure), x: LEFT, y: TOP, width: gridWidth, height: gridHeight, preserveAspectRatio: 'none', style: 'image-rendering: pixelated' });
    for (const { at, name } of numbered(map.rows, side)) {
      add(svg, 'text', { x: LEFT - 6, y: TOP + at, dy: '0.35em', fill: colours.inkSoft, 'font-size': 11, 'text-anchor': 'end' }, name);
    }

    for (const { at, name } of numbered(map.columns, side)) {
      add(svg, 'text', { x: LEFT + at, y: TOP + gridHeight + 13, fill: colours.inkSoft, 'font-size': 11, 'text-anchor': 'middle' }, name);
    }

    const [scaleTop, scaleWidth] = [gridHeight + 26, Math.min(220, gridWidth)];
    add(svg, 'image', { href: paint(128, 1, (x) => ends[0] + (x / 127) * (ends[1] - ends[0]), sure), x: LEFT, y: scaleTop, width: scaleWidth, height: 10, preserveAspectRatio: 'none' });
    add(svg, 'text', { x: LEFT, y: scaleTop + 26, fill: colours.inkSoft }, ends[0] === 0 ? '0' : text(ends[0]));
    add(svg, 'text', { x: LEFT + scaleWidth, y: scaleTop + 26, fill: colours.inkSoft, 'text-anchor': 'end' }, text(ends[1]));
    hover(svg, { map, side, text, colours, add });
    svg.middleOf = (column, row) => [LEFT + (column + 0.5) * side, TOP + (row + 0.5) * side];
    return svg;
  },
};

/** The rows or columns whose number is written, with their middle. */
function numbered(cells, side) {
  const every = [1, 2, 4, 8, 12, 16].find((step) => step * side >= 28) ?? 16;
  return Array.from({ length: Math.ceil(cells / every) }, (_, i) => ({ at: (i * every + 0.5) * side, name: String(i * every) }));
}

function cellSaid(map, text, column, row) {
  const value = map.values[row * map.columns + column];
  return say('row {0}, column {1}: {2}', row, column, value === null ? say('nothing') : text(value));
}

function paint(columns, rows, valueAt, colourOf) {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const value = valueAt(x, y);
      if (value !== null) {
        context.fillStyle = colourOf(value);
        context.fillRect(x, y, 1, 1);
      }
    }
  }

  return canvas.toDataURL('image/png');
}

function hover(svg, { map, side, text, colours, add }) {
  const ring = add(svg, 'rect', { 'aria-label': 'tip', fill: 'none', stroke: colours.ink, 'stroke-width': 2, width: side, height: side, visibility: 'hidden' });
  const words = add(svg, 'text', { 'aria-label': 'tip', fill: colours.ink, x: LEFT + 236, y: side * map.rows + 35 }, '');
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const [column, row] = [Math.floor((event.clientX - box.left - LEFT) / side), Math.floor((event.clientY - box.top - TOP) / side)];
    const isInside = column >= 0 && row >= 0 && column < map.columns && row < map.rows;
    ring.setAttribute('visibility', isInside ? 'visible' : 'hidden');
    ring.setAttribute('x', LEFT + column * side);
    ring.setAttribute('y', TOP + row * side);
    words.textContent = isInside ? cellSaid(map, text, column, row) : '';
  });
  svg.addEventListener('pointerleave', () => {
    ring.setAttribute('visibility', 'hidden');
    words.textContent = '';
  });
}
