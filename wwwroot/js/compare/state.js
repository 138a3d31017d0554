// The view of a comparison: one record in, one text out.

import { formatLayer, layer, layers, look, makeCodec, number, oneOf, share, token } from '../explorer/address.js';
import { CRITERIA } from '../explorer/criteria.js';
import { MAP_IDS } from '../explorer/maps.js';
import { ALIGNS } from './layers.js';
import { MEASURES } from './measures.js';

/** Analyses beside each other, at most. */
export const MOST = 4;

/** Their letters. */
export const LETTERS = ['A', 'B', 'C', 'D'];

/** Which positions the table lists. */
export const ROWS = ['all', 'patches', 'text'];

/** Whether it compares at the layer shown, or takes each position's most different layer of the window. */
export const OVERS = ['shown', 'window'];

/** What it can be sorted by. */
export const SORTS = ['difference', 'place', 'first', 'first-p', 'second', 'second-p', 'confidence', 'kl'];

const place = {
  read: (value) => {
    const [, letter, position] = /^([a-d])(\d{1,6})$/.exec(value) ?? [];
    return letter ? { pane: LETTERS.indexOf(letter.toUpperCase()), position: Number(position) } : undefined;
  },
  write: (value) => (value === null ? '' : LETTERS[value.pane].toLowerCase() + value.position),
};

const letter = { read: (value) => (/^[a-d]$/.test(value) ? LETTERS.indexOf(value.toUpperCase()) : undefined), write: (value) => LETTERS[value].toLowerCase() };

const codec = makeCodec({
  measure: { name: 'map', rest: 'changed', ...oneOf(MEASURES) },
  side: { name: 'side', rest: 'confidence', ...oneOf(MAP_IDS.filter((map) => map !== 'share')) },
  layer: { name: 'layer', rest: null, ...layer },
  reference: { name: 'reference', rest: 0, ...letter },
  against: { name: 'against', rest: null, read: letter.read, write: (value) => (value === null ? '' : letter.write(value)) },
  by: { name: 'by', rest: 'p', ...oneOf(CRITERIA) },
  window: { name: 'window', rest: null, ...layers },
  align: { name: 'align', rest: 'number', ...oneOf(ALIGNS) },
  lock: { name: 'lock', rest: null, ...place },
  look: { name: 'view', rest: { zoom: 1, centre: [0.5, 0.5] }, ...look },
  strength: { name: 'strength', rest: 0.7, ...share },
  range: { name: 'range', rest: 'data', ...oneOf(['layer', 'data', 'full']) },
  token: { name: 'token', rest: null, ...token },
  grid: { name: 'grid', rest: null, ...number },
  rows: { name: 'rows', rest: 'all', ...oneOf(ROWS) },
  over: { name: 'over', rest: 'shown', ...oneOf(OVERS) },
  sort: { name: 'sort', rest: 'difference', ...oneOf(SORTS) },
});

/** What a comparison without any parameters shows. */
export const defaultView = codec.rest;

/** Reads a query text; anything that makes no sense is left at its default. */
export const parseView = codec.parse;

/** Writes a view; parts at their default are left out. */
export const formatView = codec.format;

/** The analyses that an address names, each once, at most four. */
export function parseAnalyses(query) {
  const written = new URLSearchParams(query).get('a') ?? '';
  return [...new Set(written.split(',').filter((id) => /^\d{1,15}$/.test(id)).map(Number))].slice(0, MOST);
}

/** The explorer's address for one analysis of a comparison, seen the same way. */
export function explorerQuery(view, position) {
  const parameters = new URLSearchParams();
  if (view.layer !== null) {
    parameters.set('layer', formatLayer(view.layer));
  }

  if (position !== null) {
    parameters.set('lock', String(position));
  }

  return parameters.toString();
}
