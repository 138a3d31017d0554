// The positions that differ most, as rows. Pure functions over a pair.

import { NONE } from '../explorer/criteria.js';
import { placeName } from '../explorer/format.js';
import { difference } from './measures.js';

/**
 * The positions of the reference that differ, as [{ position, other, layer, value, first, second }], most different first.
 * @param {object} pair
 * @param {object} view Of the comparison: measure, token, layer, align, rows, over, sort.
 * @param {number[]} window First and last layer looked at, where each position is taken at its most different layer.
 */
export function rankPositions(pair, view, window) {
  const { first, second, alignment } = pair;
  const isWindow = view.over === 'window';
  const found = isWindow ? pair.most(view.measure, view.token, window, view.align) : { values: pair.values(view.measure, view.token, view.layer, view.align), layers: null };
  const rows = [];
  for (let position = 0; position < first.count; position++) {
    const value = found.values[position];
    const { kind } = first.positions[position];
    const isPatch = kind === 'patch';
    if (!Number.isFinite(value) || value === 0 || kind === 'newline' || (isPatch && !first.isShown(position)) || (view.rows !== 'all' && (view.rows === 'patches') !== isPatch)) {
      continue;
    }

    const layer = isWindow ? found.layers[position] : view.layer;
    const { a, b } = pair.places(position, layer, view.align);
    rows.push({
      position, other: alignment.to[position], value,
      first: readingOf(first, a), second: readingOf(second, b),
      confidence: difference(pair, 'confidence', null, a, b),
      divergence: difference(pair, 'kl', null, a, b),
    });
  }

  return sortRows(pair, rows, view.sort);
}

/** Whether what is sorted by it begins with the greatest: numbers do, words and places do not. */
export const isDescending = (sort) => !['place', 'first', 'second'].includes(sort);

/** The rows as text for spreadsheets and scripts; a tab or a comma between the columns. */
export function rowsAsText(pair, rows, measure, letters, separator) {
  const cell = (value) => {
    const text = String(value);
    return separator === ',' && /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const [a, b] = letters;
  const number = (value) => (Number.isNaN(value) ? '' : value.toPrecision(6));
  const head = ['position', 'kind', 'row', 'column', 'place', `${a} layer`, `${a} token`, `${a} id`, `${a} p`, `${b} position`, `${b} layer`, `${b} token`, `${b} id`, `${b} p`, 'confidence difference', 'KL at least (bit)', measure];
  const lines = rows.map((row) => {
    const { kind, row: line, column } = pair.first.positions[row.position];
    const patch = kind === 'patch';
    return [row.position, kind, patch ? line : '', patch ? column : '', placeName(pair.first, row.position), row.first.layer, pair.first.display(row.first.id), row.first.id, number(row.first.probability),
      row.other, row.second.layer, pair.second.display(row.second.id), row.second.id, number(row.second.probability), number(row.confidence), number(row.divergence), number(row.value)];
  });
  return [head, ...lines].map((line) => line.map(cell).join(separator)).join('\n') + '\n';
}

function readingOf(model, { layer, position }) {
  return layer === NONE ? { layer: NONE, id: NONE, probability: NaN } : { layer, id: model.id(layer, position), probability: model.probability(layer, position) };
}

function sortRows(pair, rows, sort) {
  const text = (model, { id }) => model.display(id);
  const byDifference = (x, y) => Math.abs(y.value) - Math.abs(x.value)
    || (Number.isNaN(x.divergence) ? 0 : y.divergence - x.divergence) || Math.abs(y.confidence) - Math.abs(x.confidence) || x.position - y.position;
  // What cannot be told comes last.
  const size = (value) => (Number.isNaN(value) ? -1 : Math.abs(value));
  const bySize = (of) => (x, y) => size(of(y)) - size(of(x)) || byDifference(x, y);
  const order = {
    difference: byDifference,
    place: (x, y) => x.position - y.position,
    first: (x, y) => text(pair.first, x.first).localeCompare(text(pair.first, y.first)) || byDifference(x, y),
    second: (x, y) => text(pair.second, x.second).localeCompare(text(pair.second, y.second)) || byDifference(x, y),
    'first-p': bySize((row) => row.first.probability),
    'second-p': bySize((row) => row.second.probability),
    confidence: bySize((row) => row.confidence),
    kl: bySize((row) => row.divergence),
  }[sort];
  return rows.sort(order);
}
