// The picture as the model was given it: the part it saw, in the pixels of its input.

import { make } from './dom.js';

// Every vision tower in use cuts its input into squares of 14 pixels.
const PATCH_SIDE = 14;

/** Where the server cannot give the exact pixels, the browser scales the part that was seen; its filter is not the checkpoint's own. */
export function resampleInput(model, bitmap) {
  const { seen, image } = model.manifest;
  const [, , width, height] = model.positions[model.shownPatches[0]]?.pixels ?? [0, 0, 1, 1];
  const canvas = make('canvas');
  canvas.width = Math.max(1, Math.round(seen[2] / width)) * PATCH_SIDE;
  canvas.height = Math.max(1, Math.round(seen[3] / height)) * PATCH_SIDE;
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  const [right, down] = [bitmap.width / image.width, bitmap.height / image.height];
  context.drawImage(bitmap, seen[0] * right, seen[1] * down, seen[2] * right, seen[3] * down, 0, 0, canvas.width, canvas.height);
  return canvas;
}
