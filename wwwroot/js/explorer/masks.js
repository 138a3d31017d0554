// The filler mask: which patches say nothing at the layer shown, and how that is painted over a picture.

import { NONE } from './criteria.js';

const PAINTS = { black: '#000000', white: '#ffffff', orange: '#e69f00', blue: '#0072b2' };

/** The positions of the patches whose token at a layer (null: each one's best) is filler. */
export function maskOf(model, layer, patches) {
  return patches.filter((position) => {
    const shown = model.shown(layer, position);
    return shown !== NONE && model.isRead(shown, position) && model.isFiller(model.id(shown, position));
  });
}

/** What a mask is painted with: the page's own ground, or a fixed colour. */
export function paintOf(name, theme) {
  return PAINTS[name] ?? theme.surface;
}

/** Paints boxes; inverted, all of the patches but them. */
export function paintMask(context, boxOf, patches, masked, { veil, invert, colour }) {
  const hidden = invert ? new Set(masked) : null;
  context.save();
  context.globalAlpha = veil;
  context.fillStyle = colour;

  // One path, so that neighbours leave no seams between them.
  context.beginPath();
  for (const position of invert ? patches.filter((patch) => !hidden.has(patch)) : masked) {
    const [left, top, right, bottom] = boxOf(position);
    context.rect(left, top, right - left, bottom - top);
  }

  context.fill();
  context.restore();
}
