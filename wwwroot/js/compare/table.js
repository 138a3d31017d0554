// The positions that differ most: A reads …, B reads …

import { CopySign } from '../explorer/copy-sign.js';
import { CHANGED, Listeners, make, makeSelect } from '../explorer/dom.js';
import { fillToken, formatProbability, layerName, placeName } from '../explorer/format.js';
import { say } from '../explorer/texts.js';
import { isDescending, rankPositions, rowsAsText } from './ranking.js';
import { formatDifference, inBits, strings, units } from './strings.js';

// Rows come as they are scrolled to.
const ROWS_AT_ONCE = 40;
const AHEAD = 400; // px

// The pictures answer a step through the layers at once; the table follows where the steps rest.
const RESTS_AFTER = 120; // ms

/** The table under the pictures. */
export class TablePart {
  constructor(comparison) {
    this.comparison = comparison;
    this.listeners = new Listeners();
    this.rows = [];
    this.rowsSelect = makeSelect(strings.rowsLabel, strings.rows, (rows) => comparison.change({ rows }, true));
    this.over = makeSelect(strings.overLabel, strings.over, (over) => comparison.change({ over }, true));
    this.against = makeSelect(strings.against, [], (index) => comparison.change({ against: Number(index) }, true));
    this.count = make('span', { class: 'lx-hint' });
    this.copied = [];
    const copy = (text, separator) => {
      const button = make('button', { type: 'button', class: 'lx-button' }, text);
      const sign = new CopySign(button);
      this.copied.push(sign);
      this.listeners.on(button, 'click', async () => sign.show(await this.#copy(separator), strings.rowsNotCopied));
      return button;
    };
    this.head = make('tr');
    this.body = make('tbody');
    this.table = make('table', { class: 'lc-table' }, make('thead', {}, this.head), this.body);
    this.empty = make('p', { class: 'lx-hint' }, strings.noRows);
    this.scroller = make('div', { class: 'lc-table-box', tabindex: '0', role: 'group', 'aria-label': strings.table }, this.table, this.empty);
    this.element = make('section', { class: 'lc-differences', 'aria-label': strings.table },
      make('div', { class: 'lx-table-bar lc-table-bar' }, make('h2', {}, strings.table), this.against, this.rowsSelect, this.over, this.count, make('span', { class: 'lx-spacer' }), copy(strings.tsv, '\t'), copy(strings.csv, ',')),
      this.scroller);
    this.listeners.on(this.body, 'pointerover', (event) => this.#point(event));
    this.listeners.on(this.body, 'pointerleave', () => comparison.setHover(null));
    this.listeners.on(this.body, 'click', (event) => {
      const row = this.#rowOf(event.target);
      if (row) {
        comparison.press({ pane: comparison.view.reference, position: row.position });
      }
    });
    this.listeners.on(this.body, 'keydown', (event) => this.#onKey(event));
    this.listeners.on(this.scroller, 'scroll', () => this.#fillAhead());
  }

  draw(flags) {
    const { comparison } = this;
    const { view } = comparison;
    if (flags & (CHANGED.DATA | CHANGED.LAYER)) {
      this.#follow();
    }

    this.#mark();
  }

  #mark() {
    const { comparison } = this;
    const { view } = comparison;
    const place = comparison.hover ?? view.lock;
    const lit = place ? comparison.positionIn(view.reference, place) : null;
    const locked = view.lock ? comparison.positionIn(view.reference, view.lock) : null;
    if (this.litNow !== lit || this.lockedNow !== locked) {
      this.litNow = lit;
      this.lockedNow = locked;
      for (const line of this.body.children) {
        line.classList.toggle('lx-lit', Number(line.dataset.position) === lit);
        line.setAttribute('aria-selected', String(Number(line.dataset.position) === locked));
      }
    }
  }

  dispose() {
    clearTimeout(this.resting);
    this.copied.forEach((sign) => sign.dispose());
    this.listeners.dispose();
  }

  // Where nothing but the layer is another than that of the rows, they wait until it rests.
  #follow() {
    const { view, reference, against, isWhole } = this.comparison;
    const key = [view.measure, view.token, view.align, view.rows, view.over, view.sort, view.grid, reference.index, against.index, reference.model.version, against.model.version, isWhole].join('|');
    clearTimeout(this.resting);
    if (this.filled !== key || view.over === 'window' || this.filledLayer === view.layer) {
      if (this.filled !== key) {
        this.filled = key;
        this.#fill();
      }

      this.element.removeAttribute('aria-busy');
    } else {
      this.element.setAttribute('aria-busy', 'true');
      this.resting = setTimeout(() => {
        this.#fill();
        this.#mark();
        this.element.removeAttribute('aria-busy');
      }, RESTS_AFTER);
    }
  }

  #fill() {
    const { comparison } = this;
    const { view, reference, against, others } = comparison;
    const pair = comparison.pairOf(against.index);
    this.filledLayer = view.layer;
    this.against.hidden = others.length < 2;
    this.against.replaceChildren(...others.map((pane) => make('option', { value: String(pane.index) }, say('{0} against {1}', pane.letter, reference.letter))));
    this.against.value = String(against.index);
    this.rowsSelect.value = view.rows;
    this.over.value = view.over;
    this.rows = rankPositions(pair, view, reference.model.effectiveWindow);
    this.#fillHead(reference, against);
    this.count.textContent = String(this.rows.length);
    this.table.setAttribute('aria-rowcount', String(this.rows.length + 1));
    this.empty.hidden = this.rows.length > 0;
    this.table.hidden = this.rows.length === 0;
    this.body.replaceChildren();
    this.scroller.scrollTop = 0;
    this.#fillMore();
    this.#fillAhead();
  }

  // The next rows; whether there are any.
  #fillMore() {
    const { comparison } = this;
    const from = this.body.children.length;
    const next = this.rows.slice(from, from + ROWS_AT_ONCE);
    const pair = comparison.pairOf(comparison.against.index);
    this.body.append(...next.map((row, at) => this.#makeRow(row, pair, from + at)));
    this.litNow = this.lockedNow = undefined;
    return next.length > 0;
  }

  #fillAhead() {
    const { scroller } = this;
    while (scroller.scrollTop + scroller.clientHeight + AHEAD > scroller.scrollHeight && this.#fillMore()) {
      this.#mark();
    }
  }

  #fillHead(reference, against) {
    const { view } = this.comparison;
    const sorts = [['place', say('position')], ['first', say('{0} reads', reference.letter)], ['first-p', 'p'], ['second', say('{0} reads', against.letter)], ['second-p', 'p'], ['confidence', 'Δ p', say('of the top tokens')], ['kl', say('KL ≥, bit')], ['difference', view.measure === 'changed' || view.measure === 'kl' || view.measure === 'confidence' ? say('difference') : `${strings.measures.find(([id]) => id === view.measure)[1]}${inBits(view.measure) ? `, ${units[view.measure]}` : ''}`]];
    this.head.replaceChildren(...sorts.map(([sort, text, title]) => {
      const isNumber = isDescending(sort);
      const button = make('button', { type: 'button', class: 'lx-link', title: title ?? false }, text, view.sort === sort ? (isNumber ? ' ▾' : ' ▴') : '');
      button.addEventListener('click', () => this.comparison.change({ sort }, true));
      return make('th', { scope: 'col', class: isNumber ? 'lc-number' : false, 'aria-sort': view.sort === sort ? (isNumber ? 'descending' : 'ascending') : 'none' }, button);
    }));
  }

  #makeRow(row, pair, at) {
    const { view } = this.comparison;
    const token = (model, { id }) => {
      const span = make('span');
      fillToken(span, model, id);
      return span;
    };
    const layer = ({ layer: each }) => make('span', { class: 'lc-layer' }, each >= 0 ? layerName(each) : '');
    return make('tr', { 'data-position': String(row.position), tabindex: at === 0 ? '0' : '-1', 'aria-selected': 'false', 'aria-rowindex': String(at + 2) },
      make('th', { scope: 'row' }, placeName(pair.first, row.position)),
      make('td', {}, token(pair.first, row.first), layer(row.first)), make('td', { class: 'lc-number' }, formatProbability(row.first.probability)),
      make('td', {}, token(pair.second, row.second), layer(row.second)), make('td', { class: 'lc-number' }, formatProbability(row.second.probability)),
      make('td', { class: 'lc-number' }, formatDifference('confidence', row.confidence)), make('td', { class: 'lc-number' }, formatDifference('kl', row.divergence).replace('≥ ', '')),
      make('td', { class: 'lc-number' }, formatDifference(view.measure, row.value)));
  }

  #rowOf(target) {
    const line = target instanceof Element ? target.closest('tr') : null;
    return line ? this.rows.find(({ position }) => position === Number(line.dataset.position)) : null;
  }

  #point(event) {
    const row = this.#rowOf(event.target);
    this.comparison.setHover(row ? { pane: this.comparison.view.reference, position: row.position, from: 'table' } : null);
  }

  #onKey(event) {
    const line = event.target.closest('tr');
    if (event.key === 'ArrowDown' && !line?.nextElementSibling) {
      this.#fillMore();
    }

    const next = { ArrowDown: line?.nextElementSibling, ArrowUp: line?.previousElementSibling }[event.key];
    if (event.key === 'Enter' && line) {
      this.comparison.press({ pane: this.comparison.view.reference, position: Number(line.dataset.position) });
    } else if (next) {
      line.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      this.comparison.setHover({ pane: this.comparison.view.reference, position: Number(next.dataset.position), from: 'keys' });
      this.comparison.say();
    } else {
      return;
    }

    event.preventDefault();
  }

  #copy(separator) {
    const { comparison } = this;
    const { reference, against, view } = comparison;
    return comparison.copyText(rowsAsText(comparison.pairOf(against.index), this.rows, view.measure, [reference.letter, against.letter], separator));
  }
}
