// One analysis of a comparison: to the explorer's own picture, prompt and answer it is an explorer, whose view is the comparison's.

import { NONE } from '../explorer/criteria.js';
import { CHANGED, make } from '../explorer/dom.js';
import { TokenPainter, layerPhrase } from '../explorer/format.js';
import { MapScale } from '../explorer/maps.js';
import { Model } from '../explorer/model.js';
import { PicturePart } from '../explorer/picture.js';
import { say } from '../explorer/texts.js';
import { TextStripPart } from '../explorer/text-strip.js';
import { AnswerPart } from '../explorer/answer.js';
import { layerBeside } from './layers.js';
import { LETTERS, explorerQuery } from './state.js';
import { strings } from './strings.js';

const SIDE_STRENGTH = 0.45;

/** The picture of a pane: linked with the others, and what is read is said beside the patch in all of them. */
export class LinkedPicture extends PicturePart {
  constructor(pane, Painter) {
    super(pane, Painter);
    this.hands.moves = true;
    this.canvas.classList.add('lx-moves');
  }

  label() {
    const { letter, model, view } = this.explorer;
    return say('{0}, {1}: {2} patches, {3}. {4}', letter, model.manifest.image.name, model.shownPatches.length, view.layer === null ? say('each at its best layer') : view.layer === NONE ? strings.noSuchLayer : say('at {0}', layerPhrase(view.layer)), strings.keys);
  }

  tipPlace() {
    const { model, hover, view } = this.explorer;
    const position = (hover ?? view.lock)?.position;
    return position !== undefined && model.positions[position]?.kind === 'patch' ? position : null;
  }
}

/** What panes and difference maps have in common: the part of an explorer's interface that its picture needs. */
export class Linked {
  constructor(comparison, index) {
    this.comparison = comparison;
    this.index = index;
    this.inspects = 'place';
    this.pinned = null;
    this.pinnedPlaces = [];
    this.collectedSet = new Set();
    this.isExactInput = true;
    this.foundIds = null;
  }

  get letter() {
    return LETTERS[this.index];
  }

  get theme() {
    return this.comparison.theme;
  }

  /** Which pane's positions this one shows. */
  get owner() {
    return this.index;
  }

  /** The place pointed at, as this pane has it. */
  get hover() {
    const { hover } = this.comparison;
    const position = hover ? this.comparison.positionIn(this.owner, hover) : NONE;
    return position === NONE ? null : { position, layer: null, from: hover.from };
  }

  get lock() {
    const { lock } = this.comparison.view;
    const position = lock && this.model ? this.comparison.positionIn(this.owner, lock) : NONE;
    return position === NONE ? null : { position, layer: null };
  }

  setHover(place) {
    this.comparison.setHover(place ? { pane: this.owner, position: place.position, from: place.from } : null);
  }

  press(place) {
    this.comparison.press({ pane: this.owner, position: place.position });
  }

  collect() {
  }

  setLook(zoom, centre) {
    this.comparison.setLook(zoom, centre);
  }

  setGrid(grid) {
    this.comparison.setGrid(grid);
  }

  setInput() {
  }

  inputPicture() {
    return null;
  }

  invalidate(flags) {
    this.comparison.invalidate(flags);
  }

  say() {
    this.comparison.say();
  }
}

/** One analysis. */
export class Pane extends Linked {
  /**
   * @param {object} options analysis, name, run, prompt, explorer (address): what its head says; sameTurn: how its run turns pictures.
   * @param {object} source Where its data come from: see explorer/sources.js.
   */
  constructor(comparison, index, options, source) {
    super(comparison, index);
    this.options = options;
    this.source = source;
    this.model = null;
    this.bitmap = null;
    this.painter = null;
    this.picture = new LinkedPicture(this);
    this.prompt = new TextStripPart(this);
    this.answer = new AnswerPart(this);
    this.head = this.#makeHead();
    this.note = make('span', { class: 'lc-pane-note' });
    this.element = make('section', { class: 'lc-pane', 'aria-label': `${this.letter}: ${options.name}` }, this.head, this.picture.element);
    this.words = make('div', { class: 'lc-words-row' }, make('span', { class: 'lc-letter' }, this.letter), this.prompt.element, this.answer.element);
  }

  /** Takes the manifest, the token table and the first readings. */
  show(manifest, tokens, buffer) {
    this.model = new Model(manifest, tokens);
    this.painter = new TokenPainter(this.model);
    this.model.add(buffer);
  }

  get view() {
    const { view } = this.comparison;
    const key = this.comparison.viewVersion;
    if (this.viewFrom !== key) {
      this.viewFrom = key;
      this.viewNow = {
        map: view.side, layer: this.layer(), strength: SIDE_STRENGTH, look: view.look, lock: this.lock, collected: [], token: this.token(), pins: [], range: 'full', input: false,
        grid: view.grid, veil: 0.85, paint: 'page', invert: false, by: view.by, window: view.window,
      };
    }

    return this.viewNow;
  }

  /** The layer shown here: null for each patch's best, NONE where there is none beside the reference's. */
  layer() {
    const { comparison } = this;
    const layer = layerBeside(comparison.view.layer, comparison.reference.model ?? this.model, this.model, comparison.view.align);
    return layer === undefined ? NONE : layer;
  }

  /** The followed token as this checkpoint has it. */
  token() {
    return this.comparison.tokenIn(this.index);
  }

  place() {
    return this.hover ?? this.view.lock;
  }

  /** The colours of a map: always the whole scale, so that all panes have the same. */
  scaleOf(map) {
    const key = `${map}|${this.model.version}|${this.theme.dark}`;
    if (this.scaleFor !== key) {
      this.scaleFor = key;
      this.scale = new MapScale(map, this.model, this.view, this.theme);
    }

    return this.scale;
  }

  /** Positions that read a token something names, while the pointer is over its name. */
  lit() {
    const { emphasis } = this.comparison;
    if (!emphasis || !this.model) {
      return null;
    }

    const ids = this.comparison.idsIn(this.index, emphasis);
    const positions = new Set(emphasis.pane === this.index ? emphasis.places : []);
    for (let index = 0; index < this.model.count; index++) {
      const layer = this.model.shown(this.view.layer, index);
      if (layer !== NONE && ids.has(this.model.id(layer, index))) {
        positions.add(index);
      }
    }

    return { ids, positions };
  }

  setEmphasis(ids, places = []) {
    this.comparison.setEmphasis(ids ? { pane: this.index, ids, places } : null);
  }

  pinEmphasis(ids) {
    this.comparison.follow(this.index, [...ids][0]);
  }

  draw(flags) {
    this.reference.hidden = this.index === this.comparison.view.reference;
    this.isReference.hidden = !this.reference.hidden;
    if (this.model) {
      this.open.href = `${this.options.explorer}?${explorerQuery({ layer: this.view.layer === NONE ? null : this.view.layer }, this.lock?.position ?? null)}`;
    }

    this.picture.draw(flags);
    this.prompt.draw(flags);
    this.answer.draw(flags);
    this.#markDifference(flags);
  }

  dispose() {
    this.picture.dispose();
    this.prompt.dispose();
    this.answer.dispose();
    this.source.dispose();
    this.bitmap?.close?.();
  }

  // The word at which the prompt parts from the reference's is marked.
  #markDifference(flags) {
    if (!this.model || !(flags & (CHANGED.DATA | CHANGED.LAYER))) {
      return;
    }

    const { comparison } = this;
    for (const { element, position } of this.prompt.words) {
      element.classList.toggle('lc-differs', comparison.panes.some((other) => other !== this && other.model && comparison.positionIn(other.index, { pane: this.index, position }) === NONE));
    }
  }

  #makeHead() {
    const { options } = this;
    this.reference = make('button', { type: 'button', class: 'lx-link', title: strings.makeReferenceTitle }, strings.makeReference);
    this.reference.addEventListener('click', () => this.comparison.setReference(this.index));
    this.isReference = make('span', { class: 'lc-reference' }, strings.reference);
    this.open = make('a', { class: 'lx-link', title: strings.openTitle, href: options.explorer }, strings.open);
    const remove = make('button', { type: 'button', class: 'lx-chip-remove', 'aria-label': `${strings.remove} ${this.letter}`, title: strings.remove }, '✕');
    remove.addEventListener('click', () => this.comparison.remove(this.index));
    remove.hidden = this.comparison.count <= 2;
    return make('header', { class: 'lc-head' },
      make('div', { class: 'lc-head-line' }, make('span', { class: 'lc-letter' }, this.letter), make('strong', { title: options.name }, options.name), make('span', { class: 'lx-spacer' }),
        this.isReference, this.reference, this.open, remove),
      make('div', { class: 'lc-head-line lc-head-facts' }, make('span', { title: options.run }, options.run), make('span', { class: 'lc-head-prompt', title: options.prompt }, options.question),
        options.state ? make('strong', {}, options.state) : ''));
  }
}
