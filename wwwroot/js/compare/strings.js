// Everything a comparison says, in one place.

import { formatProbability, layerName } from '../explorer/format.js';

/** Texts of controls. */
export const strings = {
  measures: [['changed', 'another top token'], ['confidence', 'Δ confidence'], ['token', 'Δ p of a token'], ['entropy', 'Δ entropy'], ['kl', 'KL divergence, at least'], ['best', 'Δ best layer']],
  measure: 'Difference map',
  strength: 'Strength of the difference map',
  side: 'Map over the pictures',
  shown: 'shown',
  best: 'best layer of each patch',
  bestOfEach: 'each patch at its own best layer, on either side',
  by: [['p', 'max p'], ['entropy', 'min entropy'], ['margin', 'max margin'], ['final', 'first with the final token']],
  byLabel: 'The best layer is chosen by',
  window: 'layers',
  from: 'First layer of the window',
  to: 'Last layer of the window',
  align: [['number', 'by number'], ['depth', 'by depth']],
  alignLabel: 'Layers of other depths are put beside each other',
  reference: 'reference',
  makeReference: 'compare with this',
  makeReferenceTitle: 'Differences are taken from this analysis',
  open: 'Explorer',
  openTitle: 'This analysis alone, at the same layer and patch',
  remove: 'Remove',
  copy: 'Copy link',
  copyTitle: 'Copy a link to this view (c)',
  copied: 'Copied',
  copyFailed: 'Copy the address bar',
  range: 'Scale of the colours',
  ranges: [['layer', 'fitted to this layer'], ['data', 'fitted to all layers'], ['full', 'whole scale']],
  token: 'Token of the map',
  tokenPlaceholder: 'token',
  hidden: 'not kept on either side',
  unknown: 'cannot be compared',
  filler: 'filler',
  below: '< the least kept',
  less: 'less',
  more: 'more',
  same: 'same top token',
  other: 'another top token',
  table: 'Positions that differ most',
  rows: [['all', 'patches and text'], ['patches', 'patches'], ['text', 'text']],
  rowsLabel: 'Positions listed',
  over: [['shown', 'at the layer shown'], ['window', 'each at its most different layer']],
  overLabel: 'Layers of the table',
  against: 'Compared with the reference',
  tsv: 'Copy TSV',
  csv: 'Copy CSV',
  noRows: 'No position differs here.',
  here: 'Readings here',
  hint: 'Point at a patch in any picture: the others follow. Click locks it.',
  words: 'Prompts and answers',
  notRead: 'not read yet',
  noSuchLayer: 'no such layer',
  nothingBeside: 'nothing stands here for it',
  keys: 'Arrow keys move over the patches of all pictures, Enter locks, full stop follows the token, Escape frees, plus and minus zoom, 0 shows all.',
  swap: 'The next reference (r)',
  course: (name) => `p of ${name} over layers`,
  followed: 'Followed token, click one to follow it',
  rootScale: 'bit, root scale',
  equal: (position) => `The same in both: every patch stands before position ${position}, the first at which the inputs differ, and a causal model reads it without knowing what follows.`,
  equalWhole: 'The same in both: the inputs are equal at every position.',
  below4: (letter) => `Differences in this row are taken from ${letter}. r, or “compare with this”, chooses another reference.`,
  bound: 'KL is a lower bound from the tokens kept',
};

/** Units of the measures. */
export const units = { changed: '', confidence: 'Δp', token: 'Δp', entropy: 'bit', kl: 'bit', best: 'layers' };

/** A measure's value with its sign. */
export function formatDifference(measure, value) {
  if (Number.isNaN(value)) {
    return '–';
  }

  if (value === Infinity) {
    return '·';
  }

  switch (measure) {
    case 'changed':
      return value === 1 ? 'changed' : 'same';
    case 'kl':
      return value < 0.0005 ? '≥ 0' : `≥ ${value.toFixed(3)}`;
    case 'best':
      return value === 0 ? '0' : signed(value, String(Math.abs(value)));
    case 'entropy':
      return Math.abs(value) < 0.005 ? '0.00' : signed(value, Math.abs(value).toFixed(2));
    default:
      return value === 0 ? '0' : signed(value, formatProbability(Math.abs(value)));
  }
}

/** The same in words. */
export function differenceInWords(measure, value) {
  if (Number.isNaN(value) || value === Infinity) {
    return '';
  }

  const size = formatDifference(measure, Math.abs(value));
  return measure === 'changed' ? (value === 1 ? 'another top token' : 'the same top token')
    : measure === 'kl' ? `divergence at least ${value.toFixed(3)} bit`
    : value === 0 ? 'no difference' : `${size.replace('+', '')} ${units[measure]} ${value < 0 ? 'less' : 'more'}`;
}

/** What the difference map shows, in a sentence's beginning. */
export function captionOf(measure, { differ, read, hidden, mean, greatest }, name) {
  if (read === 0) {
    return hidden > 0 ? `${name ?? 'The token'} is kept on neither side at any patch` : 'Nothing can be compared here yet';
  }

  switch (measure) {
    case 'changed':
      return `Another top token in ${differ} of ${read} patches`;
    case 'kl':
      return `Divergence: median ≥ ${mean.toFixed(3)} bit, largest ≥ ${greatest.toFixed(2)}`;
    case 'token':
      return `p of ${name}: mean ${formatDifference(measure, mean)} over ${read} patches${hidden > 0 ? `, kept on neither side in ${hidden}` : ''}`;
    default:
      return `${{ confidence: 'Confidence', entropy: 'Entropy', best: 'Best layer' }[measure]}: mean ${formatDifference(measure === 'best' ? 'entropy' : measure, mean)} over ${read} patches`;
  }
}

/** Why two pictures have no difference map, or what to know of the one they have; null for nothing. */
export function alignmentNote(by, { first, second, sameTurn, samePicture }) {
  switch (by) {
    case 'place':
      return samePicture && !sameTurn
        ? `${first} and ${second} look at the picture turned differently (their runs' EXIF setting), so no patch of one stands for a patch of the other and there is no difference map. Clone one run with the other's setting to compare them.`
        : `${first} and ${second} are different pictures cut into different grids, so no patch of one stands for a patch of the other and there is no difference map. Pointing is linked by the place on the picture.`;
    case 'cell':
      return `${first} and ${second} are different pictures: patches are compared by row and column, whatever lies there.`;
    case 'area':
      return `${first} and ${second} cut the picture differently: each patch of ${first} is compared with the patch of ${second} that its middle lies in.`;
    default:
      return null;
  }
}

/** What causality says of a pair. */
export function causalityNote({ at, positions, patches, isWhole, largest, changed }, first, second, words) {
  const checked = changed === 0 && largest === 0
    ? 'checked: they are equal at every layer'
    : changed === 0 && largest < 0.02
      ? `checked: they differ by ${formatSmall(largest)} of probability at most, which is rounding (another batch or device)`
      : `but they are not: probabilities differ by up to ${formatSmall(largest)} and ${changed} ${changed === 1 ? 'reading has' : 'readings have'} another top token. The runs may have been computed in different precision`;
  if (at === null) {
    return `${first} and ${second} have the same input at every position, so everything is read the same; ${checked}.`;
  }

  const which = isWhole ? `all ${patches} patches stand before it` : patches === 0 ? 'no patch stands before it' : `${patches} patches stand before it`;
  return `${first} and ${second} first differ at position ${at} (${words}); ${which}. A causal model reads everything before it the same: ${positions} positions, ${checked}.`;
}

/** "layer 9" short: 9, emb. */
export const nameOfLayer = layerName;

function signed(value, text) {
  return `${value < 0 ? '−' : '+'}${text}`;
}

function formatSmall(value) {
  return value >= 0.001 ? value.toFixed(3) : value.toExponential(0);
}
