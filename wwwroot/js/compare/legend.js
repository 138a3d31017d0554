// What the colours mean: those of the differences, and those over the pictures.

import { CHANGED, Listeners, make, makeSelect } from '../explorer/dom.js';
import { fillToken } from '../explorer/format.js';
import { say } from '../explorer/texts.js';
import { TokenPicker } from '../explorer/token-picker.js';
import { strings } from './strings.js';

/** The legend under the pictures. */
export class LegendPart {
  constructor(comparison) {
    this.comparison = comparison;
    this.listeners = new Listeners();
    this.difference = makeScale(say('difference'));
    this.side = makeScale(say('pictures'));
    const hatch = (kind, name) => make('span', { class: 'lx-legend-hatch' }, make('span', { class: `lx-hatch lx-hatch-${kind}`, 'aria-hidden': 'true' }), name);
    this.hidden = hatch('below', strings.hidden);
    this.unknown = hatch('filler', strings.unknown);
    this.filler = hatch('filler', strings.filler);
    this.range = makeSelect(strings.range, strings.ranges, (range) => comparison.change({ range }));
    this.picker = new TokenPicker(comparison, { label: strings.token, placeholder: strings.tokenPlaceholder, onPick: (id) => comparison.change({ token: id }, true) });
    this.token = make('span', { class: 'lx-legend-token' });
    this.bound = make('span', { class: 'lx-legend-note' }, strings.bound);
    this.element = make('div', { class: 'lx-legend-bar lc-legend' }, this.difference.element, this.token, this.picker.element, this.hidden, this.unknown, this.range, this.bound,
      make('span', { class: 'lx-spacer' }), this.side.element, this.filler);
  }

  draw(flags) {
    const { comparison } = this;
    const { view, reference, others } = comparison;
    if (!(flags & ~(CHANGED.MARK | CHANGED.LOOK))) {
      return;
    }

    const pairs = others.map((pane) => comparison.pairOf(pane.index));
    const scale = comparison.differenceScale();
    this.difference.element.hidden = !pairs.some((pair) => pair.isComparable);
    fill(this.difference, scale.ends(), view.measure === 'changed' ? `linear-gradient(to right, transparent 50%, ${scale.colour(1)} 50%)` : scale.ramp.gradient, scale.unit);
    const side = reference.scaleOf(view.side);
    this.side.element.hidden = !side.isColoured || (view.side === 'token' && view.token === null);
    if (side.isColoured) {
      fill(this.side, side.ends(true), side.ramp.gradient, side.unit);
    }

    const followed = view.measure === 'token' || view.side === 'token';
    this.token.hidden = !followed || view.token === null;
    if (!this.token.hidden) {
      const token = make('span');
      fillToken(token, reference.model, view.token);
      this.token.replaceChildren(say('p of'), ' ', token);
    }

    this.picker.element.hidden = !followed;
    this.hidden.hidden = view.measure !== 'token';
    this.unknown.hidden = !pairs.some((pair) => pair.isComparable && pair.alignment.by === 'area');
    this.filler.hidden = !['confidence', 'entropy', 'best', 'text'].includes(view.side);
    this.range.hidden = view.measure === 'changed';
    this.range.options[2].hidden = view.measure === 'kl';
    this.range.value = view.measure === 'kl' && view.range === 'full' ? 'data' : view.range;
    this.bound.hidden = view.measure !== 'kl';
  }

  dispose() {
    this.picker.dispose();
    this.listeners.dispose();
  }
}

function makeScale(name) {
  const scale = { name, low: make('span'), high: make('span'), unit: make('span', { class: 'lx-legend-unit' }), ramp: make('span', { class: 'lx-ramp', 'aria-hidden': 'true' }) };
  scale.element = make('span', { class: 'lx-legend', role: 'img' }, make('span', { class: 'lx-legend-name' }, name), scale.low, scale.ramp, scale.high, scale.unit);
  return scale;
}

function fill(scale, [low, high], gradient, unit) {
  scale.low.textContent = low;
  scale.high.textContent = high;
  scale.unit.textContent = unit;
  scale.ramp.style.background = gradient;
  scale.element.setAttribute('aria-label', say('Colours, {0}: from {1} to {2} {3}', scale.name, low, high, unit));
}
