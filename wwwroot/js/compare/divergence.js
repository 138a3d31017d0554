// How far two distributions over tokens are apart at least, when only the likeliest tokens of each are kept, in few bits.
//
// All tokens that neither side keeps are one group, the rest; every other token is one by itself. Grouping never makes a divergence larger (the log-sum inequality), so the
// divergence between the groups is a lower bound. What one side does not keep is not known there, but is at most as likely as the last token it keeps; and all that is not kept
// takes what the kept ones leave. The bound is the least over all such ways to fill in the unknown, a convex problem whose answer comes from filling up to the limits.
//
// What is kept is rounded. The divergence is convex in both distributions together, and stays so when the unknown is minimised over, so at the true values it is at
// least what its tangent plane at the rounded ones says: the largest change of that plane within the rounding is taken off. (docs/adr/0016)

import { HALF, PROBABILITY } from '../explorer/readings.js';

const PRINTED_SLACK = 0.00005 + 1e-9;
const FLOAT_SLACK = 2e-7;

// No mass is 0 as long as a token is unknown: far below anything that can be seen.
const TINY = 1e-12;
const LEAST = 1e-9;

/** How far a probability kept as a half-precision logarithm may be from the true one. */
const HALF_SLACK = makeHalfSlack();

/**
 * What is known of the distribution at a position.
 * @returns {{ids: number[], p: Float64Array, slack: Float64Array, least: number}|null} p: probabilities as kept; slack: how far the true ones may lie from them; least: no other token is likelier.
 *   Null where nothing was read.
 */
export function knownAt(model, layer, position) {
  const reading = model.readingAt(layer, position);
  if (!reading) {
    return null;
  }

  const { k, scores, probabilities, tracked, trackedScores, trackedRanks } = reading;
  const isLog = probabilities === PROBABILITY;
  const row = position - reading.first;
  const ids = [];
  const bits = [];
  for (let at = row * k; at < (row + 1) * k; at++) {
    ids.push(reading.ids[at]);
    bits.push(scores[at]);
  }

  // Tracked tokens that are among those kept are there already.
  for (let at = 0; at < tracked.length; at++) {
    const place = row * tracked.length + at;
    if (trackedRanks[place] > k || !ids.includes(tracked[at])) {
      ids.push(tracked[at]);
      bits.push(trackedScores[place]);
    }
  }

  const p = Float64Array.from(bits, (bit) => probabilities[bit]);
  const slack = Float64Array.from(bits, (bit) => (isLog ? HALF_SLACK[bit] : PRINTED_SLACK));
  return { ids, p, slack, least: Math.min(1, Math.max(LEAST, p[k - 1] + slack[k - 1])) };
}

/** The least that KL(P ‖ Q) can be, in nats, 0 if nothing can be said. */
export function klAtLeast(first, second) {
  const matched = [];
  const matchedOther = new Uint8Array(second.ids.length);
  const onlyFirst = [];
  for (let at = 0; at < first.ids.length; at++) {
    const place = second.ids.indexOf(first.ids[at]);
    if (place < 0) {
      onlyFirst.push(at);
    } else {
      matched.push([at, place]);
      matchedOther[place] = 1;
    }
  }

  const onlySecond = [];
  for (let place = 0; place < second.ids.length; place++) {
    if (matchedOther[place] === 0) {
      onlySecond.push(place);
    }
  }

  const bounds = [0, boundOfGroups(first, second, matched, onlyFirst, onlySecond), boundOfSingles(first, second, matched, onlyFirst, onlySecond)];

  // Where next to nothing is left for the rest, its ratio is all rounding. With one token put to it, a large one, it is not.
  const largest = (list, size) => list.reduce((best, each) => (size(each) > size(best) ? each : best), list[0]);
  if (matched.length > 0) {
    const put = largest(matched, ([at, place]) => first.p[at] + second.p[place]);
    bounds.push(boundOfGroups(first, second, matched.filter((each) => each !== put), onlyFirst, onlySecond));
  }

  if (onlyFirst.length > 0 && onlySecond.length > 0) {
    const [put, other] = [largest(onlyFirst, (at) => first.p[at]), largest(onlySecond, (place) => second.p[place])];
    bounds.push(boundOfGroups(first, second, matched, onlyFirst.filter((each) => each !== put), onlySecond));
    bounds.push(boundOfGroups(first, second, matched, onlyFirst, onlySecond.filter((each) => each !== other)));
  }

  return Math.max(...bounds);
}

function boundOfGroups(first, second, matched, onlyFirst, onlySecond) {
  const p = normalised(first, [...matched.map(([at]) => at), ...onlyFirst]);
  const q = normalised(second, [...matched.map(([, place]) => place), ...onlySecond]);
  const filled = fillIn(onlyFirst.map((at) => p.values[at]), onlySecond.map((place) => q.values[place]), Math.max(TINY, 1 - p.sum), Math.max(TINY, 1 - q.sum), first.least, second.least);
  let bound = divergenceOf(filled.restP, filled.restQ);
  let doubt = 0;
  for (const [at, place] of matched) {
    const [mine, other] = [p.values[at], q.values[place]];
    bound += divergenceOf(mine, other);
    doubt += Math.abs(Math.log(mine / other) - filled.logSlope) * p.slack[at] + Math.abs(filled.slope - mine / other) * q.slack[place];
  }

  onlyFirst.forEach((at, index) => {
    const other = filled.ofSecond[index];
    bound += divergenceOf(p.values[at], other);
    doubt += Math.abs(Math.log(p.values[at] / other) - filled.logSlope) * p.slack[at];
  });
  onlySecond.forEach((place, index) => {
    const mine = filled.ofFirst[index];
    bound += divergenceOf(mine, q.values[place]);
    doubt += Math.abs(filled.slope - mine / q.values[place]) * q.slack[place];
  });
  const least = bound - doubt;
  return Number.isFinite(least) ? least : 0;
}

/**
 * Fills in what is not known so that the divergence is least.
 * @param {number[]} onlyP Probabilities under P of tokens that Q does not keep. @param {number[]} onlyQ Under Q, of those that P does not keep.
 * @param {number} leftP What P leaves to onlyQ's tokens and the rest. @param {number} leftQ What Q leaves to onlyP's and the rest.
 * @param {number} mostP No token that P does not keep is likelier. @param {number} mostQ The same for Q.
 * @returns {{ofSecond: number[], ofFirst: number[], restP: number, restQ: number, slope: number, logSlope: number}} slope, logSlope: how the least divergence falls with leftQ and leftP.
 */
function fillIn(onlyP, onlyQ, leftP, leftQ, mostP, mostQ) {
  // Where the divergence is least, every token that is not at its limit stands in the ratio of the rest: Q's are p / r, P's are q · r. What is left over is a function of r in straight pieces.
  const ofSecond = (r) => onlyP.map((p) => Math.min(mostQ, p / r));
  const ofFirst = (r) => onlyQ.map((q) => Math.min(mostP, q * r));
  const over = (r) => leftP - sum(ofFirst(r)) - r * (leftQ - sum(ofSecond(r)));
  const corners = [...onlyP.map((p) => p / mostQ), ...onlyQ.map((q) => mostP / q)].sort((a, b) => a - b);
  const steps = [0, ...corners, 2 * Math.max(1, corners.at(-1) ?? 1, (leftP + sum(onlyP)) / leftQ)];
  let from = 0;
  let overFrom = leftP;
  for (const to of steps.slice(1)) {
    const overTo = over(to);
    if (to > from && overFrom > 0 !== overTo > 0) {
      const r = from + ((to - from) * overFrom) / (overFrom - overTo);
      const [second, first] = [ofSecond(r), ofFirst(r)];
      const restQ = leftQ - sum(second);
      if (restQ > 0) {
        return { ofSecond: second, ofFirst: first, restP: restQ * r, restQ, slope: r, logSlope: Math.log(r) };
      }
    }

    from = to;
    overFrom = overTo;
  }

  // Nothing is left for the rest: both sides are filled with the tokens that the other keeps.
  const second = pourInto(onlyP, mostQ, leftQ);
  const first = pourInto(onlyQ, mostP, leftP);
  return { ofSecond: second.parts, ofFirst: first.parts, restP: 0, restQ: 0, slope: 1 / second.ratio, logSlope: Math.log(first.ratio) };
}

// Shares an amount out in the ratio of some weights, none of which gets more than a limit.
function pourInto(weights, limit, amount) {
  const order = weights.map((_, at) => at).sort((a, b) => weights[b] - weights[a]);
  let left = amount;
  let total = sum(weights);
  let ratio = left / total;
  for (const at of order) {
    ratio = left / total;
    if (weights[at] * ratio <= limit) {
      break;
    }

    left -= limit;
    total -= weights[at];
  }

  return { ratio, parts: weights.map((weight) => Math.min(limit, weight * ratio)) };
}

function sum(values) {
  let total = 0;
  for (const value of values) {
    total += value;
  }

  return total;
}

// What a group puts to the divergence.
function divergenceOf(p, q) {
  return p > 0 ? p * Math.log(p / q) : 0;
}

// One token against all others, for each token: weaker, but exact about rounding, which matters where next to nothing is left over.
function boundOfSingles(first, second, matched, onlyFirst, onlySecond) {
  let most = 0;
  for (const [at, place] of matched) {
    most = Math.max(most, ofTwo([first.p[at] - first.slack[at], first.p[at] + first.slack[at]], [second.p[place] - second.slack[place], second.p[place] + second.slack[place]]));
  }

  for (const at of onlyFirst) {
    most = Math.max(most, ofTwo([first.p[at] - first.slack[at], first.p[at] + first.slack[at]], [0, second.least]));
  }

  for (const place of onlySecond) {
    most = Math.max(most, ofTwo([0, first.least], [second.p[place] - second.slack[place], second.p[place] + second.slack[place]]));
  }

  return most;
}

// The least divergence between a probability of one interval and one of another.
function ofTwo([lowP, highP], [lowQ, highQ]) {
  if (lowP <= highQ && lowQ <= highP) {
    return 0;
  }

  const p = Math.min(1 - TINY, Math.max(TINY, lowP > highQ ? lowP : highP));
  const q = Math.min(1 - TINY, Math.max(TINY, lowP > highQ ? highQ : lowQ));
  return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
}

// Rounded probabilities may sum to more than 1, and printed ones may be 0: a point near by that is a distribution, with the way to it put to the slack.
function normalised({ p, slack }, places) {
  const values = new Float64Array(p.length);
  for (const at of places) {
    values[at] = Math.max(p[at], TINY);
  }

  const total = sum(values);
  const scale = total > 1 - TINY ? (1 - TINY) / total : 1;
  const scaled = values.map((value) => value * scale);
  return { values: scaled, sum: total * scale, slack: slack.map((value, at) => value + Math.abs(scaled[at] - p[at])) };
}

function makeHalfSlack() {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const size = Math.abs(HALF[bits]);
    if (!Number.isFinite(size)) {
      // Below the least logarithm a half can hold: a probability that is 0 in any arithmetic.
      continue;
    }

    // Half of the distance to the next half-precision number.
    const half = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.max(size, 2 ** -14)))) - 11);
    table[bits] = PROBABILITY[bits] * (Math.expm1(half) + FLOAT_SLACK);
  }

  return table;
}
