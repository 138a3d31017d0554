// The grids of patches on a picture. Some models see it twice: as a whole, and as finer tiles; the grids lie over each other, so one is shown at a time.

import { patchKey } from './places.js';
import { say } from './texts.js';

const strings = { whole: say('whole picture'), tiles: say('finer tiles') };

/** A picture's grids as [{ label, patches }], the coarse one first; one grid where there are no tiles. */
export function gridsOf(positions) {
  const groups = [[], []];
  positions.forEach((position, index) => {
    if (position.kind === 'patch') {
      groups[position.tile > 0 ? 1 : 0].push(index);
    }
  });
  return groups.map((patches, at) => ({ label: at === 0 ? strings.whole : strings.tiles, patches })).filter((grid) => grid.patches.length > 0);
}

/** The patches whose middle lies in a rectangle of the picture's pixels. */
export function patchesIn(model, patches, left, top, right, bottom) {
  return patches.filter((position) => {
    const [x, y, width, height] = model.positions[position].pixels;
    const column = x + width / 2;
    const row = y + height / 2;
    return column >= left && column < right && row >= top && row < bottom;
  });
}

// Edges are computed, so two neighbours' need not be equal to the last bit; no point may fall between them.
const SLACK = 1e-6;

/** The patch at a point of the picture, or null. */
export function patchAtPoint(model, patches, x, y) {
  for (let at = patches.length - 1; at >= 0; at--) {
    const [left, top, width, height] = model.positions[patches[at]].pixels;
    if (x >= left - SLACK && x < left + width && y >= top - SLACK && y < top + height) {
      return patches[at];
    }
  }

  return null;
}

/** The neighbour of a patch in a direction, across the tiles' edges; null at the grid's edge. */
export function neighbourOf(model, patches, position, columns, rows) {
  const { tile, row, column, pixels: [x, y, width, height] } = model.positions[position];
  const inTile = model.patchAt.get(patchKey(tile, row + rows, column + columns));
  return inTile !== undefined ? inTile : patchAtPoint(model, patches, x + width / 2 + columns * width, y + height / 2 + rows * height);
}
