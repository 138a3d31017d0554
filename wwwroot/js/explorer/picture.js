// The picture with its patch grid. Two canvases: the picture and its map below, marks above, so that a moving pointer redraws marks only.

import { NONE, patchKey } from './model.js';
import { CHANGED, Listeners, fitCanvas, make, watchSize } from './dom.js';
import { fillToken, formatProbability, layerName, layerPhrase } from './format.js';

const TEXT_FROM = 44;
const MAX_ZOOM = 64;
const DRAG_FROM = 4;
const MARGIN = 8;

// Edges are computed, so two neighbours' need not be equal to the last bit; no point may fall between them.
const SLACK = 1e-6;

/** The picture, its map and its marks. */
export class PicturePart {
  constructor(explorer) {
    this.explorer = explorer;
    this.base = make('canvas', { 'aria-hidden': 'true' });
    this.canvas = make('canvas', { class: 'lx-picture-marks', tabindex: '0', role: 'application', 'aria-roledescription': 'picture with patches' });
    this.tip = make('div', { class: 'lx-tip', hidden: true, 'aria-hidden': 'true' });
    this.element = make('div', { class: 'lx-picture' }, this.base, this.canvas, this.tip);
    this.listeners = new Listeners();
    this.hatch = null;
    this.stopWatching = watchSize(this.element, () => explorer.invalidate(CHANGED.LOOK));
    this.#listen();
  }

  draw(flags) {
    const { model } = this.explorer;
    const { width, height } = this.#size();
    if (!model || width === 0 || height === 0) {
      return;
    }

    if (flags & ~CHANGED.MARK) {
      this.#drawBase(width, height);
      this.canvas.setAttribute('aria-label', this.#label());
    }

    this.#drawMarks(width, height);
  }

  /** Shows the whole picture again. */
  resetZoom() {
    this.explorer.setLook(1, [0.5, 0.5]);
  }

  dispose() {
    this.stopWatching();
    this.listeners.dispose();
  }

  #label() {
    const { model, view } = this.explorer;
    const name = model.manifest.image.name;
    return `${name}: ${model.patches.length} patches, ${view.layer === null ? 'each at its best layer' : `at ${layerPhrase(view.layer)}`}. `
      + 'Arrow keys move over the patches, Enter locks, Escape frees, plus and minus zoom, 0 shows all.';
  }

  #size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  // Where the picture lies on screen: screen = pixel * scale + offset.
  #place() {
    const { image } = this.explorer.model.manifest;
    const { zoom, centre } = this.explorer.view;
    const { width, height } = this.#size();
    const fit = Math.min((width - 2 * MARGIN) / image.width, (height - 2 * MARGIN) / image.height);
    const scale = Math.max(fit, 1e-6) * zoom;
    return { scale, x: width / 2 - centre[0] * image.width * scale, y: height / 2 - centre[1] * image.height * scale };
  }

  #drawBase(width, height) {
    const { model, view, theme, bitmap, painter } = this.explorer;
    const { image, seen } = model.manifest;
    const context = fitCanvas(this.base, width, height);
    const { scale, x, y } = this.#place();
    context.clearRect(0, 0, width, height);
    if (bitmap) {
      context.imageSmoothingEnabled = scale * (image.width / bitmap.width) < 3;
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, x, y, image.width * scale, image.height * scale);
    } else {
      context.fillStyle = theme.surface3;
      context.fillRect(x, y, image.width * scale, image.height * scale);
    }

    if (seen) {
      // What the model did not see.
      context.fillStyle = theme.dark ? 'rgba(10,12,14,.68)' : 'rgba(251,251,250,.74)';
      context.beginPath();
      context.rect(x, y, image.width * scale, image.height * scale);
      context.rect(x + seen[0] * scale, y + seen[1] * scale, seen[2] * scale, seen[3] * scale);
      context.fill('evenodd');
    }

    const { map, strength } = view;
    const layerSpan = Math.max(1, model.manifest.layerCount);
    const entropySpan = this.explorer.entropySpan;
    const edge = (value) => Math.round(value * 2) / 2;
    for (const index of model.patches) {
      const layer = model.shown(view.layer, index);
      if (layer === NONE || !model.isRead(layer, index)) {
        continue;
      }

      const [px, py, pw, ph] = model.positions[index].pixels;
      const left = edge(x + px * scale);
      const top = edge(y + py * scale);
      const right = edge(x + (px + pw) * scale);
      const bottom = edge(y + (py + ph) * scale);
      if (right < 0 || bottom < 0 || left > width || top > height) {
        continue;
      }

      if (map !== 'none' && (map !== 'best' || model.best[index] !== NONE)) {
        context.globalAlpha = strength;
        if (map === 'confidence') {
          context.fillStyle = theme.sure.colour(model.probability(layer, index));
        } else if (map === 'entropy') {
          context.fillStyle = theme.sure.colour(1 - model.entropy(layer, index) / entropySpan);
        } else {
          // Whichever layer is shown: a map of the shown one would be a single colour.
          context.fillStyle = theme.depth.colour(model.best[index] / layerSpan);
        }

        context.fillRect(left, top, right - left, bottom - top);
        context.globalAlpha = 1;
      }

      const id = model.id(layer, index);
      if (map !== 'none' && model.isFiller(id)) {
        context.fillStyle = this.#hatching(context);
        context.fillRect(left, top, right - left, bottom - top);
      }

      if (right - left >= TEXT_FROM) {
        this.#drawText(context, painter, theme, id, model.probability(layer, index), left, top, right - left, bottom - top);
      }
    }

    this.#drawGrid(context, scale, x, y);
  }

  #drawGrid(context, scale, x, y) {
    const { model, view } = this.explorer;
    context.lineWidth = 1;
    context.strokeStyle = view.map === 'none' ? 'rgba(255,255,255,.35)' : 'rgba(0,0,0,.22)';
    context.beginPath();
    for (const index of model.patches) {
      const [px, py, pw, ph] = model.positions[index].pixels;
      if (pw * scale < 5) {
        break;
      }

      const right = Math.round(x + (px + pw) * scale) - 0.5;
      const bottom = Math.round(y + (py + ph) * scale) - 0.5;
      context.moveTo(right, y + py * scale);
      context.lineTo(right, bottom);
      context.lineTo(x + px * scale, bottom);
    }

    context.stroke();
  }

  #drawText(context, painter, theme, id, probability, left, top, width, height) {
    const size = Math.min(15, Math.max(11, width / 5));
    const font = `${size}px ${theme.mono}`;
    context.font = font;
    context.textBaseline = 'middle';
    const room = width - 6;
    const middle = top + height / 2;
    const used = painter.width(context, font, id, room);
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.fillStyle = 'rgba(12,15,18,.62)';
    context.fillRect(left + (width - used) / 2 - 3, middle - size * 0.95, used + 6, size * 1.35);
    painter.draw(context, font, id, left + (width - used) / 2, middle - size * 0.25, room, '#ffffff');
    if (height >= TEXT_FROM + 12) {
      context.font = `${size - 2}px ${theme.sans}`;
      const text = formatProbability(probability);
      const textWidth = context.measureText(text).width;
      context.fillStyle = 'rgba(12,15,18,.62)';
      context.fillRect(left + (width - textWidth) / 2 - 3, middle + size * 0.4, textWidth + 6, size * 1.15);
      context.fillStyle = '#e6eaec';
      context.fillText(text, left + (width - textWidth) / 2, middle + size);
    }

    context.restore();
  }

  #drawMarks(width, height) {
    const { model, view, hover, theme } = this.explorer;
    const context = fitCanvas(this.canvas, width, height);
    const { scale, x, y } = this.#place();
    context.clearRect(0, 0, width, height);
    const box = (index) => {
      const pixels = model.positions[index]?.pixels;
      return pixels ? [x + pixels[0] * scale, y + pixels[1] * scale, pixels[2] * scale, pixels[3] * scale] : null;
    };

    const lit = this.explorer.lit();
    if (lit) {
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

    const outline = (index, inner, outer, grow) => {
      const area = index === null || index === undefined ? null : box(index);
      if (!area) {
        return;
      }

      const [left, top, w, h] = area;
      context.lineWidth = 4;
      context.strokeStyle = outer;
      context.strokeRect(left - grow, top - grow, w + 2 * grow, h + 2 * grow);
      context.lineWidth = 2;
      context.strokeStyle = inner;
      context.strokeRect(left - grow, top - grow, w + 2 * grow, h + 2 * grow);
    };

    context.setLineDash([4, 3]);
    for (const index of view.collected) {
      outline(index, '#ffffff', theme.accent, 0);
    }

    context.setLineDash([]);
    if (view.lock) {
      outline(view.lock.position, theme.dark ? theme.accent : '#ffffff', theme.dark ? '#06282b' : theme.accent, 2.5);
    }

    outline(hover?.position, '#ffffff', 'rgba(0,0,0,.75)', 0);
    this.#drawTip(width, box);
  }

  // While something is locked the inspector stays with it; what the pointer is over is said beside the patch.
  #drawTip(width, box) {
    const { model, view, hover } = this.explorer;
    const area = view.lock && hover && hover.position !== view.lock.position && hover.from === 'picture' ? box(hover.position) : null;
    this.tip.hidden = !area;
    if (!area) {
      return;
    }

    const layer = model.shown(view.layer, hover.position);
    if (layer === NONE) {
      this.tip.hidden = true;
      return;
    }

    const token = make('span');
    fillToken(token, model, model.id(layer, hover.position));
    this.tip.replaceChildren(token, ` ${formatProbability(model.probability(layer, hover.position))} · ${layerName(layer)}`);
    const left = Math.min(Math.max(0, area[0]), width - this.tip.offsetWidth);
    this.tip.style.transform = `translate(${left}px, ${Math.max(0, area[1] - this.tip.offsetHeight - 6)}px)`;
  }

  #hatching(context) {
    if (this.hatch) {
      return this.hatch;
    }

    const tile = make('canvas');
    tile.width = tile.height = 8;
    const pen = tile.getContext('2d');
    pen.lineWidth = 1.4;
    for (const [colour, shift] of [['rgba(0,0,0,.42)', 0], ['rgba(255,255,255,.32)', 1.5]]) {
      pen.strokeStyle = colour;
      pen.beginPath();
      for (const offset of [-8, 0, 8]) {
        pen.moveTo(offset - 1 + shift, 9);
        pen.lineTo(offset + 9 + shift, -1);
      }

      pen.stroke();
    }

    this.hatch = context.createPattern(tile, 'repeat');
    return this.hatch;
  }

  #hit(event) {
    const { model } = this.explorer;
    const bounds = this.canvas.getBoundingClientRect();
    const { scale, x, y } = this.#place();
    const px = (event.clientX - bounds.left - x) / scale;
    const py = (event.clientY - bounds.top - y) / scale;
    for (let at = model.patches.length - 1; at >= 0; at--) {
      const [left, top, width, height] = model.positions[model.patches[at]].pixels;
      if (px >= left - SLACK && px < left + width && py >= top - SLACK && py < top + height) {
        return model.patches[at];
      }
    }

    return null;
  }

  #zoomAt(factor, screenX, screenY) {
    const { model, view } = this.explorer;
    const { image } = model.manifest;
    const { width, height } = this.#size();
    const before = this.#place();
    const zoom = Math.max(1, Math.min(MAX_ZOOM, view.zoom * factor));
    const scale = (before.scale / view.zoom) * zoom;

    // The picture's point under the pointer stays there.
    const px = (screenX - before.x) / before.scale;
    const py = (screenY - before.y) / before.scale;
    this.explorer.setLook(zoom, [(px - (screenX - width / 2) / scale) / image.width, (py - (screenY - height / 2) / scale) / image.height]);
  }

  #panBy(dx, dy) {
    const { model, view } = this.explorer;
    const { image } = model.manifest;
    const { scale } = this.#place();
    this.explorer.setLook(view.zoom, [view.centre[0] - dx / scale / image.width, view.centre[1] - dy / scale / image.height]);
  }

  #listen() {
    const { listeners, canvas, explorer } = this;
    let drag = null;
    listeners.on(canvas, 'pointermove', (event) => {
      if (!explorer.model) {
        return;
      }

      if (drag && event.pointerId === drag.id) {
        const dx = event.clientX - drag.x;
        const dy = event.clientY - drag.y;
        if (drag.moved || Math.hypot(dx, dy) > DRAG_FROM) {
          drag.moved = true;
          drag.x = event.clientX;
          drag.y = event.clientY;
          canvas.classList.add('lx-dragging');
          this.#panBy(dx, dy);
          return;
        }
      }

      const index = this.#hit(event);
      explorer.setHover(index === null ? null : { position: index, layer: null, from: 'picture' });
    });
    listeners.on(canvas, 'pointerleave', () => explorer.setHover(null));
    listeners.on(canvas, 'pointerdown', (event) => {
      if (event.button === 0) {
        drag = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false };
        canvas.setPointerCapture(event.pointerId);
      }
    });
    listeners.on(canvas, 'pointerup', (event) => {
      const ended = drag;
      drag = null;
      canvas.classList.remove('lx-dragging');
      if (!ended || ended.moved || !explorer.model) {
        return;
      }

      const index = this.#hit(event);
      if (index !== null) {
        explorer.press({ position: index, layer: null }, event.shiftKey);
      }
    });
    listeners.on(canvas, 'pointercancel', () => {
      drag = null;
    });
    listeners.on(canvas, 'dblclick', (event) => {
      if (explorer.model && this.#hit(event) === null) {
        this.resetZoom();
      }
    });
    listeners.on(canvas, 'wheel', (event) => {
      if (!explorer.model || event.ctrlKey && event.deltaY === 0) {
        return;
      }

      event.preventDefault();
      const bounds = canvas.getBoundingClientRect();
      const delta = event.deltaMode === 1 ? event.deltaY * 20 : event.deltaY;
      this.#zoomAt(Math.exp(-Math.max(-120, Math.min(120, delta)) / 300), event.clientX - bounds.left, event.clientY - bounds.top);
    }, { passive: false });
    listeners.on(canvas, 'keydown', (event) => this.#onKey(event));
    listeners.on(canvas, 'blur', () => {
      if (explorer.hover?.from === 'keys') {
        explorer.setHover(null);
      }
    });
  }

  #onKey(event) {
    const { explorer } = this;
    if (!explorer.model || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }

    const { width, height } = this.#size();
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const arrow = arrows[event.key];
    if (arrow && event.shiftKey) {
      this.#panBy(-arrow[0] * 40, -arrow[1] * 40);
    } else if (arrow) {
      this.#step(arrow[0], arrow[1]);
    } else if (event.key === '+' || event.key === '=') {
      this.#zoomAt(1.25, width / 2, height / 2);
    } else if (event.key === '-') {
      this.#zoomAt(0.8, width / 2, height / 2);
    } else if (event.key === '0') {
      this.resetZoom();
    } else if (event.key === 'Enter' || event.key === ' ') {
      const at = explorer.hover ?? explorer.view.lock;
      if (at) {
        explorer.press({ position: at.position, layer: null }, event.shiftKey);
      }
    } else {
      return;
    }

    event.preventDefault();
  }

  #step(columns, rows) {
    const { model, hover, view } = this.explorer;
    const from = model.positions[hover?.position ?? view.lock?.position];
    const start = from?.kind === 'patch' ? from : null;
    const next = start
      ? model.patchAt.get(patchKey(start.tile, start.row + rows, start.column + columns))
      : model.patches[Math.floor(model.patches.length / 2)];
    if (next !== undefined) {
      this.explorer.setHover({ position: next, layer: null, from: 'keys' });
      this.explorer.say();
      this.#keepInView(next);
    }
  }

  #keepInView(index) {
    const { width, height } = this.#size();
    const { scale, x, y } = this.#place();
    const [px, py, pw, ph] = this.explorer.model.positions[index].pixels;
    const over = (low, high, room) => (low < 0 ? -low : high > room ? room - high : 0);
    const dx = over(x + px * scale, x + (px + pw) * scale, width);
    const dy = over(y + py * scale, y + (py + ph) * scale, height);
    if (this.explorer.view.zoom > 1 && (dx !== 0 || dy !== 0)) {
      this.#panBy(dx, dy);
    }
  }
}
