// What several positions read together. Pure functions over a model.

import { BELOW } from './model.js';
import { NONE } from './criteria.js';

/** For each layer read: the top tokens of the positions as [{ id, count, mean }], the most frequent first; mean is over the positions where it is on top. */
export function topByLayer(model, positions) {
  return model.layers.filter((layer) => model.has(layer)).map((layer) => {
    const sums = new Map();
    let read = 0;
    for (const position of positions) {
      if (!model.isRead(layer, position)) {
        continue;
      }

      read++;
      const id = model.id(layer, position);
      const sum = sums.get(id) ?? { id, count: 0, total: 0 };
      sum.count++;
      sum.total += model.probability(layer, position);
      sums.set(id, sum);
    }

    return { layer, read, tokens: rank([...sums.values()]) };
  });
}

/** Tokens kept at the layer shown at more than one of the positions, as [{ id, count, mean }]; mean is over the positions that keep it. */
export function sharedTokens(model, shownLayer, positions) {
  const sums = new Map();
  for (const position of positions) {
    const layer = model.shown(shownLayer, position);
    const kept = layer === NONE ? 0 : model.kept(layer, position);
    for (let place = 0; place < kept; place++) {
      const id = model.id(layer, position, place);
      const sum = sums.get(id) ?? { id, count: 0, total: 0 };
      sum.count++;
      sum.total += model.probability(layer, position, place);
      sums.set(id, sum);
    }
  }

  return rank([...sums.values()].filter((sum) => sum.count > 1));
}

/**
 * A token's course over the layers at some positions: for each layer null (not read), or the quartiles of its probability or rank and how many positions keep it.
 * A probability below the last one kept counts as 0 and a rank beyond as k + 1, which moves a median only where most positions do not keep it.
 */
export function courseOf(model, id, positions, quantity) {
  return model.layers.map((layer) => {
    const values = [];
    let known = 0;
    for (const position of positions) {
      const value = quantity === 'rank' ? model.rank(id, layer, position) : model.read(id, layer, position);
      if (!Number.isNaN(value)) {
        known += value === BELOW ? 0 : 1;
        values.push(value !== BELOW ? value : quantity === 'rank' ? model.kept(layer, position) + 1 : 0);
      }
    }

    values.sort((a, b) => a - b);
    return values.length === 0 ? null : { layer, low: quantile(values, 0.25), middle: quantile(values, 0.5), high: quantile(values, 0.75), known, of: values.length };
  });
}

function rank(sums) {
  return sums.map(({ id, count, total }) => ({ id, count, mean: total / count })).sort((a, b) => b.count - a.count || b.mean - a.mean || a.id - b.id);
}

function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]) * (at - below);
}
