// Draws the layers table's cells: only those in sight.

import { BELOW } from './model.js';
import { NONE } from './criteria.js';
import { formatShort, layerName, placeName } from './format.js';
import { filtersCells, passes } from './table-rows.js';
import { say } from './texts.js';

const strings = { position: say('position'), normed: say('double-normed'), normedShort: say('norm ×2'), change: say('change ≥'), pointed: say('the position you point at') };

/** Sizes in CSS pixels. */
export const HEAD = 22;
export const PINNED = 24;
export const ROW = 20;
export const FIRST = 124;

const NUMBER_ROOM = 24;
const NUMBERS_FROM = 70;

/** Draws head and rows. */
export class TablePainter {
  /** @param {object} part The TablePart: rows, columns, changes, cell(at, scrollLeft). */
  constructor(explorer, part) {
    this.explorer = explorer;
    this.part = part;
  }

  /** Takes the colours in force. */
  prepare() {
    const { model, view } = this.explorer;
    this.scale = this.explorer.scaleOf(view.cells === 'entropy' ? 'entropy' : 'confidence');
    this.last = model.layers.findLast((layer) => model.has(layer));
    this.filtered = filtersCells(view);
  }

  drawRows(context, width, height, { scrollLeft, scrollTop }) {
    const { theme } = this.explorer;
    const { rows } = this.part;
    const from = Math.max(0, Math.floor(scrollTop / ROW));
    const to = Math.min(rows.length, Math.ceil((scrollTop + height - HEAD - PINNED) / ROW));
    context.save();
    context.beginPath();
    context.rect(0, HEAD + PINNED, width, height);
    context.clip();
    for (let at = from; at < to; at++) {
      this.drawRow(context, rows[at], HEAD + PINNED + at * ROW - scrollTop, ROW, width, scrollLeft, theme.surface);
    }

    context.restore();
  }

  drawHead(context, width, height, scrollLeft) {
    const { model, view, theme } = this.explorer;
    context.fillStyle = theme.surface2;
    context.fillRect(0, 0, width, HEAD);
    const [first, last] = model.effectiveWindow;
    context.save();
    context.beginPath();
    context.rect(FIRST, 0, width - FIRST, HEAD);
    context.clip();
    context.textAlign = 'center';
    this.part.columns.forEach(({ layer }, at) => {
      const [x, cell] = this.part.cell(at, scrollLeft);
      if (x > width || x + cell < FIRST) {
        return;
      }

      const chosen = layer !== null && view.layer === layer;
      if (chosen) {
        context.fillStyle = theme.accent;
        context.fillRect(x, HEAD - 3, cell, 3);
      }

      context.font = `${chosen ? '600 ' : ''}12px ${theme.sans}`;
      context.fillStyle = chosen ? theme.accent : layer !== null && (layer < first || layer > last) ? theme.inkFaint : theme.ink;
      const name = layer === null ? strings.change : layerName(layer);
      if (layer !== null && model.isLegacy(layer)) {
        this.#drawNormedHead(context, name, x, cell);
      } else {
        context.fillText(name, x + cell / 2, HEAD / 2, cell - 4);
      }
    });
    context.restore();
    context.textAlign = 'left';
    context.font = `12px ${theme.sans}`;
    context.fillStyle = theme.inkSoft;
    context.fillText(strings.position, 8, HEAD / 2);
    context.fillStyle = theme.line;
    context.fillRect(0, HEAD - 1, width, 1);
    context.fillRect(FIRST - 1, 0, 1, height);
  }

  // The layer's name with a small note behind it, the longest that has room; tooltip and inspector say it in full.
  #drawNormedHead(context, name, x, cell) {
    const { theme } = this.explorer;
    const nameFont = context.font;
    const nameWidth = context.measureText(name).width;
    const noteFont = `10px ${theme.sans}`;
    context.font = noteFont;
    const notes = [strings.normed, strings.normedShort].map((text) => ({ text, width: context.measureText(text).width + 4 }));
    const note = notes.find(({ width }) => nameWidth + width <= cell - 4) ?? { text: '', width: 0 };
    const left = x + (cell - nameWidth - note.width) / 2;
    context.textAlign = 'left';
    context.font = nameFont;
    context.fillText(name, left, HEAD / 2);
    context.font = noteFont;
    context.fillStyle = theme.inkSoft;
    context.fillText(note.text, left + nameWidth + 4, HEAD / 2);
    context.textAlign = 'center';
  }

  /** The row under the head: the position that is pointed at or locked. */
  drawPinned(context, place, width, scrollLeft) {
    const { view, theme } = this.explorer;
    context.fillStyle = theme.surface2;
    context.fillRect(0, HEAD, width, PINNED);
    if (place) {
      this.drawRow(context, place.position, HEAD, PINNED - 2, width, scrollLeft, theme.surface2);
      context.strokeStyle = view.lock ? theme.accent : theme.inkSoft;
      context.lineWidth = view.lock ? 2 : 1;
      context.strokeRect(0.5, HEAD + 0.5, width - 1, PINNED - 3);
    } else {
      context.font = `12px ${theme.sans}`;
      context.fillStyle = theme.inkFaint;
      context.fillText(strings.pointed, 8, HEAD + PINNED / 2 - 1);
    }

    context.fillStyle = theme.lineStrong;
    context.fillRect(0, HEAD + PINNED - 1, width, 1);
  }

  drawRow(context, index, top, rowHeight, width, scrollLeft, ground) {
    const { columns, column } = this.part;
    const firstColumn = Math.max(0, Math.floor(scrollLeft / column));
    const lastColumn = Math.min(columns.length, Math.ceil((scrollLeft + width - FIRST) / column));
    context.save();
    context.beginPath();
    context.rect(FIRST, top, width - FIRST, rowHeight);
    context.clip();
    for (let at = firstColumn; at < lastColumn; at++) {
      const [x, cell] = this.part.cell(at, scrollLeft);
      if (columns[at].layer === null) {
        this.#drawChange(context, index, x, top, cell, rowHeight);
      } else {
        this.#drawCell(context, index, columns[at].layer, x, top, cell, rowHeight);
      }
    }

    context.restore();
    this.#drawName(context, index, top, rowHeight, ground);
  }

  #drawCell(context, index, layer, x, top, cell, rowHeight) {
    const { model, view, theme, painter, foundIds } = this.explorer;
    if (!model.isRead(layer, index)) {
      return;
    }

    const isPatch = model.positions[index].kind === 'patch';
    const middle = top + rowHeight / 2;
    const id = model.id(layer, index);
    const probability = model.probability(layer, index);
    const place = this.#placeOf(model, view, layer, index, probability, isPatch);
    const faded = (this.filtered && !passes(model, view, foundIds, layer, index)) || (view.hide && model.isFiller(id));
    const ink = faded ? theme.inkSoft : Number.isNaN(place) ? theme.ink : theme.sure.ink(place);
    if (!Number.isNaN(place)) {
      context.globalAlpha = faded ? 0.18 : 1;
      context.fillStyle = theme.sure.colour(place);
      context.fillRect(x, top, cell - 1, rowHeight - 1);
      context.globalAlpha = 1;
    }

    const showNumber = cell >= NUMBERS_FROM;
    const font = `12px ${theme.mono}`;
    context.font = font;
    painter.draw(context, font, id, x + 4, middle, cell - 8 - (showNumber ? NUMBER_ROOM : 0), ink);
    if (showNumber) {
      context.font = `10px ${theme.sans}`;
      context.textAlign = 'right';
      context.fillText(formatShort(probability), x + cell - 5, middle);
      context.textAlign = 'left';
    }

    if (layer === model.best[index] && !view.pair) {
      context.fillStyle = ink;
      context.fillRect(x + 3, top + rowHeight - 3, cell - 7, 1.5);
    }
  }

  // Where the cell's colour lies between unsure and sure.
  #placeOf(model, view, layer, index, probability, isPatch) {
    if (view.cells === 'agreement') {
      const rank = model.rank(model.id(this.last, index), layer, index);
      return rank === BELOW ? 0 : 1 / rank;
    }

    return this.scale.place(view.cells === 'entropy' ? model.entropy(layer, index) : probability, isPatch);
  }

  #drawChange(context, index, x, top, cell, rowHeight) {
    const { theme } = this.explorer;
    const change = this.part.changes?.get(index);
    if (!change) {
      return;
    }

    context.fillStyle = theme.surface3;
    context.fillRect(x + 4, top + rowHeight - 6, cell - 44, 3);
    context.fillStyle = change.changed ? theme.accent : theme.lineStrong;
    context.fillRect(x + 4, top + rowHeight - 6, (cell - 44) * change.amount, 3);
    context.font = `12px ${theme.sans}`;
    context.fillStyle = change.changed ? theme.ink : theme.inkFaint;
    context.fillText(change.changed ? say('another token') : say('same token'), x + 4, top + rowHeight / 2 - 3);
    context.textAlign = 'right';
    context.fillText(change.amount.toFixed(3), x + cell - 5, top + rowHeight / 2);
    context.textAlign = 'left';
  }

  #drawName(context, index, top, rowHeight, ground) {
    const { model, view, theme, painter } = this.explorer;
    const position = model.positions[index];
    const middle = top + rowHeight / 2;
    const font = `12px ${theme.mono}`;
    context.fillStyle = ground;
    context.fillRect(0, top, FIRST - 1, rowHeight);
    if (position.kind === 'patch') {
      context.font = `12px ${theme.sans}`;
      context.fillStyle = theme.inkSoft;
      context.fillText(placeName(model, index), 8, middle);
      const layer = model.shown(view.layer, index);
      if (layer !== NONE && model.isRead(layer, index)) {
        context.font = font;
        painter.draw(context, font, model.id(layer, index), position.tile > 0 ? 74 : 58, middle, FIRST - (position.tile > 0 ? 82 : 66), theme.ink);
      }
    } else {
      context.font = font;
      if (position.kind === 'answer') {
        context.fillStyle = theme.accent;
        context.fillRect(0, top + 2, 3, rowHeight - 5);
      }

      painter.draw(context, font, position.id, 8, middle, FIRST - 16, theme.ink);
    }
  }
}
