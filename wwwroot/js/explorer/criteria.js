// How a position's best layer is chosen among the layers of a window.

/** No layer of the window has been read at a position yet. */
export const NONE = -1;

/** The criteria's names in the address. */
export const CRITERIA = ['p', 'entropy', 'margin', 'final'];

/**
 * Finds each position's best layer; the first one on ties.
 * @param {object} model Knows what is read: isRead, id, probability, entropy at a layer and a position.
 * @param {string} by p: greatest probability; entropy: least; margin: greatest distance between the first two tokens; final: the first layer whose top token is
 *   the one of the last layer read.
 * @param {number[]} window First and last layer looked at.
 * @returns {Int16Array} For each position its layer, or NONE.
 */
export function chooseBestLayers(model, by, window) {
  const best = new Int16Array(model.count).fill(NONE);
  const layers = model.layers.filter((layer) => layer >= window[0] && layer <= window[1] && model.has(layer));
  const last = model.layers.findLast((layer) => model.has(layer));
  const value = {
    p: (layer, position) => model.comparable(layer, position),
    entropy: (layer, position) => -model.entropy(layer, position),
    margin: (layer, position) => model.probability(layer, position) - (model.probability(layer, position, 1) || 0),
    final: (layer, position) => (model.id(layer, position) === model.id(last, position) ? 1 : 0),
  }[by];
  for (let position = 0; position < model.count; position++) {
    let most = -Infinity;
    for (const layer of layers) {
      if (!model.isRead(layer, position)) {
        continue;
      }

      const now = value(layer, position);
      if (best[position] === NONE || now > most) {
        best[position] = layer;
        most = now;
      }
    }
  }

  return best;
}
