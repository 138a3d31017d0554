// The pinned tokens: chips, each lighting where its token is read, with its colour in the curves.

import { makeAtlasLink } from './atlas-link.js';
import { Listeners, make } from './dom.js';
import { fillToken } from './format.js';
import { lineOf } from './course-chart.js';
import { say } from './texts.js';
import { TokenPicker } from './token-picker.js';

const strings = { title: say('pinned'), add: say('+ token'), addLabel: say('Pin a token'), unpin: (token) => say('Unpin {0}', token), map: say('Map of its probability'), hint: say('full stop (.) pins the top token') };

/** The row of chips in the inspector. */
export class PinsPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.picker = new TokenPicker(explorer, { label: strings.addLabel, placeholder: strings.add, onPick: (id) => explorer.togglePin(id, true) });
    this.chips = make('span', { class: 'lx-pin-chips', role: 'list', 'aria-label': say('Pinned tokens') });
    this.hint = make('span', { class: 'lx-hint' }, strings.hint);
    this.element = make('div', { class: 'lx-pins' }, make('span', { class: 'lx-pins-title' }, strings.title), this.chips, this.picker.element, this.hint);
    this.filled = null;
  }

  fill() {
    const { model, view, theme } = this.explorer;
    const key = `${view.pins.join('_')}|${view.token}|${view.map}|${theme.dark}`;
    if (this.filled === key) {
      return;
    }

    this.filled = key;
    this.hint.hidden = view.pins.length > 0;
    this.chips.replaceChildren(...view.pins.map((id, at) => {
      const token = make('span');
      fillToken(token, model, id);
      const line = make('span', { class: 'lx-pin-line', 'aria-hidden': 'true' });
      line.style.background = lineOf(theme, at).colour;
      const show = make('button', { type: 'button', class: 'lx-chip', title: strings.map, 'aria-pressed': String(view.map === 'token' && view.token === id) }, line, token);
      const ids = () => new Set([id]);
      show.addEventListener('pointerenter', () => this.explorer.setEmphasis(ids()));
      show.addEventListener('pointerleave', () => this.explorer.setEmphasis(null));
      show.addEventListener('focus', () => this.explorer.setEmphasis(ids()));
      show.addEventListener('blur', () => this.explorer.setEmphasis(null));
      show.addEventListener('click', () => this.explorer.change({ map: 'token', token: id }, true));
      const remove = make('button', { type: 'button', class: 'lx-chip-remove', 'aria-label': strings.unpin(model.display(id)) }, '✕');
      remove.addEventListener('click', () => this.explorer.togglePin(id));
      const atlas = makeAtlasLink(this.explorer, id);
      return make('span', { class: 'lx-chip-box', role: 'listitem' }, show, ...(atlas ? [atlas] : []), remove);
    }));
  }

  dispose() {
    this.picker.dispose();
    this.listeners.dispose();
  }
}
