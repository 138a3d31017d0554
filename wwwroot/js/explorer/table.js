// Positions × layers. One canvas of the size of the window on it: only the cells in sight are drawn, and the head and the first column stay.
// The first row under the head always shows the position that is pointed at or locked, so that nothing has to scroll to be read.

import { pressOrOpen } from './atlas-link.js';
import { NONE } from './criteria.js';
import { CHANGED, Listeners, fitCanvas, make, WatchedSize } from './dom.js';
import { fillToken, formatProbability, layerPhrase, placeName, placePhrase } from './format.js';
import { TableBar } from './table-bar.js';
import { tableAsTsv } from './table-copy.js';
import { FIRST, HEAD, PINNED, ROW, TablePainter } from './table-draw.js';
import { chooseColumns, chooseRows, filtersCells, passes } from './table-rows.js';
import { say, sayCount } from './texts.js';

const strings = { keys: say('Arrow keys move over the cells, Enter locks, full stop pins the token, Escape frees.'), none: say('No position passes the filter.'), normed: say('double-normed') };

const NARROWEST = 74;
const WIDEST = 320;

/** The layers table. */
export class TablePart {
  constructor(explorer) {
    this.explorer = explorer;
    this.rows = [];
    this.columns = [];
    this.changes = null;
    this.places = new Map();
    this.listeners = new Listeners();
    this.bar = new TableBar(explorer, () => tableAsTsv(explorer.model, this.rows, this.columns, this.changes));
    this.painter = new TablePainter(explorer, this);
    this.base = make('canvas', { 'aria-hidden': 'true' });
    this.ariaCell = make('div', { role: 'gridcell', id: 'lx-table-cell' });
    this.ariaRow = make('div', { role: 'row' }, this.ariaCell);
    this.canvas = make('canvas', { class: 'lx-table-marks', tabindex: '0', role: 'grid', 'aria-roledescription': say('table of positions and layers'), 'aria-readonly': 'true' }, this.ariaRow);
    this.sheet = make('div', { class: 'lx-sheet' }, this.base, this.canvas);
    this.spacer = make('div', { class: 'lx-spread' });
    this.scroller = make('div', { class: 'lx-table' }, this.spacer, this.sheet);
    this.none = make('p', { class: 'lx-hint lx-table-none', hidden: true }, strings.none);
    this.tip = make('div', { class: 'lx-tip lx-table-tip', hidden: true, 'aria-hidden': 'true' });
    this.element = make('section', { class: 'lx-layers', 'aria-label': say('Layers') }, this.bar.element, this.scroller, this.none, this.tip);
    this.size = new WatchedSize(this.scroller, () => explorer.invalidate(CHANGED.LOOK));
    this.pointer = null;
    this.#listen();
  }

  draw(flags) {
    const { explorer } = this;
    const { model, view } = explorer;
    const { width, height } = this.size;
    if (!model || width === 0 || height === 0) {
      return;
    }

    const byLight = view.rows === 'found';
    if (flags & (CHANGED.DATA | CHANGED.LAYER) || byLight) {
      this.#choose();
      this.bar.fill(this.#found());
    }

    this.column = Math.max(NARROWEST, Math.min(WIDEST, (width - FIRST) / Math.max(1, this.columns.length)));
    this.spacer.style.width = `${Math.floor(FIRST + this.columns.length * this.column)}px`;
    this.spacer.style.height = `${HEAD + PINNED + this.rows.length * ROW}px`;
    if (flags & ~CHANGED.MARK || byLight) {
      this.painter.prepare();
      const context = fitCanvas(this.base, width, height);
      context.fillStyle = explorer.theme.surface;
      context.fillRect(0, 0, width, height);
      context.textBaseline = 'middle';
      this.painter.drawRows(context, width, height, this.scroller);
      this.painter.drawHead(context, width, height, this.scroller.scrollLeft);
    }

    this.#drawMarks(width, height);
  }

  /** Brings a position's row into sight, and a layer's column if one is named. */
  reveal(position, layer = null) {
    const at = this.#rowOf(position);
    if (at < 0) {
      return;
    }

    const column = this.columns.findIndex((shown) => shown.layer !== null && shown.layer === layer);
    if (column >= 0) {
      this.#keepColumnInView(column);
    }

    const top = at * ROW;
    const room = this.size.height - HEAD - PINNED;
    if (top < this.scroller.scrollTop || top + ROW > this.scroller.scrollTop + room) {
      this.scroller.scrollTop = Math.max(0, top - Math.floor(room / 2));
    }
  }

  /** A column's left edge and width. Columns share the width evenly, so their edges fall between pixels; cells are drawn on whole ones, without gaps. */
  cell(at, scrollLeft) {
    const left = Math.round(FIRST + at * this.column - scrollLeft);
    return [left, Math.round(FIRST + (at + 1) * this.column - scrollLeft) - left];
  }

  dispose() {
    this.size.stop();
    this.bar.dispose();
    this.listeners.dispose();
  }

  #choose() {
    const { explorer } = this;
    const { model, view } = explorer;
    const lit = view.rows === 'found' ? explorer.lit()?.positions ?? null : null;
    this.columns = chooseColumns(model, view);
    const { rows, changes } = chooseRows(model, view, this.columns, explorer.foundIds, lit);
    this.rows = rows;
    this.changes = changes;
    this.places = new Map(rows.map((position, at) => [position, at]));
    this.none.hidden = rows.length > 0 || model.count === 0;
    this.canvas.setAttribute('aria-rowcount', String(rows.length));
    this.canvas.setAttribute('aria-colcount', String(this.columns.length));
    this.canvas.setAttribute('aria-label', view.pair
      ? `${say('What {0} positions read at {1} and at {2}, the most changed first.', rows.length, layerPhrase(view.pair[0]), layerPhrase(view.pair[1]))} ${strings.keys}`
      : `${say('Top tokens of {0} positions at {1} layers.', rows.length, this.columns.length)} ${strings.keys}`);
  }

  #found() {
    const { model, view } = this.explorer;
    if (view.pair && this.changes) {
      const changed = [...this.changes.values()].filter(({ changed: other }) => other).length;
      return say('{0} of {1} read another token', changed, this.rows.length);
    }

    return filtersCells(view) || view.hide || view.rows !== 'all' ? sayCount('{1} of {0} position|{1} of {0} positions', model.count, this.rows.length) : '';
  }

  #rowOf(position) {
    return this.places.get(position) ?? -1;
  }

  #drawMarks(width, height) {
    const { explorer } = this;
    const { view, hover, theme } = explorer;
    const context = fitCanvas(this.canvas, width, height);
    const { scrollLeft, scrollTop } = this.scroller;
    context.clearRect(0, 0, width, height);
    context.textBaseline = 'middle';
    context.save();
    context.beginPath();
    context.rect(0, HEAD + PINNED, width, height);
    context.clip();
    const y = (at) => HEAD + PINNED + at * ROW - scrollTop;
    const from = Math.max(0, Math.floor(scrollTop / ROW));
    const to = Math.min(this.rows.length, Math.ceil((scrollTop + height - HEAD - PINNED) / ROW));
    this.#markLit(context, y, from, to, scrollLeft, width);
    const markRow = (index, colour, thick) => {
      const at = index === undefined ? -1 : this.#rowOf(index);
      if (at >= from - 1 && at <= to) {
        context.strokeStyle = colour;
        context.lineWidth = thick;
        context.strokeRect(thick / 2, y(at) - 1 + thick / 2, width - thick, ROW - thick + 0.5);
      }
    };
    context.fillStyle = theme.accent;
    for (let at = from; at < to; at++) {
      if (explorer.collectedSet.has(this.rows[at])) {
        context.fillRect(0, y(at) + 5, 4, 9);
      }
    }

    markRow(hover?.position, theme.inkSoft, 1);
    markRow(view.lock?.position, theme.accent, 2);
    this.#markCell(context, hover, theme.ink, y, scrollLeft, width);
    this.#markCell(context, view.lock, theme.accent, y, scrollLeft, width);
    context.restore();
    this.painter.drawPinned(context, explorer.place(), width, scrollLeft);
    this.#fillTip();
    this.#describeCell();
  }

  #markLit(context, y, from, to, scrollLeft, width) {
    const { model, view, theme, foundIds } = this.explorer;
    const lit = this.explorer.lit();
    if (!lit) {
      return;
    }

    // What was found is outlined where it passes the whole filter.
    const isLit = lit.ids === foundIds ? (layer, index) => passes(model, view, foundIds, layer, index) : (layer, index) => lit.ids.has(model.id(layer, index));

    for (let at = from; at < to; at++) {
      const index = this.rows[at];
      if (lit.positions.has(index)) {
        context.fillStyle = theme.accent;
        context.fillRect(FIRST - 5, y(at) + 2, 4, ROW - 5);
      }

      context.strokeStyle = theme.accent;
      context.lineWidth = 2;
      this.columns.forEach(({ layer }, column) => {
        const [x, cell] = this.cell(column, scrollLeft);
        if (layer !== null && x > FIRST - cell && x < width && isLit(layer, index)) {
          context.strokeRect(Math.max(FIRST, x) + 1, y(at) + 1, cell - 3 - Math.max(0, FIRST - x), ROW - 3);
        }
      });
    }
  }

  #markCell(context, place, colour, y, scrollLeft, width) {
    const at = place && place.layer !== null ? this.#rowOf(place.position) : -1;
    const column = at < 0 ? -1 : this.columns.findIndex(({ layer }) => layer === place.layer);
    if (column < 0) {
      return;
    }

    const [x, cell] = this.cell(column, scrollLeft);
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
      const facts = [placeName(model, hover.position), layerPhrase(hover.layer)];
      if (model.isLegacy(hover.layer)) {
        facts.push(strings.normed);
      }

      // What a whole file lacks is said in the inspector, not at every cell.
      if (!Number.isNaN(entropy)) {
        facts.push(say('{0} bit', entropy.toFixed(2)));
      }

      this.tip.replaceChildren(make('div', { class: 'lx-tip-head' }, facts.join(' · ')), ...rows);
    }

    // Beside the cell, and above the table's lower edge where there is no room below it.
    const bounds = this.scroller.getBoundingClientRect();
    const column = this.columns.findIndex(({ layer }) => layer === hover.layer);
    const row = this.pinnedHover ? null : this.#rowOf(hover.position);
    const left = bounds.left + FIRST + (column + 1) * this.column - this.scroller.scrollLeft + 6;
    const top = bounds.top + (row === null ? HEAD : HEAD + PINNED + row * ROW - this.scroller.scrollTop);
    const { offsetWidth, offsetHeight } = this.tip;
    const x = left + offsetWidth > window.innerWidth - 8 ? left - this.column - offsetWidth - 12 : left;
    const y = Math.max(8, Math.min(top, window.innerHeight - offsetHeight - 8));
    this.tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  // The cell the keys are on, for those who listen: canvas pixels say nothing.
  #describeCell() {
    const { model, view, hover } = this.explorer;
    const place = hover ?? view.lock;
    const row = place ? this.#rowOf(place.position) : -1;
    const column = row < 0 ? -1 : this.columns.findIndex(({ layer }) => layer === place.layer);
    if (column < 0) {
      this.canvas.removeAttribute('aria-activedescendant');
      return;
    }

    const read = model.isRead(place.layer, place.position);
    this.ariaRow.setAttribute('aria-rowindex', String(row + 1));
    this.ariaCell.setAttribute('aria-colindex', String(column + 1));
    this.ariaCell.textContent = `${placePhrase(model, place.position)}, ${layerPhrase(place.layer)}: ${read ? `${model.display(model.id(place.layer, place.position))} ${formatProbability(model.probability(place.layer, place.position))}` : say('not read yet')}`;
    this.canvas.setAttribute('aria-activedescendant', this.ariaCell.id);
  }

  #hit(x, y) {
    const column = x < FIRST ? -1 : Math.floor((x - FIRST + this.scroller.scrollLeft) / this.column);
    const layer = column < 0 ? null : this.columns[column]?.layer ?? null;
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
        pressOrOpen(explorer, { position: hit.position, layer: hit.layer }, event);
      }
    });
    listeners.on(canvas, 'keydown', (event) => this.#onKey(event));
    listeners.on(canvas, 'blur', () => {
      if (explorer.hover?.from === 'keys') {
        explorer.setHover(null);
      }
    });
  }

  #onKey(event) {
    const { explorer } = this;
    const { model } = explorer;
    if (!model || this.rows.length === 0 || ((event.ctrlKey || event.metaKey) && event.key !== 'Enter') || event.altKey) {
      return;
    }

    const current = explorer.hover ?? explorer.view.lock;
    let row = current ? Math.max(0, this.#rowOf(current.position)) : Math.floor(this.scroller.scrollTop / ROW);
    const started = Boolean(current);
    const shown = current?.layer ?? model.shown(explorer.view.layer, this.rows[row]);
    let column = Math.max(0, this.columns.findIndex(({ layer }) => layer === shown && layer !== NONE));
    const page = Math.max(1, Math.floor((this.scroller.clientHeight - HEAD - PINNED) / ROW) - 1);
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-page, 0], PageDown: [page, 0], Home: [0, -1e6], End: [0, 1e6] };
    if (event.key in steps) {
      const [down, across] = started ? steps[event.key] : [0, 0];
      const layers = this.columns.filter(({ layer }) => layer !== null).length;
      row = Math.max(0, Math.min(this.rows.length - 1, row + down));
      column = Math.max(0, Math.min(layers - 1, column + across));
      this.#keepInView(row, column);
      this.pinnedHover = false;
      explorer.setHover({ position: this.rows[row], layer: this.columns[column].layer, from: 'keys' });
      explorer.say();
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (current) {
        pressOrOpen(explorer, { position: current.position, layer: current.layer ?? this.columns[column].layer }, event);
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
    this.#keepColumnInView(column);
  }

  #keepColumnInView(column) {
    const { scroller } = this;
    const left = column * this.column;
    scroller.scrollLeft = Math.min(left, Math.max(scroller.scrollLeft, left + this.column - (scroller.clientWidth - FIRST)));
  }
}
