// What is shown, and what its colours mean.

import { CHANGED, Listeners, make, makeSelect } from './dom.js';
import { layerName } from './format.js';

const MAP_CHOICES = [['confidence', 'confidence'], ['entropy', 'entropy'], ['best', 'best layer'], ['none', 'picture only']];
const BY_CHOICES = [['p', 'max p'], ['entropy', 'min entropy'], ['margin', 'margin']];
const COPIED_FOR = 1200;

/** The bar above the picture. */
export class ToolbarPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.map = makeSelect('Map over the picture', MAP_CHOICES, (map) => explorer.change({ map }));
    this.strength = make('input', { type: 'range', min: '0', max: '1', step: '0.05', 'aria-label': 'Strength of the map' });
    this.from = makeSelect('First layer of the window', [], () => this.#setWindow());
    this.to = makeSelect('Last layer of the window', [], () => this.#setWindow());
    this.by = makeSelect('The best layer is chosen by', BY_CHOICES, (by) => explorer.chooseBest(by, explorer.view.window));
    this.layer = make('output', { class: 'lx-layer-name' });
    this.low = make('span');
    this.high = make('span');
    this.ramp = make('span', { class: 'lx-ramp', 'aria-hidden': 'true' });
    this.unit = make('span', { class: 'lx-legend-unit' });
    this.hatch = make('span', { class: 'lx-legend-hatch' }, make('span', { class: 'lx-hatch', 'aria-hidden': 'true' }), 'filler');
    this.legend = make('span', { class: 'lx-legend', role: 'img' }, this.unit, this.low, this.ramp, this.high, this.hatch);
    this.copy = make('button', { type: 'button', class: 'lx-button', title: 'Copy a link to this view (c)' }, 'Copy link');
    this.status = make('span', { class: 'lx-status', role: 'status' });
    const field = (text, ...controls) => make('span', { class: 'lx-field' }, make('span', {}, text), ...controls);
    this.element = make('div', { class: 'lx-toolbar', role: 'toolbar', 'aria-label': 'View' },
      field('map', this.map, this.strength), this.legend, field('shown', this.layer), field('best by', this.by), field('within layers', this.from, '–', this.to),
      make('span', { class: 'lx-spacer' }), this.status, this.copy);
    this.listeners.on(this.strength, 'input', () => explorer.change({ strength: Number(this.strength.value) }));
    this.listeners.on(this.copy, 'click', () => explorer.copyLink());
  }

  draw(flags) {
    const { model, view, theme } = this.explorer;
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
    this.by.value = view.by;
    this.map.value = view.map;
    this.strength.value = String(view.strength);
    this.layer.textContent = view.layer === null ? 'best layer of each patch' : view.layer === 0 ? 'emb' : `layer ${view.layer}`;
    this.#fillLegend(theme, model, view);
  }

  /** Says that the link was copied, or that it could not be. */
  showCopied(done) {
    this.copy.textContent = done ? 'Copied' : 'Copy the address bar';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.copy.textContent = 'Copy link';
    }, COPIED_FOR);
  }

  dispose() {
    clearTimeout(this.timer);
    this.listeners.dispose();
  }

  #setWindow() {
    const from = Number(this.from.value);
    const to = Number(this.to.value);
    const { model, view } = this.explorer;
    const window = [Math.min(from, to), Math.max(from, to)];
    const whole = window[0] === 1 && window[1] === model.manifest.layerCount;
    this.explorer.chooseBest(view.by, whole ? null : window);
  }

  #fillLegend(theme, model, view) {
    const ends = {
      confidence: ['p', '0', '1'],
      entropy: ['bit', this.explorer.entropySpan.toFixed(1), '0'],
      best: ['layer', 'emb', String(model.manifest.layerCount)],
    }[view.map];
    this.legend.hidden = !ends;
    if (!ends) {
      return;
    }

    [this.unit.textContent, this.low.textContent, this.high.textContent] = ends;
    this.ramp.style.background = (view.map === 'best' ? theme.depth : theme.sure).gradient;
    this.legend.setAttribute('aria-label', `Colours of the map: ${ends[0]} from ${ends[1]} to ${ends[2]}; hatched: filler tokens`);
  }
}
