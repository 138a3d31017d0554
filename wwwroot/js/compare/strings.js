// Everything a comparison says, in one place.

import { formatProbability } from '../explorer/format.js';
import { say, sayCount } from '../explorer/texts.js';

/** Texts of controls. */
export const strings = {
  measures: [['changed', say('another top token')], ['confidence', say('Δ confidence')], ['token', say('Δ p of a token')], ['entropy', say('Δ entropy')], ['kl', say('KL divergence, at least')], ['best', say('Δ best layer')]],
  measure: say('Difference map'),
  strength: say('Strength of the difference map'),
  side: say('Map over the pictures'),
  shown: say('shown'),
  best: say('best layer of each patch'),
  bestOfEach: say('each patch at its own best layer, on either side'),
  by: [['p', say('max p')], ['entropy', say('min entropy')], ['margin', say('max margin')], ['final', say('first with the final token')]],
  byLabel: say('The best layer is chosen by'),
  from: say('First layer of the window'),
  to: say('Last layer of the window'),
  align: [['number', say('by number')], ['depth', say('by depth')]],
  alignLabel: say('Layers of other depths are put beside each other'),
  reference: say('reference'),
  makeReference: say('compare with this'),
  makeReferenceTitle: say('Differences are taken from this analysis'),
  open: say('Explorer'),
  openTitle: say('This analysis alone, at the same layer and patch'),
  remove: say('Remove'),
  copy: say('Copy link'),
  copyTitle: say('Copy a link to this view (c)'),
  linkNotCopied: say('Copy the address bar'),
  rowsNotCopied: say('Not copied'),
  range: say('Scale of the colours'),
  ranges: [['layer', say('fitted to this layer')], ['data', say('fitted to all layers')], ['full', say('whole scale')]],
  token: say('Token of the map'),
  tokenPlaceholder: say('token'),
  hidden: say('not kept on either side'),
  unknown: say('cannot be compared'),
  filler: say('filler'),
  same: say('same top token'),
  other: say('another top token'),
  table: say('Positions that differ most'),
  rows: [['all', say('patches and text')], ['patches', say('patches')], ['text', say('text')]],
  rowsLabel: say('Positions listed'),
  over: [['shown', say('at the layer shown')], ['window', say('each at its most different layer')]],
  overLabel: say('Layers of the table'),
  against: say('Compared with the reference'),
  tsv: say('Copy TSV'),
  csv: say('Copy CSV'),
  noRows: say('No position differs here.'),
  here: say('Readings here'),
  hint: say('Point at a patch in any picture: the others follow. Click locks it.'),
  words: say('Prompts and answers'),
  notRead: say('not read yet'),
  noSuchLayer: say('no such layer'),
  nothingBeside: say('nothing stands here for it'),
  keys: say('Arrow keys move over the patches of all pictures, Enter locks, full stop follows the token, Escape frees, plus and minus zoom, 0 shows all.'),
  course: (name) => say('p of {0} over layers', name),
  followed: say('Followed token, click one to follow it'),
  rootScale: say('bit, root scale'),
  equal: (position) => say('The same in both: every patch stands before position {0}, the first at which the inputs differ, and a causal model reads it without knowing what follows.', position),
  equalWhole: say('The same in both: the inputs are equal at every position.'),
  below4: (letter) => say('Differences in this row are taken from {0}. r, or “compare with this”, chooses another reference.', letter),
  bound: say('KL is a lower bound from the tokens kept'),
};

/** Units of the measures. */
export const units = { changed: '', confidence: 'Δp', token: 'Δp', entropy: say('bit'), kl: say('bit'), best: say('layers') };

/** Measures that are told in bits. */
export const inBits = (measure) => measure === 'entropy' || measure === 'kl';

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
      return value === 1 ? say('changed') : say('same');
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

  const size = formatDifference(measure, Math.abs(value)).replace('+', '');
  return measure === 'changed' ? (value === 1 ? say('another top token') : say('the same top token'))
    : measure === 'kl' ? say('divergence at least {0} bit', value.toFixed(3))
    : value === 0 ? say('no difference')
    : value < 0 ? say('{0} {1} less', size, units[measure]) : say('{0} {1} more', size, units[measure]);
}

/** What the difference map shows, in a sentence's beginning. */
export function captionOf(measure, { differ, read, hidden, mean, greatest }, name) {
  if (read === 0) {
    return hidden > 0 ? say('{0} is kept on neither side at any patch', name) : say('Nothing can be compared here yet');
  }

  switch (measure) {
    case 'changed':
      return say('Another top token in {0} of {1} patches', differ, read);
    case 'kl':
      return say('Divergence: median ≥ {0} bit, largest ≥ {1}', mean.toFixed(3), greatest.toFixed(2));
    case 'token':
      return hidden > 0
        ? say('p of {0}: mean {1} over {2} patches, kept on neither side in {3}', name, formatDifference(measure, mean), read, hidden)
        : say('p of {0}: mean {1} over {2} patches', name, formatDifference(measure, mean), read);
    case 'entropy':
      return say('Entropy: mean {0} bit over {1} patches', formatDifference(measure, mean), read);
    case 'best':
      return say('Best layer: mean {0} over {1} patches', formatDifference('entropy', mean), read);
    default:
      return say('Confidence: mean {0} over {1} patches', formatDifference(measure, mean), read);
  }
}

/** Why two pictures have no difference map, or what to know of the one they have; null for nothing. */
export function alignmentNote(by, { first, second, sameTurn, samePicture }) {
  switch (by) {
    case 'place':
      return samePicture && !sameTurn
        ? say('{0} and {1} look at the picture turned differently (their runs\' EXIF setting), so no patch of one stands for a patch of the other and there is no difference map. Clone one run with the other\'s setting to compare them.', first, second)
        : say('{0} and {1} are different pictures cut into different grids, so no patch of one stands for a patch of the other and there is no difference map. Pointing is linked by the place on the picture.', first, second);
    case 'cell':
      return say('{0} and {1} are different pictures: patches are compared by row and column, whatever lies there.', first, second);
    case 'area':
      return say('{0} and {1} cut the picture differently: each patch of {0} is compared with the patch of {1} that its middle lies in.', first, second);
    default:
      return null;
  }
}

/** What causality says of a pair. */
export function causalityNote({ at, positions, patches, isWhole, largest, changed }, first, second, words) {
  const checked = changed === 0 && largest === 0
    ? say('Checked: they are equal at every layer.')
    : changed === 0 && largest < 0.02
      ? say('Checked: they differ by {0} of probability at most, which is rounding (another batch or device).', formatSmall(largest))
      : sayCount('But they are not: probabilities differ by up to {1}, and {0} reading has another top token. The runs may have been computed in different precision.|But they are not: probabilities differ by up to {1}, and {0} readings have another top token. The runs may have been computed in different precision.', changed, formatSmall(largest));
  if (at === null) {
    return `${say('{0} and {1} have the same input at every position, so everything is read the same.', first, second)} ${checked}`;
  }

  const which = isWhole ? sayCount('{0} patch, the only one, stands before it.|all {0} patches stand before it.', patches)
    : patches === 0 ? say('no patch stands before it.') : sayCount('{0} patch stands before it.|{0} patches stand before it.', patches);
  return `${say('{0} and {1} first differ at position {2} ({3});', first, second, at, words)} ${which} ${sayCount('A causal model reads everything before it the same: {0} position.|A causal model reads everything before it the same: {0} positions.', positions)} ${checked}`;
}

function signed(value, text) {
  return `${value < 0 ? '−' : '+'}${text}`;
}

function formatSmall(value) {
  return value >= 0.001 ? value.toFixed(3) : value.toExponential(0);
}
