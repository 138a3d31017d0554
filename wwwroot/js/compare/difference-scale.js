// The colours of differences.

import { isSigned } from './measures.js';
import { formatDifference, strings, units } from './strings.js';

/** A scale for one measure: signed ones run from less over none to more, sizes from none to most. */
export class DifferenceScale {
  /** @param {object[]} pairs The pairs shown. */
  constructor({ measure, token, align, range, layer }, model, pairs, theme) {
    this.measure = measure;
    this.isSigned = isSigned(measure);
    const whole = { changed: 1, confidence: 1, token: 1, entropy: Math.log2(Math.max(2, model.manifest.checkpoint.vocabularySize)), best: model.manifest.layerCount }[measure];

    // A divergence has no upper end: its scale is always that of the data. Fitted to all layers, colours keep their meaning while the layer changes.
    const layers = range === 'layer' ? [layer] : [null, ...model.layers];
    const greatest = measure !== 'changed' && (range !== 'full' || whole === undefined) ? Math.max(0, ...pairs.map((pair) => pair.greatest(measure, token, layers, align))) : whole;
    this.end = greatest > 0 ? greatest : whole ?? 1;
    this.ramp = this.isSigned ? theme.difference : theme.increase;
    this.unit = measure === 'kl' ? strings.rootScale : units[measure];
  }

  colour(value) {
    const share = Math.max(-1, Math.min(1, value / this.end));

    // A few divergences are ten times the others: by its root the small ones are seen, too.
    return this.ramp.colour(this.isSigned ? (share + 1) / 2 : Math.sqrt(share));
  }

  /** The ends in words. */
  ends() {
    if (this.measure === 'changed') {
      return [strings.same, strings.other];
    }

    return this.isSigned
      ? [formatDifference(this.measure, -this.end), formatDifference(this.measure, this.end)]
      : ['0', formatDifference(this.measure, this.end)];
  }
}
