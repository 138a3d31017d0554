// What is said to those who listen rather than look: where one is, and what is read there.

import { NONE } from './criteria.js';
import { make } from './dom.js';
import { formatProbability, layerPhrase, placePhrase } from './format.js';
import { say } from './texts.js';

const SAY_AFTER = 250;

/** A polite live region. */
export class Spoken {
  constructor(explorer) {
    this.explorer = explorer;
    this.element = make('div', { class: 'lx-live', 'aria-live': 'polite' });
  }

  /** Says a text at once. */
  say(text) {
    clearTimeout(this.timer);
    this.element.textContent = text;
  }

  /** Says the place once the pointer rests. */
  sayPlaceLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sayPlace(false), SAY_AFTER);
  }

  /** Says the place that is pointed at, or that was just locked. */
  sayPlace(locked) {
    clearTimeout(this.timer);
    const { model, view, hover } = this.explorer;
    const place = locked ? view.lock : hover ?? view.lock;
    if (!place || !model || place.position >= model.count) {
      return;
    }

    const layer = place.layer ?? model.shown(view.layer, place.position);
    const read = layer === NONE || !model.isRead(layer, place.position)
      ? say('not read yet')
      : `${model.display(model.id(layer, place.position)).replace(/^␣/, '')} ${formatProbability(model.probability(layer, place.position))} ${say('at {0}', layerPhrase(layer))}`;
    this.element.textContent = `${locked ? `${say('locked:')} ` : ''}${placePhrase(model, place.position)}: ${read}`;
  }

  dispose() {
    clearTimeout(this.timer);
  }
}
