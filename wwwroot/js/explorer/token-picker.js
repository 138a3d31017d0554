// A field that finds tokens of the checkpoint by their text and takes one.

import { Listeners, make } from './dom.js';
import { fillToken } from './format.js';
import { say } from './texts.js';
import { makeTokenTest } from './token-filter.js';

const strings = { none: say('no such token') };

const MOST = 8;

let pickers = 0;

/** A combobox over the token table. Words are meant as their beginning: "cat" finds ␣cat first; #512 is an id. */
export class TokenPicker {
  /** @param {{label: string, placeholder: string, onPick: (id: number) => void}} options */
  constructor(explorer, { label, placeholder, onPick }) {
    this.explorer = explorer;
    this.onPick = onPick;
    this.found = [];
    this.at = 0;
    this.id = `lx-picker-${++pickers}`;
    this.listeners = new Listeners();
    this.input = make('input', {
      type: 'search', class: 'lx-picker-input', role: 'combobox', placeholder, maxlength: '60', autocomplete: 'off', spellcheck: 'false',
      'aria-label': label, 'aria-expanded': 'false', 'aria-autocomplete': 'list', 'aria-controls': this.id,
    });
    this.list = make('ul', { class: 'lx-picker-list', role: 'listbox', id: this.id, 'aria-label': label, hidden: true });
    this.element = make('span', { class: 'lx-picker' }, this.input, this.list);
    this.listeners.on(this.input, 'input', () => this.#search());
    this.listeners.on(this.input, 'focus', () => this.#search());
    this.listeners.on(this.input, 'blur', () => this.#close());
    this.listeners.on(this.input, 'keydown', (event) => this.#onKey(event));
  }

  dispose() {
    this.listeners.dispose();
  }

  #search() {
    const { model } = this.explorer;
    const text = this.input.value.trim();
    this.found = model && text !== '' ? findTokens(model, text) : [];
    this.at = 0;
    this.list.hidden = text === '';
    this.input.setAttribute('aria-expanded', String(text !== ''));
    this.list.replaceChildren(...(this.found.length === 0 ? [make('li', { class: 'lx-hint' }, strings.none)] : this.found.map((id, at) => {
      const token = make('span');
      fillToken(token, model, id);
      const option = make('li', { role: 'option', id: `${this.id}-${at}` }, token, make('span', { class: 'lx-picker-id' }, `#${id}`));

      // Before the field loses the focus.
      option.addEventListener('pointerdown', (event) => {
        event.preventDefault();
        this.#take(id);
      });
      return option;
    })));
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === this.at)));
    if (this.found.length > 0) {
      this.input.setAttribute('aria-activedescendant', `${this.id}-${this.at}`);
    } else {
      this.input.removeAttribute('aria-activedescendant');
    }
  }

  #take(id) {
    this.input.value = '';
    this.#close();
    this.onPick(id);
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
  }

  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length > 0) {
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.#mark();
    } else if (event.key === 'Enter' && this.found.length > 0) {
      this.#take(this.found[this.at]);
    } else if (event.key === 'Escape' && this.input.value !== '') {
      this.input.value = '';
      this.#close();
    } else {
      return;
    }

    event.preventDefault();
  }
}

/** Ids of the tokens a text may mean: itself, a word's beginning, then what begins with it. */
export function findTokens(model, text) {
  const id = /^#(\d{1,7})$/.exec(text);
  if (id) {
    return model.tokens.display(Number(id[1])) === undefined ? [] : [Number(id[1])];
  }

  const exact = [...model.find(makeTokenTest(text, 'exact').test)];
  const word = exact.filter((found) => model.display(found).startsWith('␣'));
  const longer = [...model.find(makeTokenTest(text, 'prefix').test)].sort((a, b) => model.display(a).length - model.display(b).length || a - b);
  return [...new Set([...word, ...exact, ...longer])].slice(0, MOST);
}
