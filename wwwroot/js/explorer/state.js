// The view's fast state: one record in, one text out. The address bar has it at once, .NET afterwards.

import { CRITERIA } from './criteria.js';
import { MAP_IDS } from './maps.js';
import { MATCHES } from './token-filter.js';

/** Which rows the table can show. */
export const ROWS = ['all', 'patches', 'text', 'before', 'after', 'answer', 'found'];

/** What colours the table's cells. */
export const CELLS = ['confidence', 'entropy', 'agreement'];

/** What a mask is painted with. */
export const VEILS = ['page', 'black', 'white', 'orange', 'blue'];

const MAX_ZOOM = 64;
const MAX_IDS = 50;
const MAX_COLLECTED = 4096;
const MAX_TEXT = 200;

const flag = { read: (text) => (text === '1' ? true : undefined), write: (value) => (value ? '1' : '') };
const text = { read: (value) => value.slice(0, MAX_TEXT), write: (value) => value };
const ids = { read: parseIds, write: (value) => value.join('_') };
const oneOf = (names) => ({ read: (value) => (names.includes(value) ? value : undefined), write: (value) => value });
const share = { read: parseShare, write: (value) => String(value) };
const layers = { read: parseLayers, write: (value) => (value === null ? '' : `${formatLayer(value[0])}-${formatLayer(value[1])}`) };

// Each part of the view: its name in the address, its value at rest, how it is read (undefined: makes no sense) and written.
const PARTS = {
  map: { name: 'map', rest: 'confidence', ...oneOf(MAP_IDS) },
  layer: { name: 'layer', rest: null, read: (value) => parseLayer(value) ?? undefined, write: (value) => (value === null ? '' : formatLayer(value)) },
  by: { name: 'by', rest: 'p', ...oneOf(CRITERIA) },
  window: { name: 'window', rest: null, ...layers },
  lock: { name: 'lock', rest: null, read: (value) => parsePlace(value) ?? undefined, write: formatPlace },
  collected: { name: 'with', rest: [], read: parseRanges, write: formatRanges },
  look: { name: 'view', rest: { zoom: 1, centre: [0.5, 0.5] }, read: parseLook, write: formatLook },
  strength: { name: 'strength', rest: 0.45, ...share },
  range: { name: 'range', rest: 'full', ...oneOf(['full', 'data']) },
  token: { name: 'token', rest: null, read: (value) => (/^\d{1,7}$/.test(value) ? Number(value) : undefined), write: (value) => (value === null ? '' : String(value)) },
  pins: { name: 'pins', rest: [], ...ids },
  filler: { name: 'filler', rest: [], ...ids },
  veil: { name: 'veil', rest: 0.85, ...share },
  paint: { name: 'paint', rest: 'page', ...oneOf(VEILS) },
  invert: { name: 'invert', rest: false, ...flag },
  grid: { name: 'grid', rest: null, read: (value) => (/^\d{1,3}$/.test(value) ? Number(value) : undefined), write: (value) => (value === null ? '' : String(value)) },
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

/** What a page without any parameters shows. */
export function defaultView() {
  return Object.fromEntries(Object.entries(PARTS).map(([part, { rest }]) => [part, structuredClone(rest)]));
}

/** Reads a query text; anything that makes no sense is left at its default. */
export function parseView(query) {
  const view = defaultView();
  const parameters = new URLSearchParams(query);
  for (const [part, { name, read }] of Object.entries(PARTS)) {
    const written = parameters.get(name);
    const value = written === null || written === '' ? undefined : read(written);
    if (value !== undefined) {
      view[part] = value;
    }
  }

  return view;
}

/** Writes a view; parts at their default are left out. */
export function formatView(view) {
  const parameters = new URLSearchParams();
  for (const [part, { name, rest, write }] of Object.entries(PARTS)) {
    const written = write(view[part]);
    if (written !== '' && written !== write(rest)) {
      parameters.set(name, written);
    }
  }

  return parameters.toString();
}

/** The part of a view that says how masks are made and painted. */
export function maskQuery(view) {
  const { layer, by, window, filler, veil, paint, invert } = view;
  return formatView({ ...defaultView(), layer, by, window, filler, veil, paint, invert });
}

/** Layer numbers as the address has them. */
export function formatLayer(layer) {
  return layer === 0 ? 'emb' : String(layer);
}

function parseLayer(value) {
  return value === 'emb' ? 0 : /^\d{1,3}$/.test(value ?? '') ? Number(value) : null;
}

function parseLayers(value) {
  const [, from, to] = /^(emb|\d{1,3})-(emb|\d{1,3})$/.exec(value) ?? [];
  return from !== undefined && parseLayer(from) <= parseLayer(to) ? [parseLayer(from), parseLayer(to)] : undefined;
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

function parseLook(value) {
  const look = value.split('_').map(Number);
  return look.length === 3 && look.every(Number.isFinite) && look[0] >= 1 && look[0] <= MAX_ZOOM ? { zoom: look[0], centre: [clamp(look[1]), clamp(look[2])] } : undefined;
}

function formatLook({ zoom, centre }) {
  return zoom > 1 ? [zoom.toFixed(2), centre[0].toFixed(3), centre[1].toFixed(3)].join('_') : '';
}

function parseShare(value) {
  const number = Number(value);
  return number >= 0 && number <= 1 ? number : undefined;
}

function parseIds(value) {
  const read = value.split('_').filter((id) => /^\d{1,7}$/.test(id)).map(Number);
  return [...new Set(read)].slice(0, MAX_IDS);
}

function clamp(value) {
  return Math.max(0, Math.min(1, value));
}
