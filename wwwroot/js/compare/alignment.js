// Which positions of one analysis stand for which of another: patches by their cell or by their area of the picture, words of the prompt from both its ends.

import { NONE } from '../explorer/criteria.js';
import { gridsOf, patchAtPoint } from '../explorer/grids.js';

/** How patches are put beside each other. */
export const BY = Object.freeze({
  // The same picture, cut in the same way.
  PATCH: 'patch',

  // Other pictures, cut into the same rows and columns.
  CELL: 'cell',

  // The same picture, cut otherwise: each patch beside the one that its middle lies in.
  AREA: 'area',

  // Nothing stands for anything: pointing is linked by the place on the picture, and no difference is shown.
  PLACE: 'place',
});

// Edges of patches are computed; two runs of the same preprocessing give the same to much less than this.
const PIXELS = 0.01;

/**
 * Aligns two analyses.
 * @param {object} a Model of the first. @param {object} b Of the second.
 * @param {object} vocabularies Vocabularies of the two.
 * @param {boolean} sameOrientation Whether both runs look at the picture the same way up.
 * @returns {{by: string, to: Int32Array, from: Int32Array, samePicture: boolean, sameTurn: boolean}} to: for each position of a its position in b, or NONE; from: the other way.
 */
export function alignPositions(a, b, vocabularies, sameOrientation) {
  const sameTurn = sameOrientation;
  const samePicture = a.manifest.image.sha256 === b.manifest.image.sha256;
  const sameCells = a.patchAt.size === b.patchAt.size && [...a.patchAt.keys()].every((key) => b.patchAt.has(key));
  const sameBoxes = sameCells && [...a.patchAt].every(([key, position]) => equalBoxes(a.positions[position].pixels, b.positions[b.patchAt.get(key)].pixels));
  const by = samePicture && sameTurn
    ? sameBoxes ? BY.PATCH : BY.AREA
    : !samePicture && sameCells ? BY.CELL : BY.PLACE;
  const to = new Int32Array(a.count).fill(NONE);
  const from = new Int32Array(b.count).fill(NONE);
  alignPatches(a, b, by, to);
  alignPatches(b, a, by, from);
  alignText(a, b, vocabularies, to, from);
  return { by, to, from, samePicture, sameTurn };
}

/**
 * The first position at which two inputs differ: what stands before it is the same, so a causal model reads the same there.
 * @returns {number|null} Null where one is the other, whole; the shorter one's length where the longer one goes on.
 */
export function firstDifference(a, b, vocabularies) {
  const shorter = Math.min(a.count, b.count);
  for (let at = 0; at < shorter; at++) {
    if (!sameInput(a.positions[at], b.positions[at], vocabularies)) {
      return at;
    }
  }

  return a.count === b.count ? null : shorter;
}

function sameInput(first, second, vocabularies) {
  if (first.kind !== second.kind) {
    return false;
  }

  if (first.kind === 'patch') {
    return first.tile === second.tile && first.row === second.row && first.column === second.column && equalBoxes(first.pixels, second.pixels);
  }

  return vocabularies.isSame(first.id, second.id);
}

function equalBoxes(first, second) {
  return first.every((value, at) => Math.abs(value - second[at]) < PIXELS);
}

function alignPatches(a, b, by, to) {
  if (by === BY.PATCH || by === BY.CELL) {
    for (const [key, position] of a.patchAt) {
      to[position] = b.patchAt.get(key);
    }

    return;
  }

  const grids = gridsOf(b.positions);
  if (grids.length === 0) {
    return;
  }

  // By the place on the picture, pictures are laid over each other from edge to edge.
  const [across, down] = by === BY.AREA ? [1, 1] : [b.manifest.image.width / a.manifest.image.width, b.manifest.image.height / a.manifest.image.height];
  gridsOf(a.positions).forEach(({ patches }, at) => {
    const others = (grids[at] ?? grids.at(-1)).patches;
    for (const position of patches) {
      const [x, y, width, height] = a.positions[position].pixels;
      to[position] = patchAtPoint(b, others, (x + width / 2) * across, (y + height / 2) * down) ?? NONE;
    }
  });
}

// Words are the same from the beginning on until the prompts part, and from the end back; answers until they part.
function alignText(a, b, vocabularies, to, from) {
  const pair = (first, second) => {
    to[first] = second;
    from[second] = first;
  };
  const same = (first, second) => vocabularies.isSame(a.positions[first].id, b.positions[second].id);
  const [texts, others] = [indexesOf(a, 'text'), indexesOf(b, 'text')];
  const shorter = Math.min(texts.length, others.length);
  let head = 0;
  while (head < shorter && same(texts[head], others[head])) {
    pair(texts[head], others[head]);
    head++;
  }

  for (let back = 1; back <= shorter - head && same(texts.at(-back), others.at(-back)); back++) {
    pair(texts.at(-back), others.at(-back));
  }

  const [answers, otherAnswers] = [indexesOf(a, 'answer'), indexesOf(b, 'answer')];
  for (let at = 0; at < Math.min(answers.length, otherAnswers.length) && same(answers[at], otherAnswers[at]); at++) {
    pair(answers[at], otherAnswers[at]);
  }

  // The feature behind a row of a finer grid has no cell of its own; where nothing before it differs, it is the same one.
  const shared = firstDifference(a, b, vocabularies) ?? a.count;
  for (let at = 0; at < shared; at++) {
    if (a.positions[at].kind === 'newline') {
      pair(at, at);
    }
  }
}

function indexesOf(model, kind) {
  return model.positions.flatMap((position, index) => (position.kind === kind ? [index] : []));
}
