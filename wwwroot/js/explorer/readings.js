// Packed layer readings (ReadingCodec in src/Storage/Readings) as typed arrays over the bytes that came: nothing is copied or parsed per number.
import { say } from './texts.js';

const MAGIC = 0x31524c4c; // "LLR1", little-endian
const HEADER = 32;
const HAS_ENTROPY = 1;
const IS_LEGACY = 2;

/** All 65,536 half-precision values as float32. */
export const HALF = makeHalfTable();

/** exp() of all of them: the probability behind a half-precision log-probability. */
export const PROBABILITY = HALF.map((value) => (value <= 0 ? Math.exp(value) : 1));

// What a score's 16 bits stand for, by the score kind of the header: the probability, and what is compared (finer near 1 than the probability is).
const SCORES = [
  { probabilities: PROBABILITY, comparables: HALF },
  makePrintedTables(),
];

/**
 * Reads packed layers, or parts of layers, that stand one after another.
 * @param {ArrayBuffer} buffer
 * @returns {{layer: number, k: number, firstRank: number, probabilities: Float32Array, comparables: Float32Array, first: number, count: number, ids: Uint16Array|Uint32Array, scores: Uint16Array, entropies: Uint16Array|null,
 *   tracked: Uint32Array, trackedScores: Uint16Array, trackedRanks: Uint32Array}[]} entropies hold half-precision bits: look them up in HALF; scores: look them up in the reading's own probabilities or comparables.
 *   firstRank: 0 for a whole layer and for a summary, 1 for the rest that joinReadings puts to its summary.
 */
export function parseReadings(buffer) {
  const view = new DataView(buffer);
  const readings = [];
  let start = 0;
  while (start < buffer.byteLength) {
    if (buffer.byteLength - start < HEADER || view.getUint32(start, true) !== MAGIC) {
      throw new Error(say('The readings are damaged at byte {0}: reload the page.', start));
    }

    const scoreKind = SCORES[view.getUint8(start + 5)];
    if (!scoreKind) {
      throw new Error(say('The readings have scores of an unknown kind ({0}): reload the page.', view.getUint8(start + 5)));
    }

    const idWidth = view.getUint8(start + 6);
    const flags = view.getUint8(start + 7);
    const layer = view.getUint16(start + 8, true);
    const k = view.getUint16(start + 10, true);
    const first = view.getUint32(start + 12, true);
    const count = view.getUint32(start + 16, true);
    const trackedCount = view.getUint16(start + 20, true);
    const firstRank = view.getUint16(start + 22, true);
    const length = view.getUint32(start + 24, true);

    let next = start + HEADER;
    const plane = (Type, size) => {
      const offset = next;
      next += (size * Type.BYTES_PER_ELEMENT + 3) & ~3;
      if (next > start + length || next > buffer.byteLength) {
        throw new Error(say('The reading of layer {0} is cut short: reload the page.', layer));
      }

      return new Type(buffer, offset, size);
    };
    readings.push({
      layer,
      k,
      firstRank,
      ...scoreKind,
      first,
      count,
      ids: plane(idWidth === 4 ? Uint32Array : Uint16Array, count * k),
      scores: plane(Uint16Array, count * k),
      entropies: flags & HAS_ENTROPY ? plane(Uint16Array, count) : null,
      tracked: plane(Uint32Array, trackedCount),
      trackedScores: plane(Uint16Array, count * trackedCount),
      trackedRanks: plane(Uint32Array, count * trackedCount),
      legacy: (flags & IS_LEGACY) !== 0,
    });
    start += length;
  }

  return readings;
}

/** Puts the rest of a layer (ranks 1…k−1, tracked tokens) to its summary (rank 0, entropies): the whole layer. */
export function joinReadings(summary, rest) {
  const k = rest.k + 1;
  const joined = (top, others) => {
    const plane = new others.constructor(summary.count * k);
    for (let position = 0, at = 0, from = 0; position < summary.count; position++) {
      plane[at++] = top[position];
      for (let rank = 1; rank < k; rank++) {
        plane[at++] = others[from++];
      }
    }

    return plane;
  };
  return { ...rest, k, firstRank: 0, ids: joined(summary.ids, rest.ids), scores: joined(summary.scores, rest.scores), entropies: summary.entropies };
}

function makePrintedTables() {
  const units = 10000;
  const table = Float32Array.from({ length: units + 1 }, (_, value) => value / units);
  return { probabilities: table, comparables: table };
}

function makeHalfTable() {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) {
      table[bits] = sign * fraction * 2 ** -24;
    } else if (exponent === 31) {
      table[bits] = fraction ? NaN : sign * Infinity;
    } else {
      table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
    }
  }

  return table;
}
