// Two analyses beside each other: which positions answer to each other, and how much their readings differ.

import { NONE } from '../explorer/criteria.js';
import { BELOW } from '../explorer/model.js';
import { BY, alignPositions, firstDifference } from './alignment.js';
import { layerBeside } from './layers.js';
import { difference } from './measures.js';
import { Vocabularies } from './vocabulary.js';

/** A first analysis and a second one. */
export class Pair {
  /**
   * @param {object} first A Model. @param {object} second Another.
   * @param {boolean} sameOrientation Whether their runs look at a picture the same way up.
   */
  constructor(first, second, sameOrientation) {
    this.first = first;
    this.second = second;
    this.vocabularies = new Vocabularies(first.tokens, second.tokens);
    this.alignment = alignPositions(first, second, this.vocabularies, sameOrientation);
    this.sameDepth = first.manifest.layerCount === second.manifest.layerCount;
    this.kept = new Map();
  }

  /** Whether patches of the one stand for patches of the other. */
  get isComparable() {
    return this.alignment.by !== BY.PLACE;
  }

  /** Whether a position of the first can be compared. */
  canCompare(position) {
    return this.alignment.to[position] !== NONE && (this.isComparable || this.first.positions[position].kind !== 'patch');
  }

  /** What is compared at a position of the first, at a layer or (null) at each one's own best; null where nothing can be. */
  places(position, layer, align) {
    if (!this.canCompare(position)) {
      return null;
    }

    const other = this.alignment.to[position];
    const beside = layerBeside(layer, this.first, this.second, align);
    return {
      a: { layer: this.first.shown(layer, position), position },
      b: { layer: beside === undefined ? NONE : this.second.shown(beside, other), position: other },
    };
  }

  /** A measure at every position of the first: see difference(). */
  values(measure, token, layer, align) {
    return this.#keep(`${measure}|${token}|${layer}|${align}`, () => {
      const values = new Float64Array(this.first.count).fill(NaN);
      for (let position = 0; position < values.length; position++) {
        const places = this.places(position, layer, align);
        if (places) {
          values[position] = difference(this, measure, token, places.a, places.b);
        }
      }

      return values;
    });
  }

  /** The same at one position. */
  value(measure, token, layer, align, position) {
    const kept = this.#ofThisVersion().get(`${measure}|${token}|${layer}|${align}`);
    if (kept) {
      return kept[position];
    }

    const places = this.places(position, layer, align);
    return places ? difference(this, measure, token, places.a, places.b) : NaN;
  }

  /** For each position of the first its most different layer of a window, and the difference there. */
  most(measure, token, [from, to], align) {
    return this.#keep(`most|${measure}|${token}|${from}|${to}|${align}`, () => {
      const values = new Float64Array(this.first.count).fill(NaN);
      const layers = new Int16Array(this.first.count).fill(NONE);
      for (const layer of this.first.layers.filter((each) => each >= from && each <= to)) {
        const here = this.values(measure, token, layer, align);
        for (let position = 0; position < values.length; position++) {
          if (Number.isFinite(here[position]) && !(Math.abs(here[position]) <= Math.abs(values[position]))) {
            values[position] = here[position];
            layers[position] = layer;
          }
        }
      }

      return { values, layers };
    });
  }

  /** The greatest size of a measure over the patches shown, at some layers (null: each patch's best). */
  greatest(measure, token, layers, align) {
    return this.#keep(`greatest|${measure}|${token}|${layers}|${align}`, () => {
      let greatest = 0;
      for (const layer of layers) {
        const values = this.values(measure, token, layer, align);
        for (const position of this.first.shownPatches) {
          if (Number.isFinite(values[position])) {
            greatest = Math.max(greatest, Math.abs(values[position]));
          }
        }
      }

      return greatest;
    });
  }

  /** How many of the patches shown have another top token, at each layer of the first. */
  changedByLayer(align) {
    return this.#keep(`changed|${align}`, () => new Map(this.first.layers.map((layer) => {
      const values = this.values('changed', null, layer, align);
      return [layer, this.first.shownPatches.reduce((count, position) => count + (values[position] === 1 ? 1 : 0), 0)];
    })));
  }

  /**
   * What causality promises of the two, and whether it holds: positions before the first input that differs are read the same.
   * @returns {{at: number|null, patches: number, positions: number, largest: number, changed: number, isWhole: boolean}|null} at: the first position that differs, null if none does; patches, positions: before it;
   *   largest: the greatest difference of probability found there; changed: how many readings have another top token. Null where nothing is promised: another checkpoint, picture or way of reading it.
   */
  causality() {
    const [a, b] = [this.first.manifest, this.second.manifest];
    if (a.checkpoint.hash !== b.checkpoint.hash || this.alignment.by !== BY.PATCH || a.legacy !== b.legacy || a.lens !== b.lens || a.source || b.source) {
      return null;
    }

    return this.#keep('causality', () => {
      const at = firstDifference(this.first, this.second, this.vocabularies);
      const end = at ?? this.first.count;
      let largest = 0;
      let changed = 0;
      for (const layer of this.first.layers) {
        for (let position = 0; position < end; position++) {
          if (this.first.isRead(layer, position) && this.second.isRead(layer, position)) {
            changed += this.first.id(layer, position) === this.second.id(layer, position) ? 0 : 1;
            largest = Math.max(largest, this.#distance(layer, position));
          }
        }
      }

      const patches = this.first.patches.filter((position) => position < end).length;
      return { at, positions: end, patches, isWhole: patches === this.first.patches.length, largest, changed };
    });
  }

  // The greatest difference of what both keep; a token that one does not keep is at most as likely as the last one it does.
  #distance(layer, position) {
    let largest = 0;
    for (let rank = 0; rank < this.first.kept(layer, position); rank++) {
      const id = this.first.id(layer, position, rank);
      const mine = this.first.probability(layer, position, rank);
      const theirs = this.second.id(layer, position, rank) === id ? this.second.probability(layer, position, rank) : this.second.read(id, layer, position);
      largest = Math.max(largest, theirs === BELOW ? Math.max(0, mine - this.second.least(layer, position)) : Math.abs(mine - theirs));
    }

    return largest;
  }

  // What is computed is kept until readings come, or another criterion or grid is chosen.
  #keep(key, compute) {
    const kept = this.#ofThisVersion();
    if (!kept.has(key)) {
      kept.set(key, compute());
    }

    return kept.get(key);
  }

  #ofThisVersion() {
    const version = `${this.first.version}|${this.second.version}`;
    if (this.version !== version) {
      this.version = version;
      this.kept.clear();
    }

    return this.kept;
  }
}
