// What is compared: the difference, the map over the pictures, the layer, how the best layer is chosen.

import { CopySign } from '../explorer/copy-sign.js';
import { CHANGED, Listeners, make, makeSelect } from '../explorer/dom.js';
import { layerName } from '../explorer/format.js';
import { MAP_NAMES } from '../explorer/maps.js';
import { say } from '../explorer/texts.js';
import { strings } from './strings.js';

/** The bar above the pictures. */
export class BarPart {
  constructor(comparison) {
    this.comparison = comparison;
    this.listeners = new Listeners();
    this.measure = makeSelect(strings.measure, strings.measures, (measure) => comparison.setMeasure(measure));
    this.strength = make('input', { type: 'range', min: '0', max: '1', step: '0.05', 'aria-label': strings.strength });
    this.side = makeSelect(strings.side, MAP_NAMES.filter(([id]) => id !== 'share'), (side) => comparison.change({ side }, true));
    this.layer = make('output', { class: 'lx-layer-name' });
    this.by = makeSelect(strings.byLabel, strings.by, (by) => comparison.chooseBest(by, comparison.view.window));
    this.from = makeSelect(strings.from, [], () => this.#setWindow());
    this.to = makeSelect(strings.to, [], () => this.#setWindow());
    this.align = makeSelect(strings.alignLabel, strings.align, (align) => {
      comparison.change({ align }, true);
      comparison.chooseBest(comparison.view.by, comparison.view.window);
    });
    this.copy = make('button', { type: 'button', class: 'lx-button', title: strings.copyTitle }, strings.copy);
    this.copied = new CopySign(this.copy);
    const field = (text, ...controls) => make('span', { class: 'lx-field' }, make('span', {}, text), ...controls);
    this.alignField = field(say('other depths'), this.align);
    this.element = make('div', { class: 'lx-toolbar', role: 'toolbar', 'aria-label': say('View') },
      field(say('difference'), this.measure, this.strength), field(say('pictures'), this.side), field(strings.shown, this.layer), field(say('best by'), this.by), field(say('within layers'), this.from, '–', this.to), this.alignField,
      make('span', { class: 'lx-spacer' }), this.copy);
    this.listeners.on(this.strength, 'input', () => comparison.change({ strength: Number(this.strength.value) }));
    this.listeners.on(this.copy, 'click', () => comparison.copyLink());
  }

  draw(flags) {
    const { model, view, panes } = this.comparison;
    if (!(flags & (CHANGED.DATA | CHANGED.LAYER | CHANGED.THEME))) {
      return;
    }

    const wanted = model.layers.join();
    if (this.layersShown !== wanted) {
      this.layersShown = wanted;
      for (const select of [this.from, this.to]) {
        select.replaceChildren(...model.layers.map((layer) => make('option', { value: String(layer) }, layerName(layer))));
      }
    }

    const [from, to] = model.effectiveWindow;
    this.from.value = String(model.layers.find((layer) => layer >= from) ?? '');
    this.to.value = String(model.layers.findLast((layer) => layer <= to) ?? '');
    this.by.value = view.by;
    this.measure.value = view.measure;
    this.side.value = view.side;
    for (const option of this.measure.options) {
      option.disabled = !this.comparison.canMeasure(option.value);
    }

    const hasEntropy = panes.every((pane) => pane.model.hasEntropy);
    for (const option of [...this.side.options, ...this.by.options].filter(({ value }) => value === 'entropy')) {
      option.disabled = !hasEntropy;
    }

    this.strength.value = String(view.strength);
    this.layer.textContent = view.layer === null ? strings.best : view.layer === 0 ? 'emb' : say('layer {0}', view.layer);
    this.alignField.hidden = panes.every((pane) => pane.model.manifest.layerCount === model.manifest.layerCount);
    this.align.value = view.align;
  }

  /** Says that the link was copied, or that it could not be. */
  showCopied(done) {
    this.copied.show(done, strings.linkNotCopied);
  }

  dispose() {
    this.copied.dispose();
    this.listeners.dispose();
  }

  #setWindow() {
    const { model, view } = this.comparison;
    const [from, to] = [Number(this.from.value), Number(this.to.value)];
    const window = [Math.min(from, to), Math.max(from, to)];
    this.comparison.chooseBest(view.by, window[0] === 1 && window[1] === model.manifest.layerCount ? null : window);
  }
}
