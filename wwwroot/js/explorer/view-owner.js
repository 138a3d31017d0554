// The view and everything that changes it. What is changed here is drawn within the frame and written into the address.

import { NONE } from './criteria.js';
import { CHANGED } from './dom.js';
import { ViewWriter } from './history.js';
import { MAP_IDS, MAP_NAMES } from './maps.js';
import { defaultView, parseView } from './state.js';
import { say } from './texts.js';
import { makeTokenTest } from './token-filter.js';

const MOST_COLLECTED = 4096;
const MOST_PINS = 24;

/** Owns the view's state. The Explorer builds on it with a model, parts to draw and a voice: model, hover, table, gauge, spoken, invalidate(). */
export class ViewOwner {
  constructor({ query, useHash, tell }) {
    this.view = parseView(query ?? '');
    this.inspects = 'place';
    this.foundIds = null;
    this.findError = null;
    this.writer = new ViewWriter({ useHash: useHash ?? false }, tell, (back) => this.goBack(back));
  }

  /** A click or Enter: locks, frees what is locked, or (with Shift) collects. */
  press(place, collect) {
    const { view } = this;
    if (collect) {
      const without = view.collected.filter((index) => index !== place.position);
      this.collect(without.length < view.collected.length ? without : [...without, place.position], false);
      return;
    }

    const same = view.lock && view.lock.position === place.position && (view.lock.layer === place.layer || place.layer === null);
    if (this.inspects !== 'overview') {
      this.inspects = 'place';
    }

    this.change({ lock: same ? null : { position: place.position, layer: place.layer } }, true);
    if (!same) {
      this.table.reveal(place.position, place.layer ?? this.model.shown(this.view.layer, place.position));
      this.spoken.sayPlace(true);
    } else {
      this.spoken.say('freed');
    }
  }

  /** Collects positions, instead of those collected before or besides them. */
  collect(positions, besides) {
    const all = besides ? [...new Set([...this.view.collected, ...positions])] : positions;
    this.inspects = all.length > 0 ? 'selection' : 'place';
    this.change({ collected: all.slice(0, MOST_COLLECTED).sort((a, b) => a - b) }, true);
    this.spoken.say(say('{0} collected', all.length));
  }

  /** Locks a position and brings it into sight. */
  goTo(position) {
    this.inspects = 'place';
    this.change({ lock: { position, layer: null } }, true);
    this.table.reveal(position, this.model.shown(this.view.layer, position));
    this.spoken.sayPlace(true);
  }

  /** Chooses what the inspector shows: place, selection or overview. */
  inspect(tab) {
    this.inspects = tab;
    this.invalidate(CHANGED.MARK);
  }

  /** Pins a token, or frees it. */
  togglePin(id, always = false) {
    const { pins } = this.view;
    const next = !pins.includes(id) ? [...pins, id].slice(-MOST_PINS) : always ? pins : pins.filter((pinned) => pinned !== id);
    this.change({ pins: next });
    this.spoken.say(next.includes(id) ? say('{0} pinned', this.model.display(id)) : say('{0} unpinned', this.model.display(id)));
  }

  /** Pins the top token of what is pointed at. */
  pinHere() {
    const place = this.hover ?? this.view.lock;
    const layer = place ? place.layer ?? this.model.shown(this.view.layer, place.position) : NONE;
    if (layer !== NONE && this.model.isRead(layer, place.position)) {
      this.togglePin(this.model.id(layer, place.position));
    }
  }

  setLayer(layer) {
    if (this.model && this.view.layer !== layer) {
      this.change({ layer }, true);
      if (document.activeElement !== this.gauge.canvas) {
        this.spoken.say(layer === null ? say('best layer of each patch') : layer === 0 ? 'emb' : say('layer {0}', layer));
      }
    }
  }

  stepLayer(by) {
    const layers = this.model?.layers ?? [];
    const at = this.view.layer === null ? (by > 0 ? -1 : layers.length) : layers.indexOf(this.view.layer);
    const next = layers[Math.max(0, Math.min(layers.length - 1, at + by))];
    if (next !== undefined) {
      this.setLayer(next);
    }
  }

  chooseBest(by, window) {
    this.model.chooseBest(by, window);
    this.change({ by, window }, true);
  }

  /** Shows a map; one that needs a token takes a pinned one, or the one read here, or the one read most. */
  setMap(map) {
    const { view, model } = this;
    const part = { map };
    if (map === 'token' && view.token === null && model) {
      const place = this.place();
      const layer = place ? place.layer ?? model.shown(view.layer, place.position) : NONE;
      part.token = view.pins[0] ?? (layer === NONE ? undefined : model.id(layer, place.position)) ?? model.mostRead(view.layer)[0]?.id ?? null;
    }

    this.change(part, true);
  }

  /** The next map, or the one before. */
  stepMap(by) {
    const maps = MAP_IDS.filter((map) => map !== 'entropy' || this.model.hasEntropy);
    const map = maps[(maps.indexOf(this.view.map) + by + maps.length) % maps.length];
    this.setMap(map);
    this.spoken.say(say('map: {0}', MAP_NAMES.find(([id]) => id === map)[1]));
  }

  /** Sets which tokens are filler besides the empty ones. */
  setFiller(filler) {
    this.model.filler.setAdded(filler);
    this.change({ filler }, true);
  }

  /** Masks exactly as the earlier tools did. */
  useOldRule() {
    const { model } = this;
    model.filler.setAdded([]);
    const window = [0, model.layers.at(-1) ?? 0];
    model.chooseBest('p', window);
    this.change({ map: 'mask', layer: null, by: 'p', window, filler: [] }, true);
  }

  setFind(find, match = this.view.match) {
    this.#find(find, match);
    this.change({ find, match });
  }

  setGrid(grid) {
    this.model.setGrid(grid);
    this.model.chooseBest(this.view.by, this.view.window);
    this.change({ grid }, true);
  }

  setInput(input) {
    if (this.model?.manifest.seen) {
      this.change({ input, look: defaultView().look });
    }
  }

  setLook(zoom, centre) {
    // At least half of the window stays filled.
    const room = 0.5 / zoom;
    const hold = (value) => (zoom <= 1 ? 0.5 : Math.max(Math.min(0.5, room), Math.min(1 - Math.min(0.5, room), value)));
    this.view.look = { zoom, centre: centre.map(hold) };
    this.invalidate(CHANGED.LOOK);
    this.writer.write(this.view);
  }

  /** Changes the view, draws it, writes it down; a step is something Back leads away from. */
  change(part, step = false) {
    Object.assign(this.view, part);
    if (this.inspects === 'selection' && this.view.collected.length === 0) {
      this.inspects = 'place';
    }

    this.invalidate(CHANGED.LAYER | CHANGED.MARK);
    this.writer.write(this.view, step);
  }

  /** Esc frees the last thing held first: lit tokens, then the lock, then the collection. */
  free() {
    if (this.pinned) {
      this.pinned = null;
      this.pinnedPlaces = [];
      this.invalidate(CHANGED.MARK);
    } else if (this.view.lock) {
      this.change({ lock: null }, true);
      this.spoken.say('freed');
    } else if (this.view.collected.length > 0) {
      this.change({ collected: [] }, true);
    }
  }

  // Back or Forward: the address says what is shown now.
  goBack(query) {
    this.view = parseView(query);
    if (this.model) {
      this.applyView();
    }

    this.invalidate(CHANGED.ALL & ~CHANGED.DATA);
  }

  // Brings the model into step with a view that came from outside.
  applyView() {
    this.#settle();
    this.inspects = this.view.collected.length > 0 && !this.view.lock ? 'selection' : 'place';
    this.model.filler.setAdded(this.view.filler);
    this.model.setGrid(this.view.grid ?? 0);
    this.model.chooseBest(this.view.by, this.view.window);
    this.#find(this.view.find, this.view.match);
  }

  // A link may name what this analysis does not have.
  #settle() {
    const { view, model } = this;
    if (view.layer !== null && !model.layers.includes(view.layer)) {
      view.layer = defaultView().layer;
    }

    if (model.count > 0) {
      if (view.lock && (view.lock.position >= model.count || (view.lock.layer !== null && !model.layers.includes(view.lock.layer)))) {
        view.lock = null;
      }

      view.collected = view.collected.filter((index) => index < model.count);
    }

    if (view.pair?.some((layer) => !model.layers.includes(layer))) {
      view.pair = null;
    }

    const isKnown = (id) => model.tokens.display(id) !== undefined;
    view.token = view.token !== null && isKnown(view.token) ? view.token : null;
    view.pins = view.pins.filter(isKnown);
    view.filler = view.filler.filter(isKnown);
  }

  #find(text, match) {
    const { test, error } = text.trim() === '' ? { test: null, error: null } : makeTokenTest(text, match);
    this.findError = error;
    this.foundIds = test && this.model ? this.model.find(test) : null;
  }
}
