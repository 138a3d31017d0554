// The filler masks of several pictures beside each other. It needs of each analysis the layers' summaries only.

import { NONE } from './criteria.js';
import { Listeners, make, makeSelect } from './dom.js';
import { Model, TokenTable } from './model.js';
import { maskOf } from './masks.js';
import { drawMasked, saveCanvas } from './save-picture.js';
import { ApiSource } from './sources.js';
import { formatView, maskQuery, parseView } from './state.js';
import { say, sayCount } from './texts.js';
import { readTheme, watchTheme } from './theme.js';

const strings = {
  controls: say('Masks'),
  opacity: say('Opacity of the masks'),
  colour: say('Colour of the masks'),
  paints: [['page', say('page')], ['black', say('black')], ['white', say('white')], ['orange', say('orange')], ['blue', say('blue')]],
  invert: say('invert'),
  by: say('best by'),
  criteria: [['p', say('max p')], ['entropy', say('min entropy')], ['margin', say('max margin')], ['final', say('first with the final token')], ['old', say("old tools' rule: max p, emb…last")]],
  save: say('Sheet as PNG'),
  waiting: say('reading…'),
  total: (masked, read, pictures) => sayCount('{1} of {2} patches of {0} picture read as filler ({3} %)|{1} of {2} patches of {0} pictures read as filler ({3} %)', pictures, masked, read, ((100 * masked) / Math.max(1, read)).toFixed(1)),
  one: (masked, read) => say('{0} of {1} · {2} %', masked, read, ((100 * masked) / Math.max(1, read)).toFixed(1)),
};

// A thumbnail is drawn at this size at most; screens show it at half of it.
const SIDE = 520;
const AT_ONCE = 4;
const SHEET_COLUMNS = 4;
const SHEET_GAP = 16;
const SHEET_TEXT = 40;

/**
 * Shows a contact sheet in an element.
 * @param {HTMLElement} element
 * @param {{items: object[], query: string, name: string}} options items: what ApiSource takes, and name, url.
 */
export function attach(element, options) {
  const sheet = new ContactSheet(element, options);
  sheet.load();
  return { dispose: () => sheet.dispose() };
}

class ContactSheet {
  constructor(element, { items, query, name }) {
    this.element = element;
    this.name = name;
    this.view = parseView(query);
    this.theme = readTheme(element);
    this.disposed = false;
    this.listeners = new Listeners();
    this.tokens = new Map();
    this.tiles = items.map((item) => makeTile(item));
    this.count = make('output', { class: 'lx-mask-count' });
    this.opacity = make('input', { type: 'range', min: '0', max: '1', step: '0.05', 'aria-label': strings.opacity });
    this.colour = makeSelect(strings.colour, strings.paints, (paint) => this.#change({ paint }));
    this.invert = make('input', { type: 'checkbox' });
    this.by = makeSelect(strings.by, strings.criteria, (by) => this.#change(by === 'old' ? { by: 'p', window: [0, 999], layer: null, filler: [] } : { by, window: null, layer: null }));
    this.save = make('button', { type: 'button', class: 'lx-button' }, strings.save);
    this.bar = make('div', { class: 'lx-toolbar', role: 'toolbar', 'aria-label': strings.controls }, make('span', { class: 'lx-field' }, make('span', {}, strings.by), this.by), this.opacity, this.colour,
      make('label', { class: 'lx-check' }, this.invert, strings.invert), this.count, make('span', { class: 'lx-spacer' }), this.save);
    this.root = make('div', { class: 'lx-explorer lx-contact-sheet' }, this.bar, make('ul', { class: 'lx-sheet-tiles' }, ...this.tiles.map(({ element: tile }) => tile)));
    element.replaceChildren(this.root);
    this.listeners.on(this.opacity, 'input', () => this.#change({ veil: Number(this.opacity.value) }));
    this.listeners.on(this.invert, 'change', () => this.#change({ invert: this.invert.checked }));
    this.listeners.on(this.save, 'click', () => this.#save());
    this.stopTheme = watchTheme(() => {
      this.theme = readTheme(this.element);
      this.#draw();
    });
    this.#draw();
  }

  /** Reads the pictures and the summaries, a few at a time. */
  async load() {
    const waiting = [...this.tiles];
    const work = async () => {
      while (waiting.length > 0 && !this.disposed) {
        await this.#loadTile(waiting.shift());
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  dispose() {
    this.disposed = true;
    this.stopTheme();
    this.listeners.dispose();
    for (const tile of this.tiles) {
      tile.source.dispose();
    }

    this.root.remove();
  }

  async #loadTile(tile) {
    try {
      const hash = tile.item.checkpointHash;
      if (!this.tokens.has(hash)) {
        this.tokens.set(hash, tile.source.tokens().then((columns) => new TokenTable(columns)));
      }

      const [manifest, tokens, first, bitmap] = await Promise.all([tile.source.manifest(), this.tokens.get(hash), tile.source.first(), tile.source.picture()]);
      tile.model = new Model(manifest, tokens);
      tile.model.add(first.buffer);

      // Only a small picture is kept: a page has two dozen.
      const shrink = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
      tile.bitmap = await createImageBitmap(bitmap, { resizeWidth: Math.max(1, Math.round(bitmap.width * shrink)), resizeHeight: Math.max(1, Math.round(bitmap.height * shrink)), resizeQuality: 'high' });
      bitmap.close();
      if (!this.disposed) {
        this.#drawTile(tile);
        this.#sum();
      }
    } catch (error) {
      if (error.name !== 'AbortError') {
        tile.caption.textContent = error.message;
        tile.caption.classList.add('lx-error');
      }
    }
  }

  #change(part) {
    Object.assign(this.view, part);
    const kept = new URLSearchParams(location.search);
    for (const name of ['layer', 'by', 'window', 'filler', 'veil', 'paint', 'invert']) {
      kept.delete(name);
    }

    for (const [name, value] of new URLSearchParams(maskQuery(this.view))) {
      kept.set(name, value);
    }

    history.replaceState(history.state, '', location.pathname + (kept.size > 0 ? `?${kept}` : ''));
    this.#draw();
  }

  #draw() {
    const { view } = this;
    this.opacity.value = String(view.veil);
    this.colour.value = view.paint;
    this.invert.checked = view.invert;
    this.by.value = view.by === 'p' && view.window?.[0] === 0 ? 'old' : view.by;
    for (const tile of this.tiles) {
      if (tile.model) {
        this.#drawTile(tile);
      }
    }

    this.#sum();
  }

  #drawTile(tile) {
    const { view, theme } = this;
    const { model, bitmap, canvas } = tile;
    model.filler.setAdded(view.filler);
    model.chooseBest(view.by, view.window);
    const layer = model.layers.includes(view.layer) ? view.layer : null;
    const { width, height } = model.manifest.image;
    const drawn = drawMasked({ model, view: { ...view, layer }, theme, bitmap }, Math.min(SIDE, Math.max(width, height)));
    canvas.width = drawn.width;
    canvas.height = drawn.height;
    canvas.getContext('2d').drawImage(drawn, 0, 0);
    tile.read = model.shownPatches.filter((position) => model.shown(layer, position) !== NONE).length;
    tile.masked = maskOf(model, layer, model.shownPatches).length;
    tile.caption.textContent = strings.one(tile.masked, tile.read);
    canvas.setAttribute('aria-label', say('{0}: {1} of {2} patches masked', tile.item.name, tile.masked, tile.read));
    const query = formatView({ ...view, map: 'mask', layer });
    tile.link.setAttribute('href', `${tile.item.url}?${query}`);
  }

  #sum() {
    const read = this.tiles.filter((tile) => tile.model && tile.read !== undefined);
    this.count.textContent = read.length === 0 ? '' : strings.total(read.reduce((sum, tile) => sum + tile.masked, 0), read.reduce((sum, tile) => sum + tile.read, 0), read.length);
  }

  #save() {
    const tiles = this.tiles.filter((tile) => tile.read !== undefined);
    const columns = Math.min(SHEET_COLUMNS, Math.max(1, tiles.length));
    const rows = Math.ceil(tiles.length / columns);
    const canvas = make('canvas');
    canvas.width = columns * (SIDE + SHEET_GAP) + SHEET_GAP;
    canvas.height = rows * (SIDE + SHEET_TEXT + SHEET_GAP) + SHEET_GAP + SHEET_TEXT;
    const context = canvas.getContext('2d');
    const { theme } = this;
    context.fillStyle = theme.surface;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = theme.ink;
    context.font = `600 20px ${theme.sans}`;
    context.fillText(`${this.name}: ${this.count.textContent}`, SHEET_GAP, SHEET_GAP + 20, canvas.width - 2 * SHEET_GAP);
    context.font = `16px ${theme.sans}`;
    tiles.forEach((tile, at) => {
      const x = SHEET_GAP + (at % columns) * (SIDE + SHEET_GAP);
      const y = SHEET_GAP + SHEET_TEXT + Math.floor(at / columns) * (SIDE + SHEET_TEXT + SHEET_GAP);
      const scale = Math.min(SIDE / tile.canvas.width, SIDE / tile.canvas.height);
      context.drawImage(tile.canvas, x, y + (SIDE - tile.canvas.height * scale), tile.canvas.width * scale, tile.canvas.height * scale);
      context.fillText(`${tile.item.name}  ${tile.caption.textContent}`, x, y + SIDE + 24, SIDE);
    });
    saveCanvas(canvas, 'masks.png');
  }
}

function makeTile(item) {
  const canvas = make('canvas', { role: 'img', 'aria-label': item.name });
  canvas.width = item.width >= item.height ? SIDE : Math.round((SIDE * item.width) / item.height);
  canvas.height = item.width >= item.height ? Math.round((SIDE * item.height) / item.width) : SIDE;
  const caption = make('span', { class: 'lx-sheet-count' }, strings.waiting);
  const link = make('a', { href: item.url, class: 'lx-sheet-link' }, canvas, make('span', { class: 'lx-sheet-name' }, item.name));
  return { item, canvas, caption, link, source: new ApiSource(item), element: make('li', {}, link, caption), model: null, read: undefined };
}
