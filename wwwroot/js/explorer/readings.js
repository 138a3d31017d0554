// Packed layer readings (ReadingCodec in src/Storage/Readings) as typed arrays over the bytes that came: nothing is copied or parsed per number.

const MAGIC = 0x31524c4c; // "LLR1", little-endian
const HEADER = 32;
const HAS_ENTROPY = 1;
const IS_LEGACY = 2;

/** All 65,536 half-precision values as float32. */
export const HALF = makeHalfTable();

/** exp() of all of them: the probability behind a half-precision log-probability. */
export const PROBABILITY = HALF.map((value) => (value <= 0 ? Math.exp(value) : 1));

/**
 * Reads packed layers that stand one after another.
 * @param {ArrayBuffer} buffer
 * @returns {{layer: number, k: number, first: number, count: number, ids: Uint16Array|Uint32Array, scores: Uint16Array, entropies: Uint16Array|null,
 *   tracked: Uint32Array, trackedScores: Uint16Array, trackedRanks: Uint32Array}[]} scores and entropies hold half-precision bits: look them up in HALF.
 */
export function parseReadings(buffer) {
  const view = new DataView(buffer);
  const readings = [];
  let start = 0;
  while (start < buffer.byteLength) {
    if (buffer.byteLength - start < HEADER || view.getUint32(start, true) !== MAGIC) {
      throw new Error(`The readings are damaged at byte ${start}: reload the page.`);
    }

    const idWidth = view.getUint8(start + 6);
    const flags = view.getUint8(start + 7);
    const layer = view.getUint16(start + 8, true);
    const k = view.getUint16(start + 10, true);
    const first = view.getUint32(start + 12, true);
    const count = view.getUint32(start + 16, true);
    const trackedCount = view.getUint16(start + 20, true);
    const length = view.getUint32(start + 24, true);

    let next = start + HEADER;
    const plane = (Type, size) => {
      const offset = next;
      next += (size * Type.BYTES_PER_ELEMENT + 3) & ~3;
      if (next > start + length || next > buffer.byteLength) {
        throw new Error(`The reading of layer ${layer} is cut short: reload the page.`);
      }

      return new Type(buffer, offset, size);
    };
    readings.push({
      layer,
      k,
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
