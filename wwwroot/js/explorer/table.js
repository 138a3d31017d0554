// Positions × layers. One canvas of the size of the window on it: only the cells in sight are drawn, and the head and the first column stay.
// The first row under the head always shows the position that is pointed at or locked, so that nothing has to scroll to be read.

import { NONE } from './model.js';
import { CHANGED, Listeners, fitCanvas, make, makeSelect, watchSize } from './dom.js';
import { fillToken, formatProbability, formatShort, layerName, layerPhrase, placeName } from './format.js';

const HEAD = 22;
const PINNED = 24;
const ROW = 20;
const FIRST = 124;
const NARROWEST = 74;
const WIDEST = 320;

/** The layers table. */
export class TablePart {
  constructor(explorer) {
    this.explorer = explorer;
    this.rows = [];
    this.listeners = new Listeners();
    this.find = make('input', { type: 'search', placeholder: 'find token', 'data-shortcut': '/', 'aria-label': 'Find a token among those read', maxlength: '100', autocomplete: 'off', spellcheck: 'false' });
    this.found = make('output', { class: 'lx-found' });
    this.kind = makeSelect('Rows shown', [['all', 'all positions'], ['patches', 'patches'], ['text', 'prompt and answer'], ['found', 'lit rows']], (rows) => explorer.setRows(rows));
    this.bar = make('div', { class: 'lx-table-bar' }, make('h2', {}, 'Layers'), this.find, this.found, make('span', { class: 'lx-spacer' }), this.kind);
    this.base = make('canvas', { 'aria-hidden': 'true' });
    this.canvas = make('canvas', { class: 'lx-table-marks', tabindex: '0', role: 'application', 'aria-roledescription': 'table of positions and layers' });
    this.sheet = make('div', { class: 'lx-sheet' }, this.base, this.canvas);
    this.spacer = make('div', { class: 'lx-spread' });
    this.scroller = make('div', { class: 'lx-table' }, this.spacer, this.sheet);
    this.tip = make('div', { class: 'lx-tip lx-table-tip', hidden: true, 'aria-hidden': 'true' });
    this.element = make('section', { class: 'lx-layers', 'aria-label': 'Layers' }, this.bar, this.scroller, this.tip);
    this.stopWatching = watchSize(this.scroller, () => explorer.invalidate(CHANGED.LOOK));
    this.pointer = null;
    this.#listen();
  }

  draw(flags) {
    const { explorer } = this;
    const { model } = explorer;
    const width = this.scroller.clientWidth;
    const height = this.scroller.clientHeight;
    if (!model || width === 0 || height === 0) {
      return;
    }

    if (document.activeElement !== this.find) {
      this.find.value = explorer.view.find;
    }

    this.kind.value = explorer.view.rows;
    if (flags & (CHANGED.DATA | CHANGED.LAYER | CHANGED.LOOK) || explorer.view.rows === 'found') {
      this.#chooseRows();
    }

    const columns = Math.max(1, model.layers.length);
    this.column = Math.max(NARROWEST, Math.min(WIDEST, (width - FIRST) / columns));
    this.spacer.style.width = `${Math.floor(FIRST + columns * this.column)}px`;
    this.spacer.style.height = `${HEAD + PINNED + this.rows.length * ROW}px`;
    const lit = explorer.lit();
    this.found.textContent = lit && explorer.view.find !== '' ? `${lit.positions.size} positions` : '';

    if (flags & ~CHANGED.MARK || explorer.view.rows === 'found') {
      this.#drawBase(width, height);
    }

    this.#drawMarks(width, height);
  }

  /** Brings a position's row into sight. */
  reveal(position) {
    const at = this.rows.indexOf(position);
    if (at < 0) {
      return;
    }

    const top = at * ROW;
    const room = this.scroller.clientHeight - HEAD - PINNED;
    if (top < this.scroller.scrollTop || top + ROW > this.scroller.scrollTop + room) {
      this.scroller.scrollTop = Math.max(0, top - Math.floor(room / 2));
    }
  }

  dispose() {
    this.stopWatching();
    this.listeners.dispose();
  }

  #chooseRows() {
    const { model, view } = this.explorer;
    const lit = view.rows === 'found' ? this.explorer.lit() : null;
    this.rows = [];
    for (let index = 0; index < model.count; index++) {
      const patch = model.positions[index].kind === 'patch';
      if (view.rows === 'all' || (view.rows === 'patches' && patch) || (view.rows === 'text' && !patch) || (view.rows === 'found' && (lit?.positions.has(index) ?? false))) {
        this.rows.push(index);
      }
    }

    this.canvas.setAttribute('aria-label', `Top tokens of ${this.rows.length} positions at ${model.layers.length} layers. Arrow keys move over the cells, Enter locks, Escape frees.`);
  }

  #drawBase(width, height) {
    const { model, view, theme } = this.explorer;
    const context = fitCanvas(this.base, width, height);
    const { scrollLeft, scrollTop } = this.scroller;
    context.fillStyle = theme.surface;
    context.fillRect(0, 0, width, height);
    context.textBaseline = 'middle';
    const from = Math.max(0, Math.floor(scrollTop / ROW));
    const to = Math.min(this.rows.length, Math.ceil((scrollTop + height - HEAD - PINNED) / ROW));

    context.save();
    context.beginPath();
    context.rect(0, HEAD + PINNED, width, height);
    context.clip();
    for (let at = from; at < to; at++) {
      this.#drawRow(context, this.rows[at], HEAD + PINNED + at * ROW - scrollTop, ROW, width, scrollLeft, theme.surface);
    }

    context.restore();

    // The head.
    context.fillStyle = theme.surface2;
    context.fillRect(0, 0, width, HEAD);
    const [first, last] = model.effectiveWindow;
    context.save();
    context.beginPath();
    context.rect(FIRST, 0, width - FIRST, HEAD);
    context.clip();
    context.textAlign = 'center';
    model.layers.forEach((layer, at) => {
      const [x, cell] = this.#cell(at, scrollLeft);
      if (x > width || x + cell < FIRST) {
        return;
      }

      const chosen = view.layer === layer;
      if (chosen) {
        context.fillStyle = theme.accent;
        context.fillRect(x, HEAD - 3, cell, 3);
      }

      context.font = `${chosen ? '600 ' : ''}12px ${theme.sans}`;
      context.fillStyle = chosen ? theme.accent : layer < first || layer > last ? theme.inkFaint : theme.ink;
      context.fillText(layerName(layer), x + cell / 2, HEAD / 2);
    });
    context.restore();
    context.textAlign = 'left';
    context.font = `12px ${theme.sans}`;
    context.fillStyle = theme.inkSoft;
    context.fillText('position', 8, HEAD / 2);
    context.fillStyle = theme.line;
    context.fillRect(0, HEAD - 1, width, 1);
    context.fillRect(FIRST - 1, 0, 1, height);
  }

  #drawRow(context, index, top, rowHeight, width, scrollLeft, ground) {
    const { model, theme, painter, view } = this.explorer;
    const { layers } = model;
    const font = `12px ${theme.mono}`;
    const numberFont = `10px ${theme.sans}`;
    const position = model.positions[index];
    const middle = top + rowHeight / 2;
    const firstColumn = Math.max(0, Math.floor(scrollLeft / this.column));
    const lastColumn = Math.min(layers.length, Math.ceil((scrollLeft + width - FIRST) / this.column));
    const showNumber = this.column >= 70;
    context.save();
    context.beginPath();
    context.rect(FIRST, top, width - FIRST, rowHeight);
    context.clip();
    for (let at = firstColumn; at < lastColumn; at++) {
      const layer = layers[at];
      if (!model.isRead(layer, index)) {
        continue;
      }

      const [x, cell] = this.#cell(at, scrollLeft);
      const probability = model.probability(layer, index);
      const ink = theme.sure.ink(probability);
      context.fillStyle = theme.sure.colour(probability);
      context.fillRect(x, top, cell - 1, rowHeight - 1);
      const numberRoom = showNumber ? 24 : 0;
      context.font = font;
      painter.draw(context, font, model.id(layer, index), x + 4, middle, cell - 8 - numberRoom, ink);
      if (showNumber) {
        context.font = numberFont;
        context.textAlign = 'right';
        context.globalAlpha = 0.85;
        context.fillText(formatShort(probability), x + cell - 5, middle);
        context.globalAlpha = 1;
        context.textAlign = 'left';
      }

      if (layer === model.best[index]) {
        context.fillStyle = ink;
        context.fillRect(x + 3, top + rowHeight - 4, cell - 7, 1.5);
      }
    }

    context.restore();
    context.fillStyle = ground;
    context.fillRect(0, top, FIRST - 1, rowHeight);
    if (position.kind === 'patch') {
      context.font = `12px ${theme.sans}`;
      context.fillStyle = theme.inkSoft;
      context.fillText(placeName(model, index), 8, middle);
      const layer = model.shown(view.layer, index);
      if (layer !== NONE && model.isRead(layer, index)) {
        context.font = font;
        painter.draw(context, font, model.id(layer, index), 58, middle, FIRST - 66, theme.ink);
      }
    } else {
      context.font = font;
      if (position.kind === 'answer') {
        context.fillStyle = theme.accent;
        context.fillRect(0, top + 2, 3, rowHeight - 5);
      }

      painter.draw(context, font, position.id, 8, middle, FIRST - 16, theme.ink);
    }
  }

  #drawMarks(width, height) {
    const { explorer } = this;
    const { model, view, hover, theme } = explorer;
    const context = fitCanvas(this.canvas, width, height);
    const { scrollLeft, scrollTop } = this.scroller;
    context.clearRect(0, 0, width, height);
    context.textBaseline = 'middle';
    context.save();
    context.beginPath();
    context.rect(0, HEAD + PINNED, width, height);
    context.clip();
    const y = (at) => HEAD + PINNED + at * ROW - scrollTop;
    const lit = explorer.lit();
    const from = Math.max(0, Math.floor(scrollTop / ROW));
    const to = Math.min(this.rows.length, Math.ceil((scrollTop + height - HEAD - PINNED) / ROW));
    if (lit) {
      for (let at = from; at < to; at++) {
        const index = this.rows[at];
        if (lit.positions.has(index)) {
          context.fillStyle = theme.accent;
          context.fillRect(FIRST - 5, y(at) + 2, 4, ROW - 5);
        }

        context.strokeStyle = theme.accent;
        context.lineWidth = 2;
        model.layers.forEach((layer, column) => {
          const [x, cell] = this.#cell(column, scrollLeft);
          if (x > FIRST - cell && x < width && lit.ids.has(model.id(layer, index))) {
            context.strokeRect(Math.max(FIRST, x) + 1, y(at) + 1, cell - 3 - Math.max(0, FIRST - x), ROW - 3);
          }
        });
      }
    }

    const markRow = (index, colour, thick) => {
      const at = index === undefined ? -1 : this.rows.indexOf(index);
      if (at >= from - 1 && at <= to) {
        context.strokeStyle = colour;
        context.lineWidth = thick;
        context.strokeRect(thick / 2, y(at) - 0.5 + thick / 2 - 0.5, width - thick, ROW - thick + 0.5);
      }
    };
    for (const index of view.collected) {
      const at = this.rows.indexOf(index);
      context.fillStyle = theme.accent;
      context.fillRect(0, y(at) + 7, at < 0 ? 0 : 4, 6);
    }

    markRow(hover?.position, theme.inkSoft, 1);
    markRow(view.lock?.position, theme.accent, 2);
    this.#markCell(context, hover, theme.ink, y, scrollLeft, width);
    this.#markCell(context, view.lock, theme.accent, y, scrollLeft, width);
    context.restore();

    const current = explorer.place();
    context.fillStyle = theme.surface2;
    context.fillRect(0, HEAD, width, PINNED);
    if (current) {
      this.#drawRow(context, current.position, HEAD, PINNED - 2, width, scrollLeft, theme.surface2);
      context.strokeStyle = view.lock ? theme.accent : theme.inkSoft;
      context.lineWidth = view.lock ? 2 : 1;
      context.strokeRect(0.5, HEAD + 0.5, width - 1, PINNED - 3);
    } else {
      context.font = `12px ${theme.sans}`;
      context.fillStyle = theme.inkFaint;
      context.fillText('the position you point at', 8, HEAD + PINNED / 2 - 1);
    }

    context.fillStyle = theme.lineStrong;
    context.fillRect(0, HEAD + PINNED - 1, width, 1);
    this.#fillTip();
  }

  // Columns share the width evenly, so their edges fall between pixels; cells are drawn on whole ones, without gaps.
  #cell(at, scrollLeft) {
    const left = Math.round(FIRST + at * this.column - scrollLeft);
    return [left, Math.round(FIRST + (at + 1) * this.column - scrollLeft) - left];
  }

  #markCell(context, place, colour, y, scrollLeft, width) {
    const at = place && place.layer !== null ? this.rows.indexOf(place.position) : -1;
    const column = at < 0 ? -1 : this.explorer.model.layers.indexOf(place.layer);
    if (column < 0) {
      return;
    }

    const [x, cell] = this.#cell(column, scrollLeft);
    context.save();
    context.beginPath();
    context.rect(FIRST, HEAD + PINNED, width, 1e5);
    context.clip();
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.strokeRect(x, y(at), cell - 1, ROW - 1);
    context.restore();
  }

  #fillTip() {
    const { model, hover } = this.explorer;
    const shown = hover && hover.layer !== null && (hover.from === 'table' || hover.from === 'keys') && model.isRead(hover.layer, hover.position);
    this.tip.hidden = !shown;
    if (!shown) {
      this.tipFor = null;
      return;
    }

    const key = `${hover.position}.${hover.layer}`;
    if (this.tipFor !== key) {
      this.tipFor = key;
      const rows = model.top(hover.layer, hover.position).map(({ id, probability }) => {
        const token = make('span');
        fillToken(token, model, id);
        return make('div', { class: 'lx-tip-row' }, token, make('span', { class: 'lx-number' }, formatProbability(probability)));
      });
      const entropy = model.entropy(hover.layer, hover.position);
      const head = `${placeName(model, hover.position)} · ${layerPhrase(hover.layer)}${Number.isNaN(entropy) ? '' : ` · ${entropy.toFixed(2)} bit`}`;
      this.tip.replaceChildren(make('div', { class: 'lx-tip-head' }, head), ...rows);
    }

    // Beside the cell, and above the table's lower edge where there is no room below it.
    const bounds = this.scroller.getBoundingClientRect();
    const column = model.layers.indexOf(hover.layer);
    const row = this.pinnedHover ? null : this.rows.indexOf(hover.position);
    const left = bounds.left + FIRST + (column + 1) * this.column - this.scroller.scrollLeft + 6;
    const top = bounds.top + (row === null ? HEAD : HEAD + PINNED + row * ROW - this.scroller.scrollTop);
    const { offsetWidth, offsetHeight } = this.tip;
    const x = left + offsetWidth > window.innerWidth - 8 ? left - this.column - offsetWidth - 12 : left;
    const y = Math.max(8, Math.min(top, window.innerHeight - offsetHeight - 8));
    this.tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  #hit(x, y) {
    const { model } = this.explorer;
    const column = x < FIRST ? -1 : Math.floor((x - FIRST + this.scroller.scrollLeft) / this.column);
    const layer = column < 0 ? null : model.layers[column] ?? null;
    if (y < HEAD) {
      return { head: true, layer };
    }

    if (y < HEAD + PINNED) {
      const current = this.explorer.place();
      return current ? { position: current.position, layer, pinned: true } : null;
    }

    const position = this.rows[Math.floor((y - HEAD - PINNED + this.scroller.scrollTop) / ROW)];
    return position === undefined ? null : { position, layer };
  }

  #point() {
    const { explorer } = this;
    if (!this.pointer || !explorer.model) {
      return;
    }

    const hit = this.#hit(this.pointer.x, this.pointer.y);
    this.canvas.style.cursor = hit?.head && hit.layer !== null ? 'pointer' : 'default';
    this.pinnedHover = Boolean(hit?.pinned);
    explorer.setHover(!hit || hit.head ? null : { position: hit.position, layer: hit.layer, from: 'table' });
  }

  #listen() {
    const { listeners, canvas, explorer } = this;
    listeners.on(this.scroller, 'scroll', () => {
      this.#point();
      explorer.invalidate(CHANGED.LOOK);
    }, { passive: true });
    listeners.on(canvas, 'pointermove', (event) => {
      this.pointer = { x: event.offsetX, y: event.offsetY };
      this.#point();
    });
    listeners.on(canvas, 'pointerleave', () => {
      this.pointer = null;
      explorer.setHover(null);
    });
    listeners.on(canvas, 'click', (event) => {
      if (!explorer.model) {
        return;
      }

      const hit = this.#hit(event.offsetX, event.offsetY);
      if (hit?.head && hit.layer !== null) {
        explorer.setLayer(explorer.view.layer === hit.layer ? null : hit.layer);
      } else if (hit && !hit.head) {
        explorer.press({ position: hit.position, layer: hit.layer }, event.shiftKey);
      }
    });
    listeners.on(canvas, 'keydown', (event) => this.#onKey(event));
    listeners.on(canvas, 'blur', () => {
      if (explorer.hover?.from === 'keys') {
        explorer.setHover(null);
      }
    });
    listeners.on(this.find, 'input', () => explorer.setFind(this.find.value));
  }

  #onKey(event) {
    const { explorer } = this;
    const { model } = explorer;
    if (!model || this.rows.length === 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }

    const current = explorer.hover ?? explorer.view.lock;
    let row = current ? Math.max(0, this.rows.indexOf(current.position)) : Math.floor(this.scroller.scrollTop / ROW);
    const started = Boolean(current);
    let column = Math.max(0, model.layers.indexOf(current?.layer ?? model.shown(explorer.view.layer, this.rows[row])));
    const page = Math.max(1, Math.floor((this.scroller.clientHeight - HEAD - PINNED) / ROW) - 1);
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-page, 0], PageDown: [page, 0], Home: [0, -1e6], End: [0, 1e6] };
    if (event.key in steps) {
      const [down, across] = started ? steps[event.key] : [0, 0];
      row = Math.max(0, Math.min(this.rows.length - 1, row + down));
      column = Math.max(0, Math.min(model.layers.length - 1, column + across));
      const place = { position: this.rows[row], layer: model.layers[column], from: 'keys' };
      this.#keepInView(row, column);
      this.pinnedHover = false;
      explorer.setHover(place);
      explorer.say();
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (current) {
        explorer.press({ position: current.position, layer: current.layer ?? model.layers[column] }, event.shiftKey);
      }
    } else {
      return;
    }

    event.preventDefault();
  }

  #keepInView(row, column) {
    const { scroller } = this;
    const top = row * ROW;
    const room = scroller.clientHeight - HEAD - PINNED;
    scroller.scrollTop = Math.min(top, Math.max(scroller.scrollTop, top + ROW - room));
    const left = column * this.column;
    scroller.scrollLeft = Math.min(left, Math.max(scroller.scrollLeft, left + this.column - (scroller.clientWidth - FIRST)));
  }
}
