// What the explorer knows of one analysis: positions, readings as they come, the best layer of each position.

import { NONE, chooseBestLayers } from './criteria.js';
import { FillerSet } from './filler.js';
import { gridsOf } from './grids.js';
import { patchKey } from './places.js';
import { HALF, joinReadings, parseReadings } from './readings.js';
import { say } from './texts.js';

/** In place of a probability or rank: the token is below the last one kept. */
export const BELOW = -1;

/** One analysis: its manifest, its token table, and the readings that have come so far. */
export class Model {
  constructor(manifest, tokens) {
    this.tokens = tokens;
    this.filler = new FillerSet(tokens);
    this.readings = [];

    // Counts what changed: readings that came, another criterion, another grid.
    this.version = 0;
    this.by = 'p';
    this.window = null;
    this.setManifest(manifest);
  }

  /** Takes a newer manifest of the same attempt: the state moved on, or the answer has come. */
  setManifest(manifest) {
    this.manifest = manifest;
    this.positions = manifest.positions;
    this.layers = manifest.layers;
    this.count = manifest.positions.length;
    this.patches = [];
    this.patchAt = new Map();
    this.positions.forEach((position, index) => {
      if (position.kind === 'patch') {
        this.patches.push(index);
        this.patchAt.set(patchKey(position.tile, position.row, position.column), index);
      }
    });
    this.setGrid(this.grid ?? 0);
    this.rows = new Map();
    for (const reading of this.readings) {
      this.#index(reading);
    }

    this.chooseBest(this.by, this.window);
  }

  /** Chooses the grid of patches that is shown, where a picture has several. */
  setGrid(at) {
    const grids = gridsOf(this.positions);
    this.grid = at;
    this.shownPatches = (grids[at] ?? grids[0])?.patches ?? [];
    this.shownSet = new Set(this.shownPatches);
  }

  /** Whether a position is a patch of the grid shown. */
  isShown(position) {
    return this.shownSet.has(position);
  }

  /** Adds packed layers, or summaries of layers, or the rests that go with them; returns how many. */
  add(buffer) {
    const readings = parseReadings(buffer);
    for (const reading of readings) {
      this.#index(reading.firstRank === 0 ? this.#addWhole(reading) : this.#addRest(reading));
    }

    if (readings.length > 0) {
      this.chooseBest(this.by, this.window);
    }

    return readings.length;
  }

  /** Forgets the readings: they belong to another attempt. */
  clear() {
    this.readings = [];
    this.rows.clear();
    this.chooseBest(this.by, this.window);
  }

  /** Whether any position has been read at this layer. */
  has(layer) {
    return this.rows.has(layer);
  }

  /** Whether this position has been read at this layer. */
  isRead(layer, position) {
    const row = this.rows.get(layer);
    return row !== undefined && row.reading[position] !== undefined;
  }

  /** The token read at a rank (0 = top), or NONE. */
  id(layer, position, rank = 0) {
    const reading = this.rows.get(layer)?.reading[position];
    return reading && rank < reading.k ? reading.ids[(position - reading.first) * reading.k + rank] : NONE;
  }

  /** Its probability, or NaN. */
  probability(layer, position, rank = 0) {
    const reading = this.rows.get(layer)?.reading[position];
    return reading && rank < reading.k ? reading.probabilities[reading.scores[(position - reading.first) * reading.k + rank]] : NaN;
  }

  /** What probabilities are compared by: finer near 1 than the probability itself. */
  comparable(layer, position) {
    const reading = this.rows.get(layer)?.reading[position];
    return reading ? reading.comparables[reading.scores[(position - reading.first) * reading.k]] : NaN;
  }

  /** Entropy in bits, or NaN where none was kept. */
  entropy(layer, position) {
    const reading = this.rows.get(layer)?.reading[position];
    return reading?.entropies ? HALF[reading.entropies[position - reading.first]] : NaN;
  }

  /** The top tokens as [{ id, probability }]. */
  top(layer, position) {
    const reading = this.rows.get(layer)?.reading[position];
    const top = [];
    for (let rank = 0; rank < (reading?.k ?? 0); rank++) {
      const at = (position - reading.first) * reading.k + rank;
      top.push({ id: reading.ids[at], probability: reading.probabilities[reading.scores[at]] });
    }

    return top;
  }

  /** The tracked tokens as [{ id, probability, rank }]. */
  tracked(layer, position) {
    const reading = this.rows.get(layer)?.reading[position];
    const tracked = [];
    const size = reading?.tracked.length ?? 0;
    for (let index = 0; index < size; index++) {
      const at = (position - reading.first) * size + index;
      tracked.push({ id: reading.tracked[index], probability: reading.probabilities[reading.trackedScores[at]], rank: reading.trackedRanks[at] });
    }

    return tracked;
  }

  /** The reading that holds a layer at a position, as parseReadings gives it, or undefined. */
  readingAt(layer, position) {
    return this.rows.get(layer)?.reading[position];
  }

  /** How many tokens are kept at a position. */
  kept(layer, position) {
    return this.rows.get(layer)?.reading[position]?.k ?? 0;
  }

  /** A token's probability if it is among those kept or tracked; BELOW if it is not (it is less likely than the last one kept); NaN where nothing was read. */
  read(id, layer, position) {
    const reading = this.rows.get(layer)?.reading[position];
    const at = reading ? placeOf(id, reading, position) : NONE;
    const tracked = reading && at === NONE ? trackedPlaceOf(id, reading, position) : NONE;
    return !reading ? NaN
      : at !== NONE ? reading.probabilities[reading.scores[at]]
      : tracked !== NONE ? reading.probabilities[reading.trackedScores[tracked]]
      : BELOW;
  }

  /** A token's rank, 1 = most probable; BELOW where it is neither kept nor tracked; NaN where nothing was read. */
  rank(id, layer, position) {
    const reading = this.rows.get(layer)?.reading[position];
    const at = reading ? placeOf(id, reading, position) : NONE;
    const tracked = reading && at === NONE ? trackedPlaceOf(id, reading, position) : NONE;
    return !reading ? NaN
      : at !== NONE ? at - (position - reading.first) * reading.k + 1
      : tracked !== NONE ? reading.trackedRanks[tracked]
      : BELOW;
  }

  /** The probability of the last token kept: what any token that is not kept stays below. */
  least(layer, position) {
    return this.probability(layer, position, this.kept(layer, position) - 1);
  }

  /** Whether entropies are known: imported files have none. */
  get hasEntropy() {
    return this.readings.length === 0 || this.readings.some((reading) => reading.entropies !== null);
  }

  /** Whether a layer was normed twice, as the earlier tools did with the last one. */
  isLegacy(layer) {
    const row = this.rows.get(layer);
    return row !== undefined && row.reading.some((reading) => reading?.legacy);
  }

  /** The window the best layer is looked for in: as asked, else 1…L, else whatever there is. */
  get effectiveWindow() {
    const [from, to] = this.window ?? [1, this.manifest.layerCount];
    return this.layers.some((layer) => layer >= from && layer <= to) ? [from, to] : [this.layers[0] ?? 0, this.layers.at(-1) ?? 0];
  }

  /** Finds each position's best layer; the first one on ties. */
  chooseBest(by, window) {
    this.by = by;
    this.window = window;
    this.version++;
    this.best = chooseBestLayers(this, by === 'entropy' && !this.hasEntropy ? 'p' : by, this.effectiveWindow);
    this.bestCounts = new Map(this.layers.map((layer) => [layer, 0]));
    for (const position of this.shownPatches) {
      const layer = this.best[position];
      if (layer !== NONE) {
        this.bestCounts.set(layer, this.bestCounts.get(layer) + 1);
      }
    }
  }

  /** The layer shown at a position: the chosen one, or (null) the position's best. */
  shown(layer, position) {
    return layer ?? this.best[position];
  }

  /** The patches' top tokens at a layer, or (null) at each one's best, as [{ id, count }], the most frequent first. */
  mostRead(layer) {
    const counts = new Map();
    for (const position of this.shownPatches) {
      const shown = this.shown(layer, position);
      const id = shown === NONE ? NONE : this.id(shown, position);
      if (id !== NONE) {
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }

    return [...counts].map(([id, count]) => ({ id, count })).sort((a, b) => b.count - a.count || a.id - b.id);
  }

  /** What people see of a token. */
  display(id) {
    return this.tokens.display(id) ?? `#${id}`;
  }

  /** Whether a token says nothing about a picture: empty, white space, or one of those added to the filler set. */
  isFiller(id) {
    return this.filler.has(id);
  }

  /** Whether it is a control token such as the end of the text. */
  isSpecial(id) {
    return this.tokens.kind(id) === 1;
  }

  /** Ids of all tokens whose displayed text passes a test. */
  find(test) {
    const found = new Set();
    this.tokens.forEach((id, display) => {
      if (test(display)) {
        found.add(id);
      }
    });

    return found;
  }

  #addWhole(reading) {
    this.readings.push(reading);
    return reading;
  }

  #addRest(rest) {
    const place = this.readings.findIndex((reading) => reading.layer === rest.layer && reading.first === rest.first && reading.count === rest.count);
    if (place < 0) {
      throw new Error(say('The summary of layer {0} is missing: reload the page.', rest.layer));
    }

    // What was joined already stays as it is.
    const reading = this.readings[place];
    return (this.readings[place] = reading.k === 1 && rest.k + rest.tracked.length > 0 ? joinReadings(reading, rest) : reading);
  }

  #index(reading) {
    let row = this.rows.get(reading.layer);
    if (!row) {
      row = { reading: new Array(this.count) };
      this.rows.set(reading.layer, row);
    }

    // A running analysis may hand over answer rows before the manifest names their positions.
    const end = Math.min(this.count, reading.first + reading.count);
    for (let position = reading.first; position < end; position++) {
      row.reading[position] = reading;
    }
  }
}

/** A checkpoint's token table: whole (ids are places) or only some rows of it. */
export class TokenTable {
  constructor({ ids, display, text, kind }) {
    this.columns = { display, text, kind };
    this.places = ids ? new Map(ids.map((id, place) => [id, place])) : null;
    this.ids = ids;
  }

  display(id) {
    return this.columns.display[this.#place(id)];
  }

  text(id) {
    return this.columns.text[this.#place(id)];
  }

  kind(id) {
    return this.columns.kind[this.#place(id)];
  }

  forEach(action) {
    this.columns.display.forEach((display, place) => action(this.ids ? this.ids[place] : place, display));
  }

  #place(id) {
    return this.places ? this.places.get(id) : id;
  }
}

// Where a token stands among those kept, or tracked, at a position; NONE if it does not.
function placeOf(id, reading, position) {
  const from = (position - reading.first) * reading.k;
  for (let at = from; at < from + reading.k; at++) {
    if (reading.ids[at] === id) {
      return at;
    }
  }

  return NONE;
}

function trackedPlaceOf(id, reading, position) {
  const at = reading.tracked.indexOf(id);
  return at < 0 ? NONE : (position - reading.first) * reading.tracked.length + at;
}
