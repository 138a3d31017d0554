// The explorer put together: it owns the view's state and draws its parts at most once a frame.

import { Model, TokenTable } from './model.js';
import { NONE } from './criteria.js';
import { TokenPainter } from './format.js';
import { say } from './texts.js';
import { readTheme, watchTheme } from './theme.js';
import { CHANGED, Listeners, make, watchSize } from './dom.js';
import { copyText } from './clipboard.js';
import { answerKey } from './keys.js';
import { MapScale } from './maps.js';
import { resampleInput } from './model-input.js';
import { Spoken } from './spoken.js';
import { ViewOwner } from './view-owner.js';
import { PicturePart } from './picture.js';
import { GaugePart } from './gauge.js';
import { InspectorPart } from './inspector.js';
import { LegendPart } from './legend.js';
import { TablePart } from './table.js';
import { TextStripPart } from './text-strip.js';
import { AnswerPart } from './answer.js';
import { ToolbarPart } from './toolbar.js';

/** One explorer inside an element. */
export class Explorer extends ViewOwner {
  /**
   * @param {HTMLElement} element Emptied and filled.
   * @param {object} source Where the data come from: see sources.js.
   * @param {{query?: string, useHash?: boolean, tell?: (query: string) => void, exact?: (id: number) => Promise<void>, sheetUrl?: (view: object) => string, atlasUrl?: (id: number) => string}} options
   *   exact: asks for a run that keeps a token everywhere; sheetUrl: where the masks of the whole run are; atlasUrl: where a token is shown over all pictures. None of them exists without a server.
   */
  constructor(element, source, options) {
    super(options);
    this.element = element;
    this.source = source;
    this.model = null;
    this.bitmap = null;
    this.painter = null;
    this.hover = null;
    this.emphasis = null;
    this.pinned = null;
    this.pinnedPlaces = [];
    this.exact = options.exact;
    this.sheetUrl = options.sheetUrl ?? null;
    this.atlasUrl = options.atlasUrl ?? null;
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
    this.root = make('div', { class: 'lx-explorer lx-waiting' },
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

  /** The colours of a map. Fitting them to the data looks at every cell, so they are kept until something they depend on changes. */
  scaleOf(map) {
    const { view, model, theme } = this;
    const key = `${view.range}|${view.token}|${view.pins.join('_')}|${model.version}|${theme.dark}`;
    if (this.scalesFor !== key) {
      this.scalesFor = key;
      this.scales = new Map();
    }

    if (!this.scales.has(map)) {
      this.scales.set(map, new MapScale(map, model, view, theme));
    }

    return this.scales.get(map);
  }

  /** The picture as the model was given it in the grid that is shown, as { bitmap, at, isExact } with its place in the picture's pixels; null while it is on its way. */
  inputPicture() {
    const { seen, image } = this.model.manifest;
    if (!seen || !this.bitmap) {
      return null;
    }

    const fine = this.model.positions[this.model.shownPatches[0]]?.tile > 0;
    if (this.input?.fine !== fine) {
      const input = { fine, bitmap: resampleInput(this.model, this.bitmap), at: seen, isExact: false };
      this.input = input;
      this.source.input(fine).then((exact) => {
        if (exact) {
          // The whole reaches as far as its patches do; the tiles hold all of the picture.
          Object.assign(input, { bitmap: exact, at: fine ? [0, 0, image.width, image.height] : seen, isExact: true });
          this.invalidate(CHANGED.LOOK);
        }
      });
    }

    return this.input;
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

  /** Asks for a run that keeps the map's token everywhere. */
  async computeExactly() {
    await this.exact?.(this.view.token);
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
    this.applyView();
    this.root.classList.remove('lx-waiting');
    if (readings.attempt === undefined || readings.attempt === manifest.attempt) {
      this.model.add(readings.buffer);
    } else {
      this.refresh();
    }

    this.writer.write(this.view);
    this.#announceProgress();
    this.invalidate(CHANGED.ALL);
    if (this.view.lock) {
      requestAnimationFrame(() => this.disposed || this.view.lock === null || this.table.reveal(this.view.lock.position, this.view.lock.layer ?? this.view.layer ?? this.model.best[this.view.lock.position]));
    }
  }

  #announceProgress() {
    const { manifest } = this.model;
    const running = ['queued', 'running'].includes(String(manifest.state).toLowerCase());
    const read = manifest.layers.filter((layer) => this.model.has(layer)).length;
    this.toolbar.status.textContent = running ? say('{0}/{1} layers', read, manifest.layers.length) : '';
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
