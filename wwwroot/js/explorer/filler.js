// Which tokens say nothing about a picture.

// What Python's str.strip() takes away. JavaScript's trim() differs: it takes U+FEFF too and leaves U+001C to U+001F and U+0085.
const PYTHON_SPACE = /^[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** Whether nothing is left of a text after Python's strip(): the rule of the earlier tools. */
export function isEmptyInPython(text) {
  return PYTHON_SPACE.test(text);
}

/** The filler tokens of a view: empty and white space, and those the lab adds. */
export class FillerSet {
  constructor(tokens) {
    this.tokens = tokens;
    this.added = new Set();
    this.known = new Map();
  }

  /** Sets the tokens added; true if that changed something. */
  setAdded(ids) {
    const same = ids.length === this.added.size && ids.every((id) => this.added.has(id));
    if (!same) {
      this.added = new Set(ids);
      this.known.clear();
    }

    return !same;
  }

  /** Whether a token is filler. */
  has(id) {
    let filler = this.known.get(id);
    if (filler === undefined) {
      const text = this.tokens.text(id);
      filler = this.added.has(id) || (text !== undefined && isEmptyInPython(text));
      this.known.set(id, filler);
    }

    return filler;
  }
}
