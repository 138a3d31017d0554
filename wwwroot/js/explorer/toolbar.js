// What is shown: the map, the layer, how the best layer is chosen.

import { CopySign } from './copy-sign.js';
import { CHANGED, Listeners, make, makeSelect } from './dom.js';
import { layerName } from './format.js';
import { MAP_NAMES } from './maps.js';
import { say } from './texts.js';

const strings = {
  by: [['p', say('max p')], ['entropy', say('min entropy')], ['margin', say('max margin')], ['final', say('first with the final token')], ['old', say('old tools: max p, emb…last')]],
  notInFile: say(' (not in this file)'),
  copy: say('Copy link'),
  copyTitle: say('Copy a link to this view (c)'),
  failed: say('Copy the address bar'),
};

/** The bar above the picture. */
export class ToolbarPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.map = makeSelect(say('Map over the picture'), MAP_NAMES, (map) => explorer.setMap(map));
    this.strength = make('input', { type: 'range', min: '0', max: '1', step: '0.05', 'aria-label': say('Strength of the map') });
    this.from = makeSelect(say('First layer of the window'), [], () => this.#setWindow());
    this.to = makeSelect(say('Last layer of the window'), [], () => this.#setWindow());
    this.by = makeSelect(say('The best layer is chosen by'), strings.by, (by) => this.#setCriterion(by));
    this.layer = make('output', { class: 'lx-layer-name' });
    this.copy = make('button', { type: 'button', class: 'lx-button', title: strings.copyTitle }, strings.copy);
    this.copied = new CopySign(this.copy);
    this.status = make('span', { class: 'lx-status', role: 'status' });
    const field = (text, ...controls) => make('span', { class: 'lx-field' }, make('span', {}, text), ...controls);
    this.element = make('div', { class: 'lx-toolbar', role: 'toolbar', 'aria-label': say('View') },
      field(say('map'), this.map, this.strength), field(say('shown'), this.layer), field(say('best by'), this.by), field(say('within layers'), this.from, '–', this.to),
      make('span', { class: 'lx-spacer' }), this.status, this.copy);
    this.listeners.on(this.strength, 'input', () => explorer.change({ strength: Number(this.strength.value) }));
    this.listeners.on(this.copy, 'click', () => explorer.copyLink());
  }

  draw(flags) {
    const { model, view } = this.explorer;
    if (!model || !(flags & (CHANGED.DATA | CHANGED.LAYER | CHANGED.THEME))) {
      return;
    }

    if (this.from.options.length !== model.layers.length) {
      for (const select of [this.from, this.to]) {
        select.replaceChildren(...model.layers.map((layer) => make('option', { value: String(layer) }, layerName(layer))));
      }
    }

    const [from, to] = model.effectiveWindow;
    this.from.value = String(model.layers.find((layer) => layer >= from) ?? '');
    this.to.value = String(model.layers.findLast((layer) => layer <= to) ?? '');
    this.by.value = view.by === 'p' && from === 0 && to === (model.layers.at(-1) ?? 0) ? 'old' : view.by;
    this.map.value = view.map;
    for (const option of [...this.map.options, ...this.by.options].filter(({ value }) => value === 'entropy')) {
      option.disabled = !model.hasEntropy;
      option.textContent = option.textContent.replace(strings.notInFile, '') + (model.hasEntropy ? '' : strings.notInFile);
    }

    this.strength.value = String(view.strength);
    this.strength.hidden = ['none', 'mask', 'text'].includes(view.map);
    this.layer.textContent = view.layer === null ? say('best layer of each patch') : view.layer === 0 ? 'emb' : say('layer {0}', view.layer);
  }

  /** Says that the link was copied, or that it could not be. */
  showCopied(done) {
    this.copied.show(done, strings.failed);
  }

  dispose() {
    this.copied.dispose();
    this.listeners.dispose();
  }

  #setCriterion(by) {
    const { model, view } = this.explorer;
    const last = model.layers.at(-1) ?? 0;
    if (by === 'old') {
      this.explorer.chooseBest('p', [0, last]);
    } else {
      // Leaving the preset leaves its window, too.
      const wasOld = view.by === 'p' && view.window?.[0] === 0 && view.window[1] === last;
      this.explorer.chooseBest(by, wasOld ? null : view.window);
    }
  }

  #setWindow() {
    const from = Number(this.from.value);
    const to = Number(this.to.value);
    const { model, view } = this.explorer;
    const window = [Math.min(from, to), Math.max(from, to)];
    const whole = window[0] === 1 && window[1] === model.manifest.layerCount;
    this.explorer.chooseBest(view.by, whole ? null : window);
  }
}
