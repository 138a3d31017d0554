// Draws the picture with its map, and the marks over it.

import { BELOW } from './model.js';
import { NONE } from './criteria.js';
import { formatProbability } from './format.js';
import { mapValue } from './maps.js';
import { maskOf, paintMask, paintOf } from './masks.js';
import { fitCanvas, make } from './dom.js';
import { neighbourOf } from './grids.js';

const TEXT_FROM = 44;
const SMALL_TEXT_FROM = 30;
const GRID_FROM = 5;

/** Draws the picture, what the model did not see of it, the map and the grid. */
export class PicturePainter {
  constructor(explorer) {
    this.explorer = explorer;
    this.patterns = new Map();
  }

  /** Whether the patches are large enough on screen for their tokens. */
  hasRoomForText(scale) {
    const { model, view } = this.explorer;
    const [, , width] = model.positions[model.shownPatches[0]]?.pixels ?? [0, 0, 0];
    return width * scale >= (view.map === 'text' ? SMALL_TEXT_FROM : TEXT_FROM);
  }

  drawBase(canvas, width, height, { scale, x, y }, input) {
    const { model, view, theme, bitmap } = this.explorer;
    const { image, seen } = model.manifest;
    const context = fitCanvas(canvas, width, height);
    context.clearRect(0, 0, width, height);
    if (input) {
      const [left, top, across, down] = input.at;
      context.imageSmoothingEnabled = false;
      context.drawImage(input.bitmap, x + left * scale, y + top * scale, across * scale, down * scale);
    } else if (bitmap) {
      context.imageSmoothingEnabled = scale * (image.width / bitmap.width) < 3;
      context.imageSmoothingQuality = 'high';
      this.drawPicture(context, bitmap, x, y, image.width * scale, image.height * scale);
    } else {
      context.fillStyle = theme.surface3;
      context.fillRect(x, y, image.width * scale, image.height * scale);
    }

    if (seen && !input) {
      // What the model did not see.
      context.fillStyle = theme.dark ? 'rgba(10,12,14,.68)' : 'rgba(251,251,250,.74)';
      context.beginPath();
      context.rect(x, y, image.width * scale, image.height * scale);
      context.rect(x + seen[0] * scale, y + seen[1] * scale, seen[2] * scale, seen[3] * scale);
      context.fill('evenodd');
    }

    const edge = (value) => Math.round(value * 2) / 2;
    const boxOf = (index) => {
      const [px, py, pw, ph] = model.positions[index].pixels;
      return [edge(x + px * scale), edge(y + py * scale), edge(x + (px + pw) * scale), edge(y + (py + ph) * scale)];
    };
    this.drawMap(context, boxOf, width, height);
    this.#drawGrid(context, boxOf, scale, view);
  }

  drawMarks(context, { scale, x, y }) {
    const { model, view, hover, theme } = this.explorer;
    const box = (index) => {
      const position = model.positions[index];
      const pixels = position?.pixels && model.isShown(index) ? position.pixels : null;
      return pixels ? [x + pixels[0] * scale, y + pixels[1] * scale, pixels[2] * scale, pixels[3] * scale] : null;
    };
    this.#drawLit(context, box, scale, x, y);
    this.#drawCollected(context, box);
    if (view.lock) {
      outline(context, box(view.lock.position), theme.dark ? theme.accent : '#ffffff', theme.dark ? '#06282b' : theme.accent, 2.5);
    }

    outline(context, hover ? box(hover.position) : null, '#ffffff', 'rgba(0,0,0,.75)', 0);
    return box;
  }

  /** Draws the picture itself. */
  drawPicture(context, bitmap, x, y, width, height) {
    context.drawImage(bitmap, x, y, width, height);
  }

  /** Draws the map over the patches. */
  drawMap(context, boxOf, width, height) {
    const { model, view, theme, painter } = this.explorer;
    const { map, strength } = view;
    const scale = this.explorer.scaleOf(map);
    const patches = model.shownPatches.map((index) => [index, ...boxOf(index)]).filter(([, left, top, right, bottom]) => right >= 0 && bottom >= 0 && left <= width && top <= height);
    if (map === 'mask') {
      const masked = maskOf(model, view.layer, model.shownPatches);
      paintMask(context, boxOf, model.shownPatches.filter((index) => model.shown(view.layer, index) !== NONE), masked, { veil: view.veil, invert: view.invert, colour: paintOf(view.paint, theme) });
    }

    for (const [index, left, top, right, bottom] of patches) {
      const layer = model.shown(view.layer, index);
      if (layer === NONE || !model.isRead(layer, index)) {
        continue;
      }

      const value = scale.isColoured ? mapValue(map, model, view, layer, index) : NaN;
      if (value === BELOW) {
        context.fillStyle = this.hatching(context, 'below');
        context.fillRect(left, top, right - left, bottom - top);
      } else if (!Number.isNaN(value)) {
        context.globalAlpha = strength;
        context.fillStyle = scale.colour(value, true);
        context.fillRect(left, top, right - left, bottom - top);
        context.globalAlpha = 1;
      }

      const id = model.id(layer, index);
      if (['confidence', 'entropy', 'best', 'text'].includes(map) && model.isFiller(id)) {
        context.fillStyle = this.hatching(context, 'filler');
        context.fillRect(left, top, right - left, bottom - top);
      }

      if (right - left >= (map === 'text' ? SMALL_TEXT_FROM : TEXT_FROM)) {
        this.drawText(context, painter, theme, id, value, model.probability(layer, index), left, top, right - left, bottom - top);
      }
    }
  }

  #drawGrid(context, boxOf, scale, view) {
    const { model } = this.explorer;
    const first = model.positions[model.shownPatches[0]];
    if (!first || first.pixels[2] * scale < GRID_FROM) {
      return;
    }

    context.lineWidth = 1;
    context.strokeStyle = ['none', 'mask', 'text'].includes(view.map) ? 'rgba(255,255,255,.3)' : 'rgba(0,0,0,.22)';
    context.beginPath();
    for (const index of model.shownPatches) {
      const [left, top, right, bottom] = boxOf(index);
      context.moveTo(Math.round(right) - 0.5, top);
      context.lineTo(Math.round(right) - 0.5, Math.round(bottom) - 0.5);
      context.lineTo(left, Math.round(bottom) - 0.5);
    }

    context.stroke();
  }

  /** Writes a patch's token, and a number under it where there is room. */
  drawText(context, painter, theme, id, value, probability, left, top, width, height) {
    const size = Math.min(15, Math.max(9.5, width / 5));
    const font = `${size}px ${theme.mono}`;
    context.font = font;
    context.textBaseline = 'middle';
    const room = width - 4;
    const middle = top + height / 2;
    const used = painter.width(context, font, id, room);
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.fillStyle = 'rgba(12,15,18,.62)';
    context.fillRect(left + (width - used) / 2 - 3, middle - size * 0.95, used + 6, size * 1.35);
    painter.draw(context, font, id, left + (width - used) / 2, middle - size * 0.25, room, '#ffffff');
    if (height >= TEXT_FROM) {
      context.font = `${size - 2}px ${theme.sans}`;
      const text = value === BELOW ? '' : formatProbability(['token', 'share'].includes(this.explorer.view.map) ? value : probability);
      const textWidth = context.measureText(text).width;
      context.fillStyle = 'rgba(12,15,18,.62)';
      context.fillRect(left + (width - textWidth) / 2 - 3, middle + size * 0.4, textWidth + 6, size * 1.15);
      context.fillStyle = '#e6eaec';
      context.fillText(text, left + (width - textWidth) / 2, middle + size);
    }

    context.restore();
  }

  #drawLit(context, box, scale, x, y) {
    const { model, theme } = this.explorer;
    const lit = this.explorer.lit();
    if (!lit) {
      return;
    }

    const { image } = model.manifest;
    context.fillStyle = 'rgba(8,10,12,.55)';
    context.beginPath();
    context.rect(x, y, image.width * scale, image.height * scale);
    const boxes = [...lit.positions].map(box).filter((area) => area !== null);
    for (const area of boxes) {
      context.rect(...area);
    }

    context.fill('evenodd');
    context.strokeStyle = theme.dark ? theme.accent : '#ffffff';
    context.lineWidth = 1.5;
    for (const [left, top, w, h] of boxes) {
      context.strokeRect(left + 0.75, top + 0.75, w - 1.5, h - 1.5);
    }
  }

  // Only the outer edges of what is collected: a rectangle looks like one.
  #drawCollected(context, box) {
    const { model, view, theme, collectedSet } = this.explorer;
    if (view.collected.length === 0) {
      return;
    }

    context.beginPath();
    for (const index of view.collected) {
      const area = box(index);
      if (!area) {
        continue;
      }

      const [left, top, w, h] = area;
      const edges = [[0, -1, left, top, left + w, top], [0, 1, left, top + h, left + w, top + h], [-1, 0, left, top, left, top + h], [1, 0, left + w, top, left + w, top + h]];
      for (const [columns, rows, x1, y1, x2, y2] of edges) {
        if (!collectedSet.has(neighbourOf(model, model.shownPatches, index, columns, rows))) {
          context.moveTo(x1, y1);
          context.lineTo(x2, y2);
        }
      }
    }

    context.lineWidth = 4;
    context.strokeStyle = theme.dark ? '#06282b' : theme.accent;
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = theme.dark ? theme.accent : '#ffffff';
    context.setLineDash([5, 3]);
    context.stroke();
    context.setLineDash([]);
  }

  // Filler: lines that rise to the right. Below the last kept: lines that fall, wider apart, on a faint ground.
  hatching(context, kind) {
    let pattern = this.patterns.get(kind);
    if (pattern) {
      return pattern;
    }

    const tile = make('canvas');
    tile.width = tile.height = 8;
    const pen = tile.getContext('2d');
    pen.lineWidth = kind === 'filler' ? 1.4 : 1;
    if (kind === 'below') {
      pen.fillStyle = 'rgba(20,24,28,.35)';
      pen.fillRect(0, 0, 8, 8);
    }

    for (const [colour, shift] of [['rgba(0,0,0,.42)', 0], [kind === 'filler' ? 'rgba(255,255,255,.32)' : 'rgba(255,255,255,.55)', 1.5]]) {
      pen.strokeStyle = colour;
      pen.beginPath();
      for (const offset of [-8, 0, 8]) {
        pen.moveTo(offset - 1 + shift, kind === 'filler' ? 9 : -1);
        pen.lineTo(offset + 9 + shift, kind === 'filler' ? -1 : 9);
      }

      pen.stroke();
    }

    pattern = context.createPattern(tile, 'repeat');
    this.patterns.set(kind, pattern);
    return pattern;
  }
}

function outline(context, area, inner, outer, grow) {
  if (!area) {
    return;
  }

  const [left, top, w, h] = area;
  for (const [thick, colour] of [[4, outer], [2, inner]]) {
    context.lineWidth = thick;
    context.strokeStyle = colour;
    context.strokeRect(left - grow, top - grow, w + 2 * grow, h + 2 * grow);
  }
}
