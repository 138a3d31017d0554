// Which tokens of two checkpoints are the same.

/** The tokens of two analyses beside each other. */
export class Vocabularies {
  /**
   * @param {object} first A TokenTable.
   * @param {object} second Another, or the same.
   */
  constructor(first, second) {
    this.first = first;
    this.second = second;

    // Equal tables: a token is the same where its id is, and distributions are over the same things.
    this.areEqual = first === second || equalTables(first, second);
    this.found = [null, null];
  }

  /** Whether a token of the first is a token of the second: the same id, or in other tables the same text. */
  isSame(id, other) {
    return this.areEqual ? id === other : this.first.display(id) !== undefined && this.first.display(id) === this.second.display(other);
  }

  /** The second's token that is one of the first's, or null. */
  toSecond(id) {
    return this.areEqual ? id : this.#find(1, this.first.display(id));
  }

  /** The first's token that is one of the second's, or null. */
  toFirst(id) {
    return this.areEqual ? id : this.#find(0, this.second.display(id));
  }

  #find(side, display) {
    if (this.found[side] === null) {
      const ids = new Map();
      [this.first, this.second][side].forEach((id, shown) => {
        if (!ids.has(shown)) {
          ids.set(shown, id);
        }
      });
      this.found[side] = ids;
    }

    return this.found[side].get(display) ?? null;
  }
}

function equalTables(first, second) {
  const [a, b] = [first.columns.display, second.columns.display];
  const [firstIds, secondIds] = [first.ids, second.ids];
  return a.length === b.length && a.every((display, at) => display === b[at]) && Boolean(firstIds) === Boolean(secondIds) && (!firstIds || firstIds.every((id, at) => id === secondIds[at]));
}
