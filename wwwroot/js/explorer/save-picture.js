// The picture as a file, drawn in the browser.

import { make } from './dom.js';
import { maskOf, paintMask, paintOf } from './masks.js';
import { NONE } from './criteria.js';

// A masked picture is at most so wide or high; a browser's canvas ends at about four times that.
const LARGEST_SIDE = 4096;

/** Saves a canvas as a PNG file. */
export function saveCanvas(canvas, name) {
  canvas.toBlob((blob) => {
    const link = make('a', { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, 'image/png');
}

/** Draws a picture with its mask on a canvas of its own. */
export function drawMasked({ model, view, theme, bitmap }, largestSide) {
  const { image } = model.manifest;
  const scale = Math.min(1, largestSide / Math.max(image.width, image.height));
  const canvas = make('canvas');
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const edge = (value) => Math.round(value * scale);
  const boxOf = (index) => {
    const [x, y, width, height] = model.positions[index].pixels;
    return [edge(x), edge(y), edge(x + width), edge(y + height)];
  };
  const patches = model.shownPatches.filter((index) => model.shown(view.layer, index) !== NONE);
  paintMask(context, boxOf, patches, maskOf(model, view.layer, patches), { veil: view.veil, invert: view.invert, colour: paintOf(view.paint, theme) });
  return canvas;
}

/** Saves the explorer's picture with its mask. */
export function saveMask(explorer) {
  if (explorer.model && explorer.bitmap) {
    saveCanvas(drawMasked(explorer, LARGEST_SIDE), `${explorer.model.manifest.image.name.replace(/\.[^.]*$/, '')}-mask.png`);
  }
}
