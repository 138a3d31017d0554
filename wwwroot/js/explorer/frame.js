// The explorer put together: it owns the view's state and draws its parts at most once a frame.

import { Model, NONE, TokenTable } from './model.js';
import { TokenPainter, formatProbability, layerPhrase, placePhrase } from './format.js';
import { readTheme, watchTheme } from './theme.js';
import { CHANGED, Listeners, make, watchSize } from './dom.js';
import { ViewWriter, defaultView, parseView } from './state.js';
import { PicturePart } from './picture.js';
import { GaugePart } from './gauge.js';
import { InspectorPart } from './inspector.js';
import { TablePart } from './table.js';
import { AnswerPart } from './answer.js';
import { ToolbarPart } from './toolbar.js';

const SAY_AFTER = 250;
const MOST_COLLECTED = 24;

/** One explorer inside an element. */
export class Explorer {
  /**
   * @param {HTMLElement} element Emptied and filled.
   * @param {object} source Where the data come from: see sources.js.
   * @param {{query?: string, useHash?: boolean, tell?: (query: string) => void}} options
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
    this.view = parseView(options.query ?? '');
    this.writer = new ViewWriter({ useHash: options.useHash ?? false }, options.tell);
    this.theme = readTheme(element);
    this.pending = 0;
    this.frame = 0;
    this.disposed = false;
    this.refreshing = null;

    this.toolbar = new ToolbarPart(this);
    this.picture = new PicturePart(this);
    this.gauge = new GaugePart(this);
    this.inspector = new InspectorPart(this);
    this.table = new TablePart(this);
    this.answer = new AnswerPart(this);
    this.parts = [this.toolbar, this.picture, this.gauge, this.inspector, this.table, this.answer];
    this.live = make('div', { class: 'lx-live', 'aria-live': 'polite' });
    this.notice = make('div', { class: 'lx-notice', role: 'alert', hidden: true });
    this.root = make('div', { class: 'lx-explorer' },
      make('div', {}, this.toolbar.element, this.notice),
      make('div', { class: 'lx-upper' }, this.picture.element, this.gauge.element, this.inspector.element),
      this.table.element, this.answer.element, this.live);
    element.replaceChildren(this.root);

    this.listeners = new Listeners();
    this.listeners.on(document, 'keydown', (event) => this.#onKey(event));
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
    clearTimeout(this.sayTimer);
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
      this.#sayLater();
    }
  }

  /** A click or Enter: locks, frees what is locked, or (with Shift) collects. */
  press(place, collect) {
    const { view } = this;
    if (collect) {
      const without = view.collected.filter((index) => index !== place.position);
      this.change({ collected: without.length < view.collected.length ? without : [...without, place.position].slice(-MOST_COLLECTED) });
      return;
    }

    const same = view.lock && view.lock.position === place.position && (view.lock.layer === place.layer || place.layer === null);
    this.change({ lock: same ? null : { position: place.position, layer: place.layer } });
    if (!same) {
      this.table.reveal(place.position);
      this.#say(true);
    } else {
      this.live.textContent = 'freed';
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
      this.change({ layer });
      if (document.activeElement !== this.gauge.canvas) {
        this.live.textContent = layer === null ? 'best layer of each patch' : layer === 0 ? 'emb' : `layer ${layer}`;
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
    this.change({ by, window });
  }

  setFind(find) {
    this.#find(find);
    this.change({ find });
  }

  setRows(rows) {
    this.change({ rows });
  }

  setLook(zoom, centre) {
    // At least half of the window stays filled.
    const room = 0.5 / zoom;
    const hold = (value) => (zoom <= 1 ? 0.5 : Math.max(Math.min(0.5, room), Math.min(1 - Math.min(0.5, room), value)));
    this.view.zoom = zoom;
    this.view.centre = centre.map(hold);
    this.invalidate(CHANGED.LOOK);
    this.writer.write(this.view);
  }

  /** Changes the view, draws it, writes it down. */
  change(part) {
    Object.assign(this.view, part);
    this.invalidate(CHANGED.LAYER | CHANGED.MARK);
    this.writer.write(this.view);
  }

  /** Says, to those who listen rather than look, where the keys have moved to and what is read there. */
  say() {
    this.#say(false);
  }

  async copyLink() {
    this.writer.flush();
    let done = true;
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      // Without HTTPS there is no clipboard interface; the old command still works.
      const area = make('textarea', { 'aria-hidden': 'true', class: 'lx-live' });
      area.value = location.href;
      this.root.append(area);
      area.select();
      done = document.execCommand('copy');
      area.remove();
    }

    if (!this.disposed) {
      this.toolbar.showCopied(done);
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
    this.model.chooseBest(this.view.by, this.view.window);
    this.#settle();
    if (readings.attempt === undefined || readings.attempt === manifest.attempt) {
      this.model.add(readings.buffer);
    } else {
      this.refresh();
    }

    this.#find(this.view.find);
    this.writer.write(this.view);
    this.#announceProgress();
    this.invalidate(CHANGED.ALL);
    if (this.view.lock) {
      requestAnimationFrame(() => this.disposed || this.view.lock === null || this.table.reveal(this.view.lock.position));
    }
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

  #find(text) {
    this.foundIds = text.trim() === '' || !this.model ? null : this.model.find(text);
  }

  #sayLater() {
    clearTimeout(this.sayTimer);
    this.sayTimer = setTimeout(() => this.#say(false), SAY_AFTER);
  }

  #say(locked) {
    clearTimeout(this.sayTimer);
    const place = locked ? this.view.lock : this.hover ?? this.view.lock;
    if (this.disposed || !place || !this.model || place.position >= this.model.count) {
      return;
    }

    const layer = place.layer ?? this.model.shown(this.view.layer, place.position);
    const read = layer === NONE || !this.model.isRead(layer, place.position)
      ? 'not read yet'
      : `${this.model.display(this.model.id(layer, place.position)).replace(/^␣/, '')} ${formatProbability(this.model.probability(layer, place.position))} at ${layerPhrase(layer)}`;
    this.live.textContent = `${locked ? 'locked: ' : ''}${placePhrase(this.model, place.position)}: ${read}`;
  }

  #complain(error) {
    if (this.disposed || error?.name === 'AbortError') {
      return;
    }

    this.notice.hidden = !error;
    this.notice.textContent = error ? String(error.message ?? error) : '';
  }

  #onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !this.model || document.querySelector('.mud-dialog, .mud-popover-open')) {
      return;
    }

    if (event.key === 'Escape') {
      this.#free();
      return;
    }

    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('input:not([type=range]), textarea, select, [contenteditable], [role=dialog], [role=listbox], [role=menu]')) {
      return;
    }

    const action = {
      '[': () => this.stepLayer(-1),
      ']': () => this.stepLayer(1),
      b: () => this.setLayer(null),
      c: () => this.copyLink(),
    }[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }

  // Esc frees the last thing held first: lit tokens, then the lock, then the collection.
  #free() {
    if (this.pinned) {
      this.pinned = null;
      this.pinnedPlaces = [];
      this.invalidate(CHANGED.MARK);
    } else if (this.view.lock) {
      this.change({ lock: null });
      this.live.textContent = 'freed';
    } else if (this.view.collected.length > 0) {
      this.change({ collected: [] });
    }
  }

  #fitHeight() {
    const top = this.element.getBoundingClientRect().top + window.scrollY;
    this.root.style.setProperty('--ll-explorer-top', `${Math.round(top)}px`);
    this.invalidate(CHANGED.LOOK);
  }
}
