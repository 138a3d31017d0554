// Which layer of one checkpoint stands for which of another.

/** The two ways. */
export const ALIGNS = ['number', 'depth'];

/**
 * The layer of b that is shown beside a layer of a: the same number, or the nearest at the same share of the depth, the shallower of two. Null (each position's best layer) stays null.
 * @returns {number|null|undefined} undefined: b has no such layer.
 */
export function layerBeside(layer, a, b, align) {
  if (layer === null) {
    return null;
  }

  if (align === 'number' || a.manifest.layerCount === b.manifest.layerCount) {
    return b.layers.includes(layer) ? layer : undefined;
  }

  // emb is not a layer of a depth: it stands for emb alone.
  if (layer === 0) {
    return b.layers.includes(0) ? 0 : undefined;
  }

  const wanted = (layer / a.manifest.layerCount) * b.manifest.layerCount;
  return b.layers.filter((other) => other > 0).reduce((best, other) => (best === undefined || Math.abs(other - wanted) < Math.abs(best - wanted) ? other : best), undefined);
}
