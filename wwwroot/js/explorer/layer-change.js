// How much the reading of a position changes between two layers.

import { NONE } from './criteria.js';

/**
 * Compares what is kept at two layers.
 * @returns {{changed: boolean, amount: number}|null} changed: another top token; amount: the least that the two distributions can differ by (total variation, 0
 *   to 1), given that a token not kept is at most as likely as the last one kept. Null where one of them has not been read.
 */
export function changeBetween(model, first, second, position) {
  if (!model.isRead(first, position) || !model.isRead(second, position)) {
    return null;
  }

  return {
    changed: model.id(first, position) !== model.id(second, position),
    amount: Math.min(1, Math.max(excess(model, first, second, position), excess(model, second, first, position))),
  };
}

/** The positions both layers were read at, as [{ position, changed, amount }], other top tokens first, then by how much. */
export function changesBetween(model, first, second, positions) {
  return positions
    .map((position) => ({ position, ...changeBetween(model, first, second, position) }))
    .filter((change) => change.amount !== undefined)
    .sort((a, b) => Number(b.changed) - Number(a.changed) || b.amount - a.amount || a.position - b.position);
}

// By how much the tokens kept at one layer are at least likelier there than at the other.
function excess(model, here, there, position) {
  const kept = model.kept(here, position);
  const other = model.kept(there, position);
  const least = model.least(there, position);
  let sum = 0;
  for (let rank = 0; rank < kept; rank++) {
    const id = model.id(here, position, rank);
    let bound = least;
    for (let place = 0; place < other; place++) {
      if (model.id(there, position, place) === id) {
        bound = model.probability(there, position, place);
        break;
      }
    }

    sum += Math.max(0, model.probability(here, position, rank) - bound);
  }

  return sum;
}
