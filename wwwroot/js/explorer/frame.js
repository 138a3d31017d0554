// The explorer put together: it owns the view's state and draws its parts at most once a frame.

import { Model, TokenTable } from './model.js';
import { NONE } from './criteria.js';
import { TokenPainter } from './format.js';
import { readTheme, watchTheme } from './theme.js';
import { CHANGED, Listeners, make, watchSize } from './dom.js';
import { defaultView, parseView } from './state.js';
import { ViewWriter } from './history.js';
import { copyText } from './clipboard.js';
import { answerKey } from './keys.js';
import { MAP_IDS } from './maps.js';
import { resampleInput } from './model-input.js';
import { Spoken } from './spoken.js';
import { makeTokenTest } from './token-filter.js';
import { PicturePart } from './picture.js';
import { GaugePart } from './gauge.js';
import { InspectorPart } from './inspector.js';
import { LegendPart } from './legend.js';
import { TablePart } from './table.js';
import { TextStripPart } from './text-strip.js';
import { AnswerPart } from './answer.js';
import { ToolbarPart } from './toolbar.js';

const MOST_COLLECTED = 4096;
const MOST_PINS = 24;

/** One explorer inside an element. */
export class Explorer {
  /**
   * @param {HTMLElement} element Emptied and filled.
   * @param {object} source Where the data come from: see sources.js.
   * @param {{query?: string, useHash?: boolean, tell?: (query: string) => void, exact?: (id: number) => Promise<void>, sheetUrl?: (view: object) => string}} options
   *   exact: asks for a run that keeps a token everywhere; sheetUrl: where the masks of the whole run are. Neither exists without a server.
   */
  constructor(element, source, options) {
    this.element = element;
    this.source = source;
    this.model = null;
    this.bitmap = null;
    this.painter = null;
    this.hover = null;
    this.emphasis = null;
    this.pinned = null;
    this.pinnedPlaces = [];
    this.foundIds = null;
    this.findError = null;
    this.inspects = 'place';
    this.exact = options.exact;
    this.sheetUrl = options.sheetUrl ?? null;
    this.view = parseView(options.query ?? '');
    this.writer = new ViewWriter({ useHash: options.useHash ?? false }, options.tell, (query) => this.#goBack(query));
    this.theme = readTheme(element);
    this.pending = 0;
    this.frame = 0;
    this.disposed = false;
    this.refreshing = null;

    this.toolbar = new ToolbarPart(this);
    this.picture = new PicturePart(this);
    this.legend = new LegendPart(this);
    this.gauge = new GaugePart(this);
    this.inspector = new InspectorPart(this);
    this.table = new TablePart(this);
    this.prompt = new TextStripPart(this);
    this.answer = new AnswerPart(this);
    this.parts = [this.toolbar, this.picture, this.legend, this.gauge, this.inspector, this.table, this.prompt, this.answer];
    this.spoken = new Spoken(this);
    this.notice = make('div', { class: 'lx-notice', role: 'alert', hidden: true });
    this.root = make('div', { class: 'lx-explorer' },
      make('div', {}, this.toolbar.element, this.notice),
      make('div', { class: 'lx-upper' }, make('div', { class: 'lx-picture-column' }, this.picture.element, this.legend.element), this.gauge.element, this.inspector.element),
      this.table.element, make('div', { class: 'lx-words' }, this.prompt.element, this.answer.element), this.spoken.element);
    element.replaceChildren(this.root);

    this.listeners = new Listeners();
    this.listeners.on(document, 'keydown', (event) => answerKey(this, event));
    this.listeners.on(window, 'resize', () => this.#fitHeight());

    // What stands above comes and goes, such as the strip that says how a running analysis stands.
    this.stopSize = watchSize(document.body, () => this.#fitHeight());
    this.stopTheme = watchTheme(() => {
      this.theme = readTheme(this.element);
      this.invalidate(CHANGED.ALL);
    });
    this.#fitHeight();
  }

  /** Fetches everything at once and shows what comes as it comes. */
  async load() {
    try {
      const [manifest, tokens, readings] = await Promise.all([
        this.source.manifest(),
        this.source.tokens(),
        this.source.first(),
        this.source.picture().then((bitmap) => {
          this.bitmap = bitmap;
          this.invalidate(CHANGED.LOOK);
        }),
      ]);
      if (this.disposed) {
        return;
      }

      this.#show(manifest, new TokenTable(tokens), readings);
      const rest = await this.source.rest();
      if (rest && !this.disposed && this.model.manifest.attempt === readings.attempt) {
        this.model.add(rest);
        this.invalidate(CHANGED.ALL);
      }
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Fetches what is new: readings that came since, and the manifest when the state moved on. Calls that overlap become one. */
  refresh() {
    this.again = Boolean(this.refreshing);
    this.refreshing ??= this.#refresh().finally(() => {
      this.refreshing = null;
      if (this.again && !this.disposed) {
        this.again = false;
        this.refresh();
      }
    });
    return this.refreshing;
  }

  dispose() {
    this.disposed = true;
    cancelAnimationFrame(this.frame);
    this.spoken.dispose();
    this.writer.flush();
    this.writer.dispose();
    this.stopTheme();
    this.stopSize();
    this.listeners.dispose();
    this.source.dispose();
    for (const part of this.parts) {
      part.dispose();
    }

    this.bitmap?.close?.();
    this.root.remove();
  }

  /** What the inspector shows: the locked place, or the one pointed at. */
  place() {
    const place = this.view.lock ?? this.hover;
    return place && this.model && place.position < this.model.count ? place : null;
  }

  /** The collected positions as a set. */
  get collectedSet() {
    if (this.collectedFrom !== this.view.collected) {
      this.collectedFrom = this.view.collected;
      this.collectedNow = new Set(this.view.collected);
    }

    return this.collectedNow;
  }

  /** Whether a new run can be asked for. */
  get canComputeExactly() {
    return this.exact !== undefined && this.view.map === 'token';
  }

  /** The picture as the model was given it; null while it is on its way. */
  inputPicture() {
    const { seen } = this.model.manifest;
    if (this.input === undefined && seen && this.bitmap) {
      this.input = resampleInput(this.model, this.bitmap);
      this.source.input?.(seen).then((exact) => {
        this.input = exact ?? this.input;
        this.invalidate(CHANGED.LOOK);
      });
    }

    return this.input ?? null;
  }

  /** Tokens that are lit, and the positions whose top token at the shown layer is one of them; null when nothing is. */
  lit() {
    if (this.litNow === undefined) {
      const ids = this.emphasis?.ids ?? this.pinned ?? this.foundIds;
      this.litNow = ids && this.model ? { ids, positions: this.#positionsReading(ids) } : null;
    }

    return this.litNow;
  }

  /** Asks for a drawing in this frame. */
  invalidate(flags) {
    this.pending |= flags;
    if (flags & (CHANGED.DATA | CHANGED.LAYER | CHANGED.MARK)) {
      this.litNow = undefined;
    }

    if (this.frame === 0 && !this.disposed) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        const now = this.pending;
        this.pending = 0;
        for (const part of this.parts) {
          part.draw(now);
        }
      });
    }
  }

  setHover(place) {
    const before = this.hover;
    if (before?.position === place?.position && before?.layer === place?.layer && before?.from === place?.from) {
      return;
    }

    this.hover = place && place.position < (this.model?.count ?? 0) ? place : null;
    this.invalidate(CHANGED.MARK);
    if (place && place.from !== 'keys') {
      this.spoken.sayPlaceLater();
    }
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
      this.table.reveal(place.position);
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
    this.spoken.say(`${all.length} collected`);
  }

  /** Locks a position and brings it into sight. */
  goTo(position) {
    this.inspects = 'place';
    this.change({ lock: { position, layer: null } }, true);
    this.table.reveal(position);
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
    this.spoken.say(next.includes(id) ? `${this.model.display(id)} pinned` : `${this.model.display(id)} unpinned`);
  }

  /** Pins the top token of what is pointed at. */
  pinHere() {
    const place = this.hover ?? this.view.lock;
    const layer = place ? place.layer ?? this.model.shown(this.view.layer, place.position) : NONE;
    if (layer !== NONE && this.model.isRead(layer, place.position)) {
      this.togglePin(this.model.id(layer, place.position));
    }
  }

  /** Lights tokens while the pointer is over something that names them. */
  setEmphasis(ids, places = []) {
    this.emphasis = ids ? { ids, places } : null;
    this.invalidate(CHANGED.MARK);
  }

  /** Keeps tokens lit until the same is pressed again, or Esc. */
  pinEmphasis(ids, places = []) {
    const same = this.pinned && this.pinned.size === ids.size && [...ids].every((id) => this.pinned.has(id));
    this.pinned = same ? null : ids;
    this.pinnedPlaces = same ? [] : places;
    if (!same && places.length > 0) {
      this.table.reveal(places[0]);
    }

    this.invalidate(CHANGED.MARK);
  }

  setLayer(layer) {
    if (this.model && this.view.layer !== layer) {
      this.change({ layer }, true);
      if (document.activeElement !== this.gauge.canvas) {
        this.spoken.say(layer === null ? 'best layer of each patch' : layer === 0 ? 'emb' : `layer ${layer}`);
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
    this.spoken.say(`map: ${map}`);
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
    this.input = undefined;
    this.change({ grid }, true);
  }

  setInput(input) {
    if (this.model?.manifest.seen) {
      this.change({ input, look: defaultView().look });
    }
  }

  /** Asks for a run that keeps the map's token everywhere. */
  async computeExactly() {
    await this.exact?.(this.view.token);
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

  /** Says, to those who listen rather than look, where the keys have moved to and what is read there. */
  say() {
    this.spoken.sayPlace(false);
  }

  async copyLink() {
    this.writer.flush();
    const done = await this.copyText(location.href);
    if (!this.disposed) {
      this.toolbar.showCopied(done);
    }
  }

  /** Copies a text; whether it worked. */
  copyText(text) {
    return copyText(this.root, text);
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

  async #refresh() {
    try {
      if (!this.model) {
        await this.load();
        return;
      }

      const readings = await this.source.readings(this.model.readings.length);
      const state = String(this.model.manifest.state).toLowerCase();
      const moved = readings.attempt !== this.model.manifest.attempt || (state !== 'done' && (readings.count >= this.model.manifest.blobsTotal || readings.buffer.byteLength === 0));
      const manifest = moved || this.model.count === 0 ? await this.source.manifest() : null;
      if (this.disposed) {
        return;
      }

      this.#complain(null);
      if (manifest && manifest.attempt !== this.model.manifest.attempt) {
        this.#show(manifest, this.model.tokens, await this.source.readings(0));
        return;
      }

      if (manifest) {
        this.model.setManifest(manifest);
      }

      if (readings.attempt === this.model.manifest.attempt) {
        this.model.add(readings.buffer);
      }

      this.#announceProgress();
      this.invalidate(CHANGED.ALL);
    } catch (error) {
      this.#complain(error);
    }
  }

  #show(manifest, tokens, readings) {
    this.model = new Model(manifest, tokens);
    this.painter = new TokenPainter(this.model);
    this.entropySpan = Math.log2(Math.max(2, manifest.checkpoint.vocabularySize));
    this.#apply();
    if (readings.attempt === undefined || readings.attempt === manifest.attempt) {
      this.model.add(readings.buffer);
    } else {
      this.refresh();
    }

    this.writer.write(this.view);
    this.#announceProgress();
    this.invalidate(CHANGED.ALL);
    if (this.view.lock) {
      requestAnimationFrame(() => this.disposed || this.view.lock === null || this.table.reveal(this.view.lock.position));
    }
  }

  // Back or Forward: the address says what is shown now.
  #goBack(query) {
    this.view = parseView(query);
    if (this.model) {
      this.#apply();
    }

    this.inspects = this.view.collected.length > 0 && !this.view.lock ? 'selection' : 'place';
    this.invalidate(CHANGED.ALL & ~CHANGED.DATA);
  }

  // Brings the model into step with a view that came from outside.
  #apply() {
    this.#settle();
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

  #announceProgress() {
    const { manifest } = this.model;
    const running = ['queued', 'running'].includes(String(manifest.state).toLowerCase());
    const read = manifest.layers.filter((layer) => this.model.has(layer)).length;
    this.toolbar.status.textContent = running ? `${read}/${manifest.layers.length} layers` : '';
  }

  #positionsReading(ids) {
    const { model, view } = this;
    const positions = new Set(this.emphasis ? this.emphasis.places : this.pinned ? this.pinnedPlaces : []);
    for (let index = 0; index < model.count; index++) {
      const layer = model.shown(view.layer, index);
      if (layer !== NONE && ids.has(model.id(layer, index))) {
        positions.add(index);
      }
    }

    return positions;
  }

  #find(text, match) {
    const { test, error } = text.trim() === '' ? { test: null, error: null } : makeTokenTest(text, match);
    this.findError = error;
    this.foundIds = test && this.model ? this.model.find(test) : null;
  }

  #complain(error) {
    if (this.disposed || error?.name === 'AbortError') {
      return;
    }

    this.notice.hidden = !error;
    this.notice.textContent = error ? String(error.message ?? error) : '';
  }

  #fitHeight() {
    const top = this.element.getBoundingClientRect().top + window.scrollY;
    this.root.style.setProperty('--ll-explorer-top', `${Math.round(top)}px`);
    this.invalidate(CHANGED.LOOK);
  }
}
