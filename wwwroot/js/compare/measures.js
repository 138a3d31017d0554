// What can be different between two readings, and how it is measured: the second's value less the first's, but for the divergence.

import { BELOW } from '../explorer/model.js';
import { NONE } from '../explorer/criteria.js';
import { klAtLeast, knownAt } from './divergence.js';

/** The measures' names in the address. */
export const MEASURES = ['changed', 'confidence', 'token', 'entropy', 'kl', 'best'];

/** In place of a difference: the token is below the last one kept on both sides, or so near to it on one that no difference is certain. */
export const HIDDEN = Infinity;

/** Whether a measure has a direction (less, none, more) or only a size. */
export const isSigned = (measure) => measure !== 'changed' && measure !== 'kl';

/**
 * How much two readings differ.
 * @param {object} pair See Pair: first and second models, vocabularies.
 * @param {string} measure
 * @param {number|null} token The first's token that is followed.
 * @param {{layer: number, position: number}} a In the first. @param {{layer: number, position: number}} b In the second.
 * @returns {number} NaN: cannot be told; or HIDDEN.
 */
export function difference(pair, measure, token, a, b) {
  const { first, second, vocabularies } = pair;
  if (a.layer === NONE || b.layer === NONE || !first.isRead(a.layer, a.position) || !second.isRead(b.layer, b.position)) {
    return NaN;
  }

  switch (measure) {
    case 'changed':
      return vocabularies.isSame(first.id(a.layer, a.position), second.id(b.layer, b.position)) ? 0 : 1;
    case 'confidence':
      return second.probability(b.layer, b.position) - first.probability(a.layer, a.position);
    case 'entropy':
      return second.entropy(b.layer, b.position) - first.entropy(a.layer, a.position);
    case 'best':
      return pair.sameDepth ? second.best[b.position] - first.best[a.position] : NaN;
    case 'token':
      return tokenDifference(pair, token, a, b);
    case 'kl':
      return vocabularies.areEqual ? klAtLeast(knownAt(first, a.layer, a.position), knownAt(second, b.layer, b.position)) / Math.LN2 : NaN;
    default:
      return NaN;
  }
}

// Where a token is not kept it lies between 0 and the least that is: the difference that is certain is the one to the nearer end.
function tokenDifference({ first, second, vocabularies }, token, a, b) {
  const other = token === null ? null : vocabularies.toSecond(token);
  if (token === null || other === null) {
    return NaN;
  }

  const mine = first.read(token, a.layer, a.position);
  const theirs = second.read(other, b.layer, b.position);
  if (mine !== BELOW && theirs !== BELOW) {
    return theirs - mine;
  }

  if (mine === BELOW && theirs === BELOW) {
    return HIDDEN;
  }

  const certain = theirs === BELOW ? second.least(b.layer, b.position) - mine : theirs - first.least(a.layer, a.position);
  return (theirs === BELOW) === (certain < 0) && certain !== 0 ? certain : HIDDEN;
}
