// What the pointer says of a chart, for the keyboard: a cursor that arrows move over a chart's points, shown by the chart's own tip.

const POINTER = { bubbles: true, pointerType: 'mouse' };

function pointAt(svg, x, y) {
  const box = svg.getBoundingClientRect();
  const scale = box.width / Number(svg.getAttribute('width'));
  svg.dispatchEvent(new PointerEvent('pointermove', { ...POINTER, clientX: box.left + x * scale, clientY: box.top + y * scale }));
}

const leave = (svg) => svg.dispatchEvent(new PointerEvent('pointerleave', POINTER));

function place(scale, value) {
  return scale.apply(value) + (scale.bandwidth ?? 0) / 2;
}

/** Points in a row (or one below the other): Observable Plot's charts. */
export class ListCursor {
  /**
   * @param {{value: unknown, text: string, link?: string}[]} points With their place on the axis, and where Enter leads.
   * @param {'x'|'y'} axis Along which they lie.
   */
  constructor(points, axis) {
    this.points = points;
    this.axis = axis;
    this.at = -1;
  }

  /** Moves by a key; the words of the point it comes to, or null if the key moves nothing. */
  move(key) {
    const last = this.points.length - 1;
    const [back, on] = this.axis === 'x' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const to = { [back]: this.at < 0 ? last : this.at - 1, [on]: this.at + 1, Home: 0, End: last }[key];
    if (to === undefined || last < 0) {
      return null;
    }

    this.at = Math.max(0, Math.min(last, to));
    return this.text;
  }

  /** The words of the point it is on, or null. */
  get text() {
    return this.points[this.at]?.text.replaceAll('\n', ', ') ?? null;
  }

  /** Where the point it is on leads. */
  get link() {
    return this.points[this.at]?.link ?? null;
  }

  /** Shows where it is in a drawing. */
  show(svg) {
    const point = this.points[this.at];
    if (point) {
      const along = place(svg.scale(this.axis), point.value);
      const across = svg.scale(this.axis === 'x' ? 'y' : 'x').range;
      const middle = (across[0] + across.at(-1)) / 2;
      pointAt(svg, ...(this.axis === 'x' ? [along, middle] : [middle, along]));
    }
  }

  /** Leaves the chart. */
  leave(svg) {
    this.at = -1;
    leave(svg);
  }
}

/** Cells in rows of a chart of Observable Plot. */
export class CellCursor {
  /** @param {{x: unknown, y: unknown, text: string, link?: string}[][]} rows From the topmost on. */
  constructor(rows) {
    this.rows = rows;
    this.at = null;
  }

  move(key) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -Infinity], End: [0, Infinity], PageUp: [-Infinity, 0], PageDown: [Infinity, 0] };
    if (!(key in steps) || this.rows.length === 0) {
      return null;
    }

    const [down, across] = this.at === null ? [0, 0] : steps[key];
    const [row, column] = this.at ?? [0, 0];
    const to = Math.max(0, Math.min(this.rows.length - 1, row + down));
    this.at = [to, Math.max(0, Math.min(this.rows[to].length - 1, column + across))];
    return this.text;
  }

  get #cell() {
    return this.at === null ? null : this.rows[this.at[0]][this.at[1]];
  }

  get text() {
    return this.#cell?.text.replaceAll('\n', ', ') ?? null;
  }

  get link() {
    return this.#cell?.link ?? null;
  }

  show(svg) {
    if (this.#cell) {
      pointAt(svg, place(svg.scale('x'), this.#cell.x), place(svg.scale('y'), this.#cell.y));
    }
  }

  leave(svg) {
    this.at = null;
    leave(svg);
  }
}

/** Cells of a grid: the mean map, whose drawing knows where its cells are. */
export class GridCursor {
  constructor(columns, rows, textOf) {
    Object.assign(this, { columns, rows, textOf, cell: null });
  }

  move(key) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-this.columns, 0], End: [this.columns, 0], PageUp: [0, -this.rows], PageDown: [0, this.rows] };
    if (!(key in steps)) {
      return null;
    }

    const [across, down] = this.cell === null ? [0, 0] : steps[key];
    const [column, row] = this.cell ?? [0, 0];
    this.cell = [Math.max(0, Math.min(this.columns - 1, column + across)), Math.max(0, Math.min(this.rows - 1, row + down))];
    return this.text;
  }

  get text() {
    return this.cell === null ? null : this.textOf(...this.cell);
  }

  show(svg) {
    if (this.cell !== null) {
      pointAt(svg, ...svg.middleOf(...this.cell));
    }
  }

  leave(svg) {
    this.cell = null;
    leave(svg);
  }
}
