// What stands in the inspector while nothing is pointed at: the tokens that most patches read as, each lighting its patches.

import { Listeners, make } from './dom.js';
import { fillToken, layerPhrase } from './format.js';
import { say, sayCount } from './texts.js';

const ROWS = 10;

/** The most frequent top tokens of the patches at what is shown. */
export class OverviewPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.rows = [];
    this.title = make('div', { class: 'lx-inspector-title' });
    this.note = make('div', { class: 'lx-inspector-note' });
    this.list = make('ol', { class: 'lx-tokens lx-tokens-counted', 'aria-label': say('Most frequent tokens') });
    this.element = make('div', { class: 'lx-inspector-overview' }, this.title, this.note, this.list);
  }

  /** Fills the rows; hides itself while nothing has been read. */
  fill() {
    const { model, view } = this.explorer;
    const counted = model.mostRead(view.layer);
    this.element.hidden = counted.length === 0;
    if (counted.length === 0) {
      return;
    }

    const read = counted.reduce((sum, { count }) => sum + count, 0);
    this.title.replaceChildren(make('strong', {}, say('What the patches read')), view.layer === null ? ` · ${say('each at its best layer')}` : ` · ${say('at {0}', layerPhrase(view.layer))}`);
    this.note.textContent = sayCount('top token of {0} patch|top token of {0} patches', read) + (counted.length > ROWS ? ` · ${sayCount('{0} rarer one not listed|{0} rarer ones not listed', counted.length - ROWS)}` : '');
    while (this.rows.length < Math.min(ROWS, counted.length)) {
      this.#addRow();
    }

    const { pinned } = this.explorer;
    this.rows.forEach((row, at) => {
      row.element.hidden = at >= counted.length;
      if (at < counted.length) {
        const { id, count } = counted[at];
        if (row.id !== id) {
          row.id = id;
          fillToken(row.token, model, id);
        }

        row.bar.style.width = `${100 * (count / counted[0].count)}%`;
        row.number.textContent = String(count);
        row.element.classList.toggle('lx-filler', model.isFiller(id));
        row.element.classList.toggle('lx-lit', this.explorer.lit()?.ids.has(id) ?? false);
        row.button.setAttribute('aria-pressed', String(pinned !== null && pinned.size === 1 && pinned.has(id)));
      }
    });
  }

  dispose() {
    this.listeners.dispose();
  }

  #addRow() {
    const { explorer } = this;
    const token = make('span');
    const bar = make('span', { class: 'lx-bar' });
    const number = make('span', { class: 'lx-number' });
    const button = make('button', { type: 'button', class: 'lx-token-row', title: say('Light up where this token is read; a click keeps it lit') }, token, make('span', { class: 'lx-bar-box' }, bar), number);
    const element = make('li', {}, button);
    const row = { element, button, token, bar, number, id: null };
    const ids = () => new Set([row.id]);
    this.listeners.on(button, 'pointerenter', () => explorer.setEmphasis(ids()));
    this.listeners.on(button, 'pointerleave', () => explorer.setEmphasis(null));
    this.listeners.on(button, 'focus', () => explorer.setEmphasis(ids()));
    this.listeners.on(button, 'blur', () => explorer.setEmphasis(null));
    this.listeners.on(button, 'click', () => explorer.pinEmphasis(ids()));
    this.rows.push(row);
    this.list.append(element);
  }
}
