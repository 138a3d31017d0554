// The view's fast state: one record in, one text out. The address bar has it at once, .NET afterwards.

import { flag, formatLayer, ids, layer, layers, look, makeCodec, number, oneOf, parseLayer, share, text, token } from './address.js';
import { CRITERIA } from './criteria.js';
import { MAP_IDS } from './maps.js';
import { MATCHES } from './token-filter.js';

/** Which rows the table can show. */
export const ROWS = ['all', 'patches', 'text', 'before', 'after', 'answer', 'found'];

/** What colours the table's cells. */
export const CELLS = ['confidence', 'entropy', 'agreement'];

/** What a mask is painted with. */
export const VEILS = ['page', 'black', 'white', 'orange', 'blue'];

const MAX_COLLECTED = 4096;

// Each part of the view: its name in the address, its value at rest, how it is read (undefined: makes no sense) and written.
const PARTS = {
  map: { name: 'map', rest: 'confidence', ...oneOf(MAP_IDS) },
  layer: { name: 'layer', rest: null, ...layer },
  by: { name: 'by', rest: 'p', ...oneOf(CRITERIA) },
  window: { name: 'window', rest: null, ...layers },
  lock: { name: 'lock', rest: null, read: (value) => parsePlace(value) ?? undefined, write: formatPlace },
  collected: { name: 'with', rest: [], read: parseRanges, write: formatRanges },
  look: { name: 'view', rest: { zoom: 1, centre: [0.5, 0.5] }, ...look },
  strength: { name: 'strength', rest: 0.45, ...share },
  range: { name: 'range', rest: 'full', ...oneOf(['full', 'data']) },
  token: { name: 'token', rest: null, ...token },
  pins: { name: 'pins', rest: [], ...ids },
  filler: { name: 'filler', rest: [], ...ids },
  veil: { name: 'veil', rest: 0.85, ...share },
  paint: { name: 'paint', rest: 'page', ...oneOf(VEILS) },
  invert: { name: 'invert', rest: false, ...flag },
  grid: { name: 'grid', rest: null, ...number },
  input: { name: 'input', rest: false, ...flag },
  curve: { name: 'curve', rest: 'p', ...oneOf(['p', 'rank']) },
  find: { name: 'find', rest: '', ...text },
  match: { name: 'match', rest: 'contains', ...oneOf(MATCHES) },
  rows: { name: 'rows', rest: 'all', ...oneOf(ROWS) },
  columns: { name: 'columns', rest: null, ...layers },
  least: { name: 'least', rest: 0, ...share },
  hide: { name: 'hide', rest: false, ...flag },
  cells: { name: 'cells', rest: 'confidence', ...oneOf(CELLS) },
  pair: { name: 'pair', rest: null, read: parsePair, write: (value) => (value === null ? '' : value.map(formatLayer).join('-')) },
};

const codec = makeCodec(PARTS);

/** What a page without any parameters shows. */
export const defaultView = codec.rest;

/** Reads a query text; anything that makes no sense is left at its default. */
export const parseView = codec.parse;

/** Writes a view; parts at their default are left out. */
export const formatView = codec.format;

/** The part of a view that says how masks are made and painted. */
export function maskQuery(view) {
  const { layer, by, window, filler, veil, paint, invert } = view;
  return formatView({ ...defaultView(), layer, by, window, filler, veil, paint, invert });
}

function parsePair(value) {
  const [, from, to] = /^(emb|\d{1,3})-(emb|\d{1,3})$/.exec(value) ?? [];
  return from !== undefined && from !== to ? [parseLayer(from), parseLayer(to)] : undefined;
}

function parsePlace(value) {
  const place = /^(\d{1,6})(?:\.(emb|\d{1,3}))?$/.exec(value);
  return place ? { position: Number(place[1]), layer: place[2] === undefined ? null : parseLayer(place[2]) } : null;
}

function formatPlace(place) {
  return place === null ? '' : place.layer === null ? String(place.position) : `${place.position}.${formatLayer(place.layer)}`;
}

// Positions as 40-63_70_80-90, in their order, so that a rectangle takes one stretch for each of its rows.
function parseRanges(value) {
  const positions = new Set();
  for (const part of value.split('_')) {
    const range = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    for (let at = range ? Number(range[1]) : 1; range && at <= Number(range[2] ?? range[1]) && positions.size < MAX_COLLECTED; at++) {
      positions.add(at);
    }
  }

  return [...positions].sort((a, b) => a - b);
}

function formatRanges(positions) {
  const parts = [];
  const sorted = [...positions].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length; at++) {
    const first = sorted[at];
    while (at + 1 < sorted.length && sorted[at + 1] === sorted[at] + 1) {
      at++;
    }

    parts.push(sorted[at] === first ? String(first) : `${first}-${sorted[at]}`);
  }

  return parts.join('_');
}
