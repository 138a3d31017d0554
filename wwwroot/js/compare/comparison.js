// A comparison put together: it owns the view, links what is pointed at, and draws its parts at most once a frame.

import { NONE } from '../explorer/criteria.js';
import { copyText } from '../explorer/clipboard.js';
import { CHANGED, Listeners, make, watchSize } from '../explorer/dom.js';
import { formatProbability, layerPhrase, placePhrase } from '../explorer/format.js';
import { GaugePart } from '../explorer/gauge.js';
import { ViewWriter } from '../explorer/history.js';
import { answerKey } from '../explorer/keys.js';
import { TokenTable } from '../explorer/model.js';
import { say } from '../explorer/texts.js';
import { readTheme, watchTheme } from '../explorer/theme.js';
import { BY } from './alignment.js';
import { BarPart } from './bar.js';
import { DifferenceMap } from './difference-map.js';
import { DifferenceScale } from './difference-scale.js';
import { HerePart } from './here.js';
import { LegendPart } from './legend.js';
import { MEASURES } from './measures.js';
import { Pair } from './pair.js';
import { Pane } from './pane.js';
import { LETTERS, defaultView, formatView, parseView } from './state.js';
import { causalityNote, differenceInWords, strings } from './strings.js';
import { TablePart } from './table.js';

const SAY_AFTER = 250;

/** One comparison inside an element. */
export class Comparison {
  /**
   * @param {HTMLElement} element Emptied and filled.
   * @param {object[]} analyses Two to four: see Pane; with source, where its data come from.
   * @param {{query: string, tell?: (query: string) => void, remove?: (analysis: string) => void}} options
   */
  constructor(element, analyses, { query, tell, remove }) {
    this.element = element;
    this.view = parseView(query);
    this.count = analyses.length;
    this.view.reference = Math.min(this.view.reference, this.count - 1);
    this.viewVersion = 0;
    this.hover = null;
    this.emphasis = null;
    this.inspects = 'place';
    this.pairs = new Map();
    this.tables = new Map();
    this.onRemove = remove;
    this.theme = readTheme(element);
    this.pending = 0;
    this.frame = 0;
    this.disposed = false;
    const ids = analyses.map(({ analysis }) => analysis).join(',');
    this.writer = new ViewWriter({ useHash: false, format: (view) => [`a=${ids}`, formatView(view)].filter((part) => part !== '').join('&') }, tell, (back) => this.#goBack(back));

    this.panes = analyses.map((options, index) => new Pane(this, index, options, options.source));
    this.differences = analyses.map((_, index) => new DifferenceMap(this, index));
    this.bar = new BarPart(this);
    this.legend = new LegendPart(this);
    this.gauge = new GaugePart(this, {
      counts: () => this.changedByLayer(),
      describe: (layer) => say('top tokens differ in {0} of {1} patches', this.changedByLayer().get(layer) ?? 0, this.model.shownPatches.length * Math.max(1, this.others.length)),
    });
    this.table = new TablePart(this);
    this.here = new HerePart(this);
    this.parts = [...this.panes, ...this.differences, this.bar, this.legend, this.gauge, this.table, this.here];
    this.notice = make('div', { class: 'lx-notice', role: 'alert', hidden: true });
    this.facts = make('div', { class: 'lc-facts', hidden: true });
    this.live = make('div', { class: 'lx-live', 'aria-live': 'polite' });
    this.below = make('p', { class: 'lc-below lx-hint' });
    this.cells = make('div', { class: `lc-panes lc-panes-${this.count}` });
    this.words = make('section', { class: 'lc-words', 'aria-label': strings.words }, ...this.panes.map(({ words }) => words));
    this.root = make('div', { class: 'lx-explorer lc-comparison lx-waiting' },
      make('div', {}, this.bar.element, this.notice, this.facts),
      make('div', { class: 'lc-upper' }, this.cells, this.gauge.element),
      this.legend.element, make('div', { class: 'lc-lower' }, this.table.element, this.here.element), this.words, this.live);
    element.replaceChildren(this.root);
    this.#arrange();

    this.listeners = new Listeners();
    this.listeners.on(document, 'keydown', (event) => {
      if (!answerKey(this, event) && event.key === 'r' && this.#mayAnswer(event)) {
        this.setReference((this.view.reference + 1) % this.count);
      }
    });
    this.stopSize = watchSize(this.root, () => this.invalidate(CHANGED.LOOK));
    this.stopTheme = watchTheme(() => {
      this.theme = readTheme(this.element);
      this.#viewChanged();
      this.invalidate(CHANGED.ALL);
    });
  }

  /** The analysis that differences are taken from. */
  get reference() {
    return this.panes[this.view.reference];
  }

  /** Its model: what the shared gauge and keys go by. Null until everything is there. */
  get model() {
    return this.isLoaded ? this.reference.model : null;
  }

  /** The others. */
  get others() {
    return this.panes.filter((pane) => pane !== this.reference);
  }

  /** The one the table is about. */
  get against() {
    const { against, reference } = this.view;
    return this.panes[against !== null && against < this.count && against !== reference ? against : this.others[0].index];
  }

  /** Fetches everything at once and shows what comes as it comes. */
  async load() {
    try {
      await Promise.all(this.panes.map((pane) => this.#loadFirst(pane)));
      if (this.disposed) {
        return;
      }

      this.isLoaded = true;
      this.#applyView();
      this.root.classList.remove('lx-waiting');
      this.writer.write(this.view);
      this.invalidate(CHANGED.ALL);
      this.#announce();

      // The ranks below the first come later; every measure but the divergence, and most tokens, need none of them.
      await Promise.all(this.panes.map(async (pane) => {
        const rest = await pane.source.rest();
        if (rest && !this.disposed) {
          pane.model.add(rest);
          this.#viewChanged();
          this.invalidate(CHANGED.ALL);
        }
      }));
      this.isWhole = true;
      this.#announce();
      this.root.dataset.whole = 'true';
    } catch (error) {
      this.#complain(error);
    }
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
    for (const part of this.parts) {
      part.dispose();
    }

    this.root.remove();
  }

  /** The reference and another. */
  pairOf(index) {
    return this.isLoaded && index !== this.view.reference ? this.#pair(this.view.reference, index) : null;
  }

  /** A place as another pane has it, or NONE. */
  positionIn(index, place) {
    if (place.pane === index) {
      return place.position < (this.panes[index].model?.count ?? 0) ? place.position : NONE;
    }

    if (!this.isLoaded) {
      return NONE;
    }

    const { alignment } = this.#pair(Math.min(place.pane, index), Math.max(place.pane, index));
    return (place.pane < index ? alignment.to : alignment.from)[place.position] ?? NONE;
  }

  /** The followed token as a pane's checkpoint has it; it is kept as the reference's. */
  tokenIn(index) {
    const { token, reference } = this.view;
    return token === null || index === reference || !this.isLoaded ? token : this.#pair(reference, index).vocabularies.toSecond(token);
  }

  /** The tokens somebody points at the name of, as a pane's checkpoint has them. */
  idsIn(index, { pane, ids }) {
    if (pane === index) {
      return ids;
    }

    const { vocabularies } = this.#pair(Math.min(pane, index), Math.max(pane, index));
    return new Set([...ids].map((id) => (pane < index ? vocabularies.toSecond(id) : vocabularies.toFirst(id))).filter((id) => id !== null));
  }

  /** The place pointed at, or the locked one. */
  place() {
    const place = this.hover ?? this.view.lock;
    const position = place && this.model ? this.positionIn(this.view.reference, place) : NONE;
    return position === NONE ? null : { position, layer: null };
  }

  /** The colours of a difference: one scale for all difference maps, so that they can be compared. */
  differenceScale() {
    const { measure, token, align, range, reference } = this.view;
    const key = [measure, token, align, range, range === 'layer' ? this.view.layer : '', reference, this.theme.dark, ...this.panes.map((pane) => pane.model.version)].join('|');
    if (this.scaleFor !== key) {
      this.scaleFor = key;
      const pairs = this.others.map((pane) => this.pairOf(pane.index)).filter((pair) => pair.isComparable);
      this.scale = new DifferenceScale(this.view, this.reference.model, pairs, this.theme);
    }

    return this.scale;
  }

  /** What a difference map comes to: over the patches shown. */
  summaryOf(index) {
    const { view } = this;
    const pair = this.pairOf(index);
    const values = pair.values(view.measure, view.token, view.layer, view.align);
    const known = [];
    let hidden = 0;
    for (const position of pair.first.shownPatches) {
      if (Number.isFinite(values[position])) {
        known.push(values[position]);
      } else if (values[position] === Infinity) {
        hidden++;
      }
    }

    const sum = known.reduce((total, value) => total + value, 0);
    const sorted = view.measure === 'kl' ? known.toSorted((a, b) => a - b) : known;
    return {
      read: known.length,
      hidden,
      differ: known.reduce((count, value) => count + (value !== 0 ? 1 : 0), 0),
      mean: view.measure === 'kl' ? sorted[Math.floor(sorted.length / 2)] ?? 0 : sum / Math.max(1, known.length),
      greatest: known.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    };
  }

  /** For each layer of the reference, how many patches have another top token, over all others. */
  changedByLayer() {
    const counts = new Map(this.model.layers.map((layer) => [layer, 0]));
    for (const pane of this.others) {
      const pair = this.pairOf(pane.index);
      if (pair.isComparable) {
        for (const [layer, count] of pair.changedByLayer(this.view.align)) {
          counts.set(layer, counts.get(layer) + count);
        }
      }
    }

    return counts;
  }

  /** Asks for a drawing in this frame. */
  invalidate(flags) {
    this.pending |= flags;
    if (this.frame === 0 && !this.disposed) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        const now = this.pending;
        this.pending = 0;
        if (this.model) {
          for (const part of this.parts) {
            part.draw(now);
          }
        }
      });
    }
  }

  /** Points at a place of a pane; the others follow. */
  setHover(place) {
    const before = this.hover;
    if (before?.pane === place?.pane && before?.position === place?.position && before?.from === place?.from) {
      return;
    }

    this.hover = place;
    this.#viewChanged();
    this.invalidate(CHANGED.MARK);
    if (place && place.from !== 'keys') {
      clearTimeout(this.sayTimer);
      this.sayTimer = setTimeout(() => this.say(), SAY_AFTER);
    }
  }

  setEmphasis(emphasis) {
    this.emphasis = emphasis;
    this.invalidate(CHANGED.MARK);
  }

  /** A click or Enter: locks the place in all panes, or frees it. */
  press(place) {
    const { lock } = this.view;
    const same = lock && this.positionIn(place.pane, lock) === place.position;
    this.change({ lock: same ? null : { pane: place.pane, position: place.position } }, true);
    this.speak(same ? say('freed') : say('locked: {0}', this.describe(this.view.lock)));
  }

  /** Changes the view, draws it, writes it down; a step is something Back leads away from. */
  change(part, step = false) {
    Object.assign(this.view, part);
    this.#viewChanged();
    this.invalidate(CHANGED.LAYER | CHANGED.MARK);
    this.writer.write(this.view, step);
  }

  setLayer(layer) {
    if (this.model && this.view.layer !== layer) {
      this.change({ layer }, true);
      if (document.activeElement !== this.gauge.canvas) {
        this.speak(`${layer === null ? strings.bestOfEach : layer === 0 ? 'emb' : say('layer {0}', layer)}. ${this.others.map((pane) => this.differences[pane.index].caption()).join('. ')}`);
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

  /** The next difference map, or the one before. */
  stepMap(by) {
    const measures = MEASURES.filter((measure) => this.canMeasure(measure));
    this.setMeasure(measures[(measures.indexOf(this.view.measure) + by + measures.length) % measures.length]);
    this.speak(say('map: {0}', strings.measures.find(([measure]) => measure === this.view.measure)[1]));
  }

  /** Shows a difference; one of a token's probability takes the one read here, or the one read most. */
  setMeasure(measure) {
    const part = { measure };
    if (measure === 'token' && this.view.token === null) {
      const place = this.place();
      const layer = place ? this.model.shown(this.view.layer, place.position) : NONE;
      part.token = layer === NONE ? this.model.mostRead(this.view.layer).find(({ id }) => !this.model.isFiller(id))?.id ?? null : this.model.id(layer, place.position);
    }

    this.change(part, true);
  }

  /** Whether a measure can be taken of any of the others. */
  canMeasure(measure) {
    return this.others.some(({ index }) => {
      const pair = this.pairOf(index);
      return measure === 'entropy' ? pair.first.hasEntropy && pair.second.hasEntropy : measure === 'kl' ? pair.vocabularies.areEqual : measure === 'best' ? pair.sameDepth : true;
    });
  }

  chooseBest(by, window) {
    this.change({ by, window }, true);
    this.#choose();
    this.#viewChanged();
    this.invalidate(CHANGED.ALL & ~CHANGED.DATA);
  }

  setReference(reference) {
    if (!this.isLoaded || reference === this.view.reference) {
      return;
    }

    // The followed token is told as the reference's.
    const token = this.tokenIn(reference);
    const layer = this.panes[reference].layer();
    this.change({ reference, token, layer: layer === NONE ? null : layer }, true);
    this.#arrange();
    this.#choose();
    this.#announce();
    this.invalidate(CHANGED.ALL);
    this.speak(say('{0} is the reference', LETTERS[reference]));
  }

  setGrid(grid) {
    for (const pane of this.panes) {
      pane.model.setGrid(grid);
    }

    this.#choose();
    this.change({ grid }, true);
    this.invalidate(CHANGED.ALL & ~CHANGED.DATA);
  }

  setLook(zoom, centre) {
    // At least half of the window stays filled.
    const room = 0.5 / zoom;
    const hold = (value) => (zoom <= 1 ? 0.5 : Math.max(Math.min(0.5, room), Math.min(1 - Math.min(0.5, room), value)));
    this.view.look = { zoom, centre: centre.map(hold) };
    this.#viewChanged();
    this.invalidate(CHANGED.LOOK);
    this.writer.write(this.view);
  }

  setInput() {
  }

  /** Follows a token of a pane: its probability is the map's, and its course is drawn. */
  follow(index, id) {
    const token = index === this.view.reference ? id : this.#pair(this.view.reference, index).vocabularies.toFirst(id);
    if (token === null) {
      this.speak(say('The checkpoint of {0} has no such token', LETTERS[this.view.reference]));
      return;
    }

    this.change({ token: this.view.token === token ? null : token, measure: this.view.token === token && this.view.measure === 'token' ? 'changed' : this.view.measure }, true);
    this.speak(this.view.token === null ? say('no token followed') : say('following {0}', this.model.display(token)));
  }

  /** Follows the token read at the place pointed at. */
  pinHere() {
    const place = this.hover ?? this.view.lock;
    const pane = place ? this.panes[place.pane] : null;
    const layer = pane ? pane.model.shown(pane.view.layer, place.position) : NONE;
    if (layer !== NONE && pane.model.isRead(layer, place.position)) {
      this.follow(place.pane, pane.model.id(layer, place.position));
    }
  }

  /** Esc frees what is locked. */
  free() {
    if (this.view.lock) {
      this.change({ lock: null }, true);
      this.speak(say('freed'));
    }
  }

  /** Takes an analysis out of the comparison. */
  remove(index) {
    this.onRemove?.(this.panes[index].options.analysis);
  }

  /** Says, to those who listen rather than look, what is read where the keys or the pointer are. */
  say() {
    const place = this.hover ?? this.view.lock;
    if (place && this.model) {
      this.speak(this.describe(place));
    }
  }

  speak(text) {
    clearTimeout(this.sayTimer);
    this.live.textContent = text;
  }

  /** A place in words: what each pane reads there, and how far the others are from the reference. */
  describe(place) {
    const { view } = this;
    const owner = this.panes[place.pane];
    const said = this.panes.map((pane) => this.readingInWords(pane, place));
    const position = this.positionIn(view.reference, place);
    const differences = position === NONE ? [] : this.others.map((pane) => {
      const pair = this.pairOf(pane.index);
      return pair.canCompare(position) ? differenceInWords(view.measure, pair.value(view.measure, view.token, view.layer, view.align, position)) : '';
    });
    return `${placePhrase(owner.model, place.position)}: ${said.join('; ')}${differences.some((text) => text !== '') ? `. ${differences.filter((text) => text !== '').join('; ')}` : ''}`;
  }

  /** What a pane reads at a place, in words. */
  readingInWords(pane, place) {
    const position = this.positionIn(pane.index, place);
    const layer = position === NONE ? NONE : pane.model.shown(pane.view.layer, position);
    return `${pane.letter} ${position === NONE ? strings.nothingBeside : layer === NONE || !pane.model.isRead(layer, position) ? strings.notRead
      : say('{0} {1} at {2}', pane.model.display(pane.model.id(layer, position)).replace(/^␣/, ''), formatProbability(pane.model.probability(layer, position)), layerPhrase(layer))}`;
  }

  async copyLink() {
    this.writer.flush();
    this.bar.showCopied(await copyText(this.root, location.href));
  }

  copyText(text) {
    return copyText(this.root, text);
  }

  async #loadFirst(pane) {
    const hash = pane.options.checkpointHash;
    if (!this.tables.has(hash)) {
      this.tables.set(hash, pane.source.tokens().then((tokens) => new TokenTable(tokens)));
    }

    const [manifest, tokens, readings] = await Promise.all([
      pane.source.manifest(),
      this.tables.get(hash),
      pane.source.first(),
      pane.source.picture().then((bitmap) => {
        pane.bitmap = bitmap;
        this.invalidate(CHANGED.LOOK);
      }),
    ]);
    pane.show(manifest, tokens, readings.buffer);
  }

  #pair(first, second) {
    const key = `${first}-${second}`;
    if (!this.pairs.has(key)) {
      const [a, b] = [this.panes[first], this.panes[second]];
      this.pairs.set(key, new Pair(a.model, b.model, a.options.turned === b.options.turned));
    }

    return this.pairs.get(key);
  }

  // The difference stands between two; with more, each other one has its difference below it.
  #arrange() {
    const { panes, differences, count } = this;
    this.cells.replaceChildren(...(count === 2
      ? [panes[0].element, differences[1 - this.view.reference].element, panes[1].element]
      : [...panes.map(({ element }) => element), ...differences.map(({ element }) => element), this.below]));
    this.below.textContent = strings.below4(this.reference.letter);
    this.below.style.gridColumn = String(this.view.reference + 1);
    differences.forEach(({ element }, at) => {
      element.style.gridColumn = count === 2 ? '' : String(at + 1);
    });
  }

  // A link may name what these analyses do not have.
  #applyView() {
    const { view } = this;
    const model = this.reference.model;
    view.layer = view.layer !== null && !model.layers.includes(view.layer) ? null : view.layer;
    view.lock = view.lock && view.lock.pane < this.count && view.lock.position < this.panes[view.lock.pane].model.count ? view.lock : null;
    view.token = view.token !== null && model.tokens.display(view.token) !== undefined ? view.token : null;
    for (const pane of this.panes) {
      pane.model.setGrid(view.grid ?? 0);
    }

    this.#choose();
    view.measure = this.canMeasure(view.measure) ? view.measure : defaultView().measure;
    this.#viewChanged();
  }

  // Each pane's best layers; a window is told in the reference's layers, and means the same ones, or the same depths, elsewhere.
  #choose() {
    const { by, window, align } = this.view;
    const { layerCount } = this.reference.model.manifest;
    for (const { model } of this.panes) {
      const ratio = align === 'depth' ? model.manifest.layerCount / layerCount : 1;
      model.chooseBest(by, window === null ? null : window.map((layer) => Math.min(model.manifest.layerCount, Math.round(layer * ratio))));
    }
  }

  #goBack(query) {
    const before = this.view.reference;
    this.view = parseView(query);
    this.view.reference = Math.min(this.view.reference, this.count - 1);
    if (this.isLoaded) {
      this.#applyView();
    }

    if (before !== this.view.reference) {
      this.#arrange();
      this.#announce();
    }

    this.invalidate(CHANGED.ALL);
  }

  #viewChanged() {
    this.viewVersion++;
  }

  // What is to know of all pairs before looking at them.
  #announce() {
    const notes = this.others.flatMap((pane) => {
      const pair = this.pairOf(pane.index);
      const causality = pair.alignment.by === BY.PATCH ? pair.causality() : null;
      return causality === null || causality.positions === 0 ? [] : [causalityNote(causality, this.reference.letter, pane.letter, this.#wordsAt(pair, causality.at))];
    });
    this.facts.hidden = notes.length === 0;
    this.facts.replaceChildren(...notes.map((note) => make('p', {}, note)));
  }

  #wordsAt(pair, at) {
    if (at === null) {
      return '';
    }

    const word = (model) => (at < model.count ? (model.positions[at].kind === 'patch' ? say('the picture') : `“${model.display(model.positions[at].id)}”`) : say('its end'));
    return say('{0} in {1}, {2} in {3}', word(pair.first), this.reference.letter, word(pair.second), this.panes.find(({ model }) => model === pair.second).letter);
  }

  #mayAnswer(event) {
    return !event.ctrlKey && !event.metaKey && !event.altKey && this.isLoaded && !(event.target instanceof Element && event.target.closest('input, textarea, select, [role=dialog]')) && !document.querySelector('.mud-dialog, .mud-popover-open');
  }

  #complain(error) {
    if (!this.disposed && error?.name !== 'AbortError') {
      this.notice.hidden = false;
      this.notice.textContent = String(error.message ?? error);
    }
  }
}
