// The maps that can lie over the picture: what each one shows at a position, on which scale, and in which words.

import { BELOW } from './model.js';
import { NONE } from './criteria.js';
import { formatProbability, layerName } from './format.js';
import { say } from './texts.js';

const strings = {
  confidence: say('confidence'),
  entropy: say('entropy'),
  best: say('best layer'),
  text: say('top tokens as text'),
  token: say('p of a token'),
  share: say('p of the pinned tokens'),
  mask: say('filler mask'),
  none: say('picture only'),
  bit: say('bit'),
  layer: say('layer'),
  p: 'p',
  sum: 'Σp',
};

/** The maps' names in the address. */
export const MAP_IDS = ['confidence', 'entropy', 'best', 'text', 'token', 'share', 'mask', 'none'];

/** Their names for people. */
export const MAP_NAMES = MAP_IDS.map((id) => [id, strings[id]]);

/** What a map shows at a position and layer: a number, BELOW (a chosen token that is below the last one kept), or NaN (nothing to show). */
export function mapValue(map, model, view, layer, position) {
  switch (map) {
    case 'confidence':
      return model.probability(layer, position);
    case 'entropy':
      return model.entropy(layer, position);
    case 'best':
      return model.best[position] === NONE ? NaN : model.best[position];
    case 'token':
      return view.token === null ? NaN : model.read(view.token, layer, position);
    case 'share':
      return sumOf(view.pins, model, layer, position);
    default:
      return NaN;
  }
}

/** Whether a map needs a token chosen first, and has none. */
export function lacksToken(view) {
  return (view.map === 'token' && view.token === null) || (view.map === 'share' && view.pins.length === 0);
}

/** The scales of a map: one for patches, one for text, each with its ends; colour(value, isPatch) gives the colour. */
export class MapScale {
  constructor(map, model, view, theme) {
    this.map = map;
    this.unit = { confidence: strings.p, token: strings.p, share: strings.sum, entropy: strings.bit, best: strings.layer }[map] ?? '';
    const whole = { confidence: [0, 1], token: [0, 1], share: [0, 1], entropy: [0, Math.log2(Math.max(2, model.manifest.checkpoint.vocabularySize))], best: [0, Math.max(1, model.manifest.layerCount)] }[map];
    this.patches = whole;
    this.text = whole;
    if (whole && view.range === 'data' && map !== 'best') {
      [this.patches, this.text] = spansOf(map, model, view, whole);
    }

    // Entropy runs the other way, so that bright means sure on every map.
    this.reversed = map === 'entropy';
    this.ramp = map === 'best' ? theme.depth : theme.sure;
  }

  /** Whether the map has colours at all. */
  get isColoured() {
    return this.patches !== undefined;
  }

  /** Where a value lies on its scale, 0 to 1. */
  place(value, isPatch) {
    const [low, high] = isPatch ? this.patches : this.text;
    const at = Math.max(0, Math.min(1, (value - low) / Math.max(high - low, 1e-9)));
    return this.reversed ? 1 - at : at;
  }

  colour(value, isPatch) {
    return this.ramp.colour(this.place(value, isPatch));
  }

  ink(value, isPatch) {
    return this.ramp.ink(this.place(value, isPatch));
  }

  /** The ends of a scale in words, dark end first. */
  ends(isPatch) {
    const ends = (isPatch ? this.patches : this.text).map((end) => (this.map === 'best' ? layerName(end) : this.map === 'entropy' ? end.toFixed(1) : formatEnd(end)));
    return this.reversed ? ends.reverse() : ends;
  }
}

/** The sum of the set's probabilities; tokens not kept count as nothing, so it is a least value. BELOW if none is kept. */
function sumOf(ids, model, layer, position) {
  let sum = 0;
  let known = false;
  for (const id of ids) {
    const value = model.read(id, layer, position);
    if (Number.isNaN(value)) {
      return NaN;
    }

    if (value !== BELOW) {
      sum += value;
      known = true;
    }
  }

  return known ? Math.min(1, sum) : ids.length === 0 ? NaN : BELOW;
}

// Over all layers, so that colours keep their meaning while the layer changes.
function spansOf(map, model, view, whole) {
  const spans = [[Infinity, -Infinity], [Infinity, -Infinity]];
  for (const layer of model.layers) {
    for (let position = 0; position < model.count; position++) {
      const value = model.isRead(layer, position) ? mapValue(map, model, view, layer, position) : NaN;
      if (value >= 0) {
        const span = spans[model.positions[position].kind === 'patch' ? 0 : 1];
        span[0] = Math.min(span[0], value);
        span[1] = Math.max(span[1], value);
      }
    }
  }

  return spans.map((span) => (span[0] < span[1] ? span : whole));
}

function formatEnd(value) {
  return value === 0 || value === 1 ? String(value) : formatProbability(value);
}
