// Which rows and columns the layers table shows, and in which order.

import { NONE } from './criteria.js';
import { changesBetween } from './layer-change.js';

/** A position's kind as the table's filter has it: patches (a picture's line features among them), before, after (the picture), answer. */
export function kindOf(model, index) {
  const { kind } = model.positions[index];
  return kind === 'patch' || kind === 'newline' ? 'patches' : kind === 'answer' ? 'answer' : index < (model.patches[0] ?? 0) ? 'before' : 'after';
}

/** The columns: layers, or the two that are compared and their difference. */
export function chooseColumns(model, view) {
  if (view.pair) {
    return [{ layer: view.pair[0] }, { layer: view.pair[1] }, { layer: null }];
  }

  const [from, to] = view.columns ?? [0, Infinity];
  const layers = model.layers.filter((layer) => layer >= from && layer <= to);
  return (layers.length > 0 ? layers : model.layers).map((layer) => ({ layer }));
}

/** Whether a filter on cells is in force. */
export function filtersCells(view) {
  return view.find.trim() !== '' || view.least > 0;
}

/** Whether a cell passes the filter on tokens and probability. */
export function passes(model, view, foundIds, layer, position) {
  return model.isRead(layer, position)
    && (view.find.trim() === '' || (foundIds?.has(model.id(layer, position)) ?? false))
    && (view.least === 0 || model.probability(layer, position) >= view.least);
}

/**
 * The rows: positions of the kind asked for that have at least one cell that passes.
 * @returns {{rows: number[], changes: Map<number, {changed: boolean, amount: number}>|null}} changes: of two compared layers, most first.
 */
export function chooseRows(model, view, columns, foundIds, litPositions) {
  const layers = columns.map(({ layer }) => layer).filter((layer) => layer !== null);
  const filtered = filtersCells(view);
  let rows = [];
  for (let index = 0; index < model.count; index++) {
    if (isOfKind(model, view.rows, index, litPositions)
      && !(view.hide && readsFiller(model, view, index))
      && (!filtered || layers.some((layer) => passes(model, view, foundIds, layer, index)))) {
      rows.push(index);
    }
  }

  if (!view.pair) {
    return { rows, changes: null };
  }

  const sorted = changesBetween(model, view.pair[0], view.pair[1], rows);
  rows = sorted.map(({ position }) => position);
  return { rows, changes: new Map(sorted.map((change) => [change.position, change])) };
}

/** The position a person names: r10 c14, 10 14, or a position's number; null if there is none. */
export function findPlace(model, text) {
  const place = /^\s*r?\s*(\d+)[\s,;]*c?\s*(\d+)\s*$/i.exec(text);
  if (place && /[\s,;c]/i.test(text.trim().replace(/^r\s*/i, ''))) {
    return model.shownPatches.find((index) => model.positions[index].row === Number(place[1]) && model.positions[index].column === Number(place[2])) ?? null;
  }

  const number = /^\s*#?(\d+)\s*$/.exec(text);
  return number && Number(number[1]) < model.count ? Number(number[1]) : null;
}

function isOfKind(model, rows, index, litPositions) {
  switch (rows) {
    case 'all':
      return true;
    case 'found':
      return litPositions?.has(index) ?? false;
    case 'text':
      return kindOf(model, index) !== 'patches';
    default:
      return kindOf(model, index) === rows;
  }
}

function readsFiller(model, view, index) {
  const layer = model.shown(view.layer, index);
  return layer !== NONE && model.isRead(layer, index) && model.isFiller(model.id(layer, index));
}
