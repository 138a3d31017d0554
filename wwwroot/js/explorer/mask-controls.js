// The controls of the filler mask: how it is painted, what counts as filler, how much of the picture it takes, and the ways out.

import { Listeners, make, makeSelect } from './dom.js';
import { NONE } from './criteria.js';
import { fillToken } from './format.js';
import { maskOf } from './masks.js';
import { saveMask } from './save-picture.js';
import { say, sayCount } from './texts.js';
import { TokenPicker } from './token-picker.js';

const strings = {
  opacity: say('Opacity of the mask'),
  colour: say('Colour of the mask'),
  paints: [['page', say('page')], ['black', say('black')], ['white', say('white')], ['orange', say('orange')], ['blue', say('blue')]],
  invert: say('invert'),
  set: say('filler: empty, white space'),
  add: say('+ token'),
  addLabel: say('Add a token to the filler set'),
  remove: (token) => say('Take {0} out of the filler set', token),
  old: say("old tools' rule"),
  oldTitle: say('As the earlier tools did: best layer by greatest probability over all columns, emb included; filler where strip() leaves nothing'),
  save: 'PNG',
  saveTitle: say('The masked picture as a PNG file, in its own pixels'),
  sheet: say('Masks of the run'),
};

/** Shown while the map is the mask. */
export class MaskControls {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.count = make('output', { class: 'lx-mask-count' });
    this.opacity = make('input', { type: 'range', min: '0', max: '1', step: '0.05', 'aria-label': strings.opacity });
    this.colour = makeSelect(strings.colour, strings.paints, (paint) => explorer.change({ paint }));
    this.invert = make('input', { type: 'checkbox' });
    this.added = make('span', { class: 'lx-pin-chips', role: 'list', 'aria-label': say('Tokens added to the filler set') });
    this.picker = new TokenPicker(explorer, { label: strings.addLabel, placeholder: strings.add, onPick: (id) => explorer.setFiller([...new Set([...explorer.view.filler, id])]) });
    this.old = make('button', { type: 'button', class: 'lx-button', title: strings.oldTitle, 'aria-pressed': 'false' }, strings.old);
    this.save = make('button', { type: 'button', class: 'lx-button', title: strings.saveTitle }, strings.save);
    this.sheet = make('a', { class: 'lx-button', hidden: true }, strings.sheet);
    this.element = make('span', { class: 'lx-mask-controls', hidden: true }, this.count, this.opacity, this.colour, make('label', { class: 'lx-check' }, this.invert, strings.invert),
      make('span', { class: 'lx-legend-name' }, strings.set), this.added, this.picker.element, this.old, this.save, this.sheet);
    this.listeners.on(this.opacity, 'input', () => explorer.change({ veil: Number(this.opacity.value) }));
    this.listeners.on(this.invert, 'change', () => explorer.change({ invert: this.invert.checked }));
    this.listeners.on(this.old, 'click', () => explorer.useOldRule());
    this.listeners.on(this.save, 'click', () => saveMask(explorer));
  }

  draw() {
    const { model, view } = this.explorer;
    this.element.hidden = view.map !== 'mask';
    if (this.element.hidden) {
      return;
    }

    const read = model.shownPatches.filter((position) => model.shown(view.layer, position) !== NONE).length;
    const masked = maskOf(model, view.layer, model.shownPatches).length;
    this.count.textContent = read === 0 ? '' : sayCount('{1} of {0} patch read as filler ({2} %)|{1} of {0} patches read as filler ({2} %)', read, masked, ((100 * masked) / read).toFixed(1));
    this.opacity.value = String(view.veil);
    this.colour.value = view.paint;
    this.invert.checked = view.invert;
    this.old.setAttribute('aria-pressed', String(isOldRule(model, view)));
    this.sheet.hidden = !this.explorer.sheetUrl;
    if (this.explorer.sheetUrl) {
      this.sheet.setAttribute('href', this.explorer.sheetUrl(view));
    }

    this.added.replaceChildren(...view.filler.map((id) => {
      const token = make('span', { class: 'lx-chip' });
      fillToken(token, model, id);
      const remove = make('button', { type: 'button', class: 'lx-chip-remove', 'aria-label': strings.remove(model.display(id)) }, '✕');
      remove.addEventListener('click', () => this.explorer.setFiller(view.filler.filter((other) => other !== id)));
      return make('span', { class: 'lx-chip-box', role: 'listitem' }, token, remove);
    }));
  }

  dispose() {
    this.picker.dispose();
    this.listeners.dispose();
  }
}

/** Whether a view masks exactly as the earlier tools did. */
export function isOldRule(model, view) {
  return view.layer === null && view.by === 'p' && view.filler.length === 0 && view.window !== null && view.window[0] === 0 && view.window[1] >= (model.layers.at(-1) ?? 0);
}
