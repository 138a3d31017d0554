// The view's fast state: one record in, one text out. The address bar has it at once, .NET afterwards.

import { CRITERIA } from './model.js';

/** The maps that can lie over the picture. */
export const MAPS = ['confidence', 'entropy', 'best', 'none'];

const WRITE_EVERY = 100;
const TELL_EVERY = 300;
const MAX_ZOOM = 64;

/** What a page without any parameters shows. */
export function defaultView() {
  return { layer: null, map: 'confidence', by: 'p', window: null, lock: null, collected: [], zoom: 1, centre: [0.5, 0.5], strength: 0.45, find: '', rows: 'all' };
}

/** Reads a query text; anything that makes no sense is left at its default. */
export function parseView(query) {
  const view = defaultView();
  const parameters = new URLSearchParams(query);
  const layer = parseLayer(parameters.get('layer'));
  if (layer !== null) {
    view.layer = layer;
  }

  if (MAPS.includes(parameters.get('map'))) {
    view.map = parameters.get('map');
  }

  if (CRITERIA.includes(parameters.get('by'))) {
    view.by = parameters.get('by');
  }

  const window = /^(emb|\d{1,3})-(\d{1,3})$/.exec(parameters.get('window') ?? '');
  if (window && parseLayer(window[1]) <= parseLayer(window[2])) {
    view.window = [parseLayer(window[1]), parseLayer(window[2])];
  }

  view.lock = parsePlace(parameters.get('lock'));
  view.collected = (parameters.get('with') ?? '').split('_').map(parsePlace).filter((place) => place !== null).map((place) => place.position).slice(0, 24);
  const look = (parameters.get('view') ?? '').split('_').map(Number);
  if (look.length === 3 && look.every(Number.isFinite) && look[0] >= 1 && look[0] <= MAX_ZOOM) {
    view.zoom = look[0];
    view.centre = [clamp(look[1]), clamp(look[2])];
  }

  const strength = Number(parameters.get('strength') ?? NaN);
  if (strength >= 0 && strength <= 1) {
    view.strength = strength;
  }

  view.find = (parameters.get('find') ?? '').slice(0, 100);
  if (['patches', 'text', 'found'].includes(parameters.get('rows'))) {
    view.rows = parameters.get('rows');
  }

  return view;
}

/** Writes a view; parts at their default are left out. */
export function formatView(view) {
  const parameters = new URLSearchParams();
  const initial = defaultView();
  if (view.map !== initial.map) {
    parameters.set('map', view.map);
  }

  if (view.layer !== null) {
    parameters.set('layer', formatLayer(view.layer));
  }

  if (view.by !== initial.by) {
    parameters.set('by', view.by);
  }

  if (view.window) {
    parameters.set('window', `${formatLayer(view.window[0])}-${view.window[1]}`);
  }

  if (view.lock) {
    parameters.set('lock', view.lock.layer === null ? String(view.lock.position) : `${view.lock.position}.${formatLayer(view.lock.layer)}`);
  }

  if (view.collected.length > 0) {
    parameters.set('with', view.collected.join('_'));
  }

  if (view.zoom > 1) {
    parameters.set('view', [view.zoom.toFixed(2), view.centre[0].toFixed(3), view.centre[1].toFixed(3)].join('_'));
  }

  if (view.strength !== initial.strength) {
    parameters.set('strength', String(view.strength));
  }

  if (view.find !== '') {
    parameters.set('find', view.find);
  }

  if (view.rows !== initial.rows) {
    parameters.set('rows', view.rows);
  }

  return parameters.toString();
}

/** Keeps the address bar, and .NET behind it, in step with the view. */
export class ViewWriter {
  /**
   * @param {{useHash: boolean}} options A page opened from a disk may only change what stands behind the #.
   * @param {(query: string) => void} tell Called at most once in 300 ms, never for a hover.
   */
  constructor({ useHash }, tell) {
    this.useHash = useHash;
    this.tell = tell;
    this.written = null;
    this.told = null;
    this.lastWrite = -Infinity;
    this.writeTimer = 0;
    this.tellTimer = 0;
  }

  /** Notes that the view changed. Browsers refuse more than a few hundred history entries a minute, so a drag is written ten times a second. */
  write(view) {
    const query = formatView(view);
    if (this.written === null) {
      this.written = query;
      this.told = query;
      return;
    }

    if (query === this.written && this.writeTimer === 0) {
      return;
    }

    this.pending = query;
    const wait = this.lastWrite + WRITE_EVERY - performance.now();
    if (wait <= 0) {
      this.flush();
    } else if (this.writeTimer === 0) {
      this.writeTimer = setTimeout(() => this.flush(), wait);
    }
  }

  /** Writes what is pending now. */
  flush() {
    clearTimeout(this.writeTimer);
    this.writeTimer = 0;
    if (this.pending === undefined || this.pending === this.written) {
      return;
    }

    this.lastWrite = performance.now();
    this.written = this.pending;
    const mark = this.useHash ? '#' : '?';
    const hash = this.useHash ? '' : location.hash;
    history.replaceState(history.state, '', location.pathname + (this.useHash ? location.search : '') + (this.written === '' && !this.useHash ? '' : mark + this.written) + hash);
    if (this.tell && this.tellTimer === 0) {
      this.tellTimer = setTimeout(() => {
        this.tellTimer = 0;
        if (this.told !== this.written) {
          this.told = this.written;
          this.tell(this.written);
        }
      }, TELL_EVERY);
    }
  }

  dispose() {
    clearTimeout(this.writeTimer);
    clearTimeout(this.tellTimer);
    this.tell = null;
  }
}

function parsePlace(text) {
  const place = /^(\d{1,6})(?:\.(emb|\d{1,3}))?$/.exec(text ?? '');
  return place ? { position: Number(place[1]), layer: place[2] === undefined ? null : parseLayer(place[2]) } : null;
}

function parseLayer(text) {
  return text === 'emb' ? 0 : /^\d{1,3}$/.test(text ?? '') ? Number(text) : null;
}

function formatLayer(layer) {
  return layer === 0 ? 'emb' : String(layer);
}

function clamp(value) {
  return Math.max(0, Math.min(1, value));
}
