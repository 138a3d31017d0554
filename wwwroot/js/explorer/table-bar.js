// The controls over the layers table.

import { CopySign } from './copy-sign.js';
import { Listeners, make, makeSelect } from './dom.js';
import { layerName } from './format.js';
import { findPlace } from './table-rows.js';
import { say } from './texts.js';

const strings = {
  title: say('Layers'),
  find: say('find token'),
  findLabel: say('Find a token among those read'),
  match: say('How the token is matched'),
  matches: [['contains', say('contains')], ['exact', say('exactly')], ['prefix', say('begins')], ['regex', say('regex')]],
  least: say('Least probability'),
  rows: say('Rows shown'),
  kinds: [['all', say('all positions')], ['patches', say('patches')], ['before', say('text before')], ['after', say('text after')], ['answer', say('answer')], ['text', say('all text')], ['found', say('lit rows')]],
  hide: say('hide filler'),
  first: say('First layer of the table'),
  last: say('Last layer of the table'),
  cells: say('Colour of the cells'),
  agreement: [say('not kept'), say('on top')],
  agreementNote: say('Where the last layer\'s top token stands: on top, second (half way), … not kept'),
  colours: [['confidence', say('confidence')], ['entropy', say('entropy')], ['agreement', say('agreement')]],
  go: say('go to r c'),
  goLabel: say('Go to a patch (row column) or a position (number)'),
  nowhere: say('There is no such patch or position.'),
  compare: say('compare'),
  compareTitle: say('Two layers side by side: what changed, the most changed first'),
  pairFirst: say('Compared layer A'),
  pairSecond: say('Compared layer B'),
  copy: 'TSV',
  copyTitle: say('Copy the table as it is shown, as tab-separated values'),
  failed: say('Not copied'),
};


/** The bar. */
export class TableBar {
  /** @param {() => string} asTsv The table as it is shown. */
  constructor(explorer, asTsv) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.find = make('input', { type: 'search', placeholder: strings.find, 'data-shortcut': '/', 'aria-label': strings.findLabel, maxlength: '200', autocomplete: 'off', spellcheck: 'false' });
    this.match = makeSelect(strings.match, strings.matches, (match) => explorer.setFind(explorer.view.find, match));
    this.least = make('input', { type: 'number', min: '0', max: '1', step: '0.05', placeholder: 'p ≥', 'aria-label': strings.least });
    this.found = make('output', { class: 'lx-found' });
    this.hide = make('input', { type: 'checkbox' });
    this.rows = makeSelect(strings.rows, strings.kinds, (rows) => explorer.change({ rows }));
    this.first = makeSelect(strings.first, [], () => this.#setColumns());
    this.last = makeSelect(strings.last, [], () => this.#setColumns());
    this.cells = makeSelect(strings.cells, strings.colours, (cells) => explorer.change({ cells }));
    this.low = make('span');
    this.high = make('span');
    this.ramp = make('span', { class: 'lx-ramp', 'aria-hidden': 'true' });
    this.key = make('span', { class: 'lx-legend', role: 'img' }, this.low, this.ramp, this.high);
    this.go = make('input', { type: 'search', class: 'lx-go', placeholder: strings.go, 'aria-label': strings.goLabel, maxlength: '20', autocomplete: 'off' });
    this.compare = make('button', { type: 'button', class: 'lx-button', title: strings.compareTitle, 'aria-pressed': 'false' }, strings.compare);
    this.pairFirst = makeSelect(strings.pairFirst, [], () => this.#setPair());
    this.pairSecond = makeSelect(strings.pairSecond, [], () => this.#setPair());
    this.pair = make('span', { class: 'lx-field' }, this.pairFirst, '→', this.pairSecond);
    this.range = make('span', { class: 'lx-field' }, this.first, '–', this.last);
    this.copy = make('button', { type: 'button', class: 'lx-button', title: strings.copyTitle }, strings.copy);
    this.copied = new CopySign(this.copy);
    this.element = make('div', { class: 'lx-table-bar' }, make('h2', {}, strings.title), this.find, this.match, this.least, this.found, make('span', { class: 'lx-spacer' }),
      this.rows, make('label', { class: 'lx-check' }, this.hide, strings.hide), this.range, this.pair, this.compare, this.cells, this.key, this.go, this.copy);
    this.#listen(asTsv);
  }

  /** Shows the view. @param {string} found What is said about the rows found. */
  fill(found) {
    const { model, view } = this.explorer;
    this.#fillLayers(model);
    const write = (field, value) => {
      if (document.activeElement !== field && field.value !== value) {
        field.value = value;
      }
    };
    write(this.find, view.find);
    write(this.least, view.least === 0 ? '' : String(view.least));
    this.match.value = view.match;
    this.rows.value = view.rows;
    this.hide.checked = view.hide;
    this.cells.value = view.cells;
    this.cells.options[1].disabled = !model.hasEntropy;
    this.#fillKey(view, this.explorer.theme);
    const [from, to] = view.columns ?? [model.layers[0] ?? 0, model.layers.at(-1) ?? 0];
    this.first.value = String(model.layers.find((layer) => layer >= from) ?? '');
    this.last.value = String(model.layers.findLast((layer) => layer <= to) ?? '');
    this.pair.hidden = view.pair === null;
    this.range.hidden = view.pair !== null;
    this.compare.setAttribute('aria-pressed', String(view.pair !== null));
    if (view.pair) {
      [this.pairFirst.value, this.pairSecond.value] = view.pair.map(String);
    }

    this.found.textContent = this.explorer.findError ?? found;
    this.found.classList.toggle('lx-error', this.explorer.findError !== null);
    this.find.setAttribute('aria-invalid', String(this.explorer.findError !== null));
  }

  #fillKey(view, theme) {
    const [low, high] = view.cells === 'agreement' ? strings.agreement : this.explorer.scaleOf(view.cells).ends(true);
    this.low.textContent = low;
    this.high.textContent = high + (view.cells === 'entropy' ? ` ${say('bit')}` : '');
    this.ramp.style.background = theme.sure.gradient;
    this.key.title = view.cells === 'agreement' ? strings.agreementNote : '';
    this.key.setAttribute('aria-label', say('Colours of the cells: {0} from {1} to {2}', say(view.cells), low, high));
  }

  dispose() {
    this.copied.dispose();
    this.listeners.dispose();
  }

  #fillLayers(model) {
    if (this.first.options.length !== model.layers.length) {
      for (const select of [this.first, this.last, this.pairFirst, this.pairSecond]) {
        select.replaceChildren(...model.layers.map((layer) => make('option', { value: String(layer) }, layerName(layer))));
      }
    }
  }

  #setColumns() {
    const { model } = this.explorer;
    const from = Number(this.first.value);
    const to = Number(this.last.value);
    const columns = [Math.min(from, to), Math.max(from, to)];
    this.explorer.change({ columns: columns[0] === model.layers[0] && columns[1] === model.layers.at(-1) ? null : columns });
  }

  #setPair() {
    const pair = [Number(this.pairFirst.value), Number(this.pairSecond.value)];
    this.explorer.change({ pair: pair[0] === pair[1] ? this.explorer.view.pair : pair });
  }

  #listen(asTsv) {
    const { listeners, explorer } = this;
    listeners.on(this.find, 'input', () => explorer.setFind(this.find.value, explorer.view.match));
    listeners.on(this.least, 'input', () => {
      const least = Number(this.least.value);
      explorer.change({ least: least > 0 && least <= 1 ? least : 0 });
    });
    listeners.on(this.hide, 'change', () => explorer.change({ hide: this.hide.checked }));
    listeners.on(this.compare, 'click', () => {
      const { model, view } = explorer;
      const last = model.layers.at(-1);
      const other = view.layer !== null && view.layer !== last ? view.layer : model.layers[Math.max(0, model.layers.length - 2)];
      explorer.change({ pair: view.pair ? null : other === last ? null : [other, last] }, true);
    });
    listeners.on(this.go, 'keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        const position = findPlace(explorer.model, this.go.value);
        this.go.setCustomValidity(position === null ? strings.nowhere : '');
        this.go.reportValidity();
        if (position !== null) {
          explorer.goTo(position);
        }
      }
    });
    listeners.on(this.go, 'input', () => this.go.setCustomValidity(''));
    listeners.on(this.copy, 'click', async () => this.copied.show(await explorer.copyText(asTsv()), strings.failed));
  }
}
