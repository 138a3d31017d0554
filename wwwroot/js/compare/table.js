// The positions that differ most: A reads …, B reads …

import { CopySign } from '../explorer/copy-sign.js';
import { CHANGED, Listeners, make, makeSelect } from '../explorer/dom.js';
import { fillToken, formatProbability, layerName, placeName } from '../explorer/format.js';
import { say } from '../explorer/texts.js';
import { rankPositions, rowsAsText } from './ranking.js';
import { formatDifference, inBits, strings, units } from './strings.js';

// What has more rows than this belongs into a file: the copies have all of them.
const MOST = 200;

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
  }

  draw(flags) {
    const { comparison } = this;
    const { view } = comparison;
    if (flags & (CHANGED.DATA | CHANGED.LAYER)) {
      this.#fill();
    }

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
    this.copied.forEach((sign) => sign.dispose());
    this.listeners.dispose();
  }

  #fill() {
    const { comparison } = this;
    const { view, reference, against, others } = comparison;
    const pair = comparison.pairOf(against.index);
    const key = [view.measure, view.token, view.layer, view.align, view.rows, view.over, view.sort, view.grid, reference.index, against.index, reference.model.version, against.model.version, comparison.isWhole].join('|');
    if (this.filled === key) {
      return;
    }

    this.filled = key;
    this.litNow = this.lockedNow = undefined;
    this.against.hidden = others.length < 2;
    this.against.replaceChildren(...others.map((pane) => make('option', { value: String(pane.index) }, say('{0} against {1}', pane.letter, reference.letter))));
    this.against.value = String(against.index);
    this.rowsSelect.value = view.rows;
    this.over.value = view.over;
    this.rows = rankPositions(pair, view, reference.model.effectiveWindow);
    this.#fillHead(reference, against);
    const shown = this.rows.slice(0, MOST);
    this.count.textContent = this.rows.length > MOST ? say('{0} of {1}', MOST, this.rows.length) : String(this.rows.length);
    this.empty.hidden = this.rows.length > 0;
    this.table.hidden = this.rows.length === 0;
    this.body.replaceChildren(...shown.map((row, at) => this.#makeRow(row, pair, at)));
  }

  #fillHead(reference, against) {
    const { view } = this.comparison;
    const sorts = [['place', say('position')], ['first', say('{0} reads', reference.letter)], [null, 'p'], ['second', say('{0} reads', against.letter)], [null, 'p'], [null, 'Δ p', say('of the top tokens')], [null, say('KL ≥, bit')], ['difference', view.measure === 'changed' || view.measure === 'kl' || view.measure === 'confidence' ? say('difference') : `${strings.measures.find(([id]) => id === view.measure)[1]}${inBits(view.measure) ? `, ${units[view.measure]}` : ''}`]];
    this.head.replaceChildren(...sorts.map(([sort, text, title]) => {
      if (sort === null) {
        return make('th', { scope: 'col', class: 'lc-number', title: title ?? false }, text);
      }

      const button = make('button', { type: 'button', class: 'lx-link' }, text, view.sort === sort ? (sort === 'difference' ? ' ▾' : ' ▴') : '');
      button.addEventListener('click', () => this.comparison.change({ sort }, true));
      return make('th', { scope: 'col', class: sort === 'difference' ? 'lc-number' : false, 'aria-sort': view.sort === sort ? (sort === 'difference' ? 'descending' : 'ascending') : 'none' }, button);
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
    return make('tr', { 'data-position': String(row.position), tabindex: at === 0 ? '0' : '-1', 'aria-selected': 'false' },
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
