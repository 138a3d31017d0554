// Hands on the picture: pointing, clicking, dragging a rectangle, moving and zooming; and the same by keys.

import { pressOrOpen } from './atlas-link.js';
import { CHANGED } from './dom.js';
import { neighbourOf, patchAtPoint, patchesIn } from './grids.js';

const MAX_ZOOM = 64;
const DRAG_FROM = 4;
const KEY_PAN = 40;

/** Listens on the picture's canvas. */
export class PictureHands {
  /** @param {object} part The PicturePart: size(), place(), canvas. */
  constructor(explorer, part) {
    this.explorer = explorer;
    this.part = part;
    this.drag = null;
    this.spaceHeld = false;
    this.moves = false;
    this.#listen();
  }

  /** The rectangle that is being dragged, in CSS pixels, or null. */
  get rectangle() {
    const { drag } = this;
    return drag?.moved && !drag.pans ? [Math.min(drag.from[0], drag.to[0]), Math.min(drag.from[1], drag.to[1]), Math.abs(drag.to[0] - drag.from[0]), Math.abs(drag.to[1] - drag.from[1])] : null;
  }

  zoomBy(factor) {
    const { width, height } = this.part.size();
    this.#zoomAt(factor, width / 2, height / 2);
  }

  #pixelAt([screenX, screenY]) {
    const { scale, x, y } = this.part.place();
    return [(screenX - x) / scale, (screenY - y) / scale];
  }

  #hit(point) {
    const { model } = this.explorer;
    return patchAtPoint(model, model.shownPatches, ...this.#pixelAt(point));
  }

  #zoomAt(factor, screenX, screenY) {
    const { view } = this.explorer;
    const frame = this.part.frame();
    const { width, height } = this.part.size();
    const before = this.part.place();
    const zoom = Math.max(1, Math.min(MAX_ZOOM, view.look.zoom * factor));
    const scale = (before.scale / view.look.zoom) * zoom;

    // The picture's point under the pointer stays there.
    const [px, py] = this.#pixelAt([screenX, screenY]);
    this.explorer.setLook(zoom, [(px - frame[0] - (screenX - width / 2) / scale) / frame[2], (py - frame[1] - (screenY - height / 2) / scale) / frame[3]]);
  }

  #panBy(dx, dy) {
    const { view } = this.explorer;
    const frame = this.part.frame();
    const { scale } = this.part.place();
    this.explorer.setLook(view.look.zoom, [view.look.centre[0] - dx / scale / frame[2], view.look.centre[1] - dy / scale / frame[3]]);
  }

  #listen() {
    const { explorer, part } = this;
    const { canvas, listeners } = part;
    listeners.on(canvas, 'pointermove', (event) => this.#onMove(event));
    listeners.on(canvas, 'pointerleave', () => explorer.setHover(null));
    listeners.on(canvas, 'pointerdown', (event) => {
      if (explorer.model && (event.button === 0 || event.button === 1)) {
        const at = [event.offsetX, event.offsetY];
        this.drag = { id: event.pointerId, from: at, to: at, moved: false, pans: event.button === 1 || this.spaceHeld || this.moves || event.altKey || event.pointerType === 'touch' };
        canvas.setPointerCapture(event.pointerId);
        if (event.button === 1) {
          event.preventDefault();
        }
      }
    });
    listeners.on(canvas, 'pointerup', (event) => this.#onUp(event));
    listeners.on(canvas, 'pointercancel', () => this.#endDrag());
    listeners.on(canvas, 'dblclick', (event) => {
      if (explorer.model && this.#hit([event.offsetX, event.offsetY]) === null) {
        part.resetZoom();
      }
    });
    listeners.on(canvas, 'wheel', (event) => {
      if (!explorer.model || (event.ctrlKey && event.deltaY === 0)) {
        return;
      }

      event.preventDefault();
      const delta = event.deltaMode === 1 ? event.deltaY * 20 : event.deltaY;
      this.#zoomAt(Math.exp(-Math.max(-120, Math.min(120, delta)) / 300), event.offsetX, event.offsetY);
    }, { passive: false });
    listeners.on(canvas, 'keydown', (event) => this.#onKey(event));
    listeners.on(canvas, 'keyup', (event) => {
      if (event.key === ' ') {
        this.spaceHeld = false;
      }
    });
    listeners.on(canvas, 'blur', () => {
      this.spaceHeld = false;
      if (explorer.hover?.from === 'keys') {
        explorer.setHover(null);
      }
    });
  }

  #onMove(event) {
    const { explorer, drag } = this;
    if (!explorer.model) {
      return;
    }

    const at = [event.offsetX, event.offsetY];
    if (drag && event.pointerId === drag.id) {
      const [dx, dy] = [at[0] - drag.to[0], at[1] - drag.to[1]];
      if (drag.moved || Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > DRAG_FROM) {
        drag.moved = true;
        drag.to = at;
        if (drag.pans) {
          this.part.canvas.classList.add('lx-dragging');
          this.#panBy(dx, dy);
        } else {
          explorer.setHover(null);
          explorer.invalidate(CHANGED.MARK);
        }

        return;
      }
    }

    const index = this.#hit(at);
    explorer.setHover(index === null ? null : { position: index, layer: null, from: 'picture' });
  }

  #onUp(event) {
    const { explorer, drag } = this;
    const area = this.rectangle;
    this.#endDrag();
    if (!drag || !explorer.model || event.button === 1) {
      return;
    }

    if (area) {
      const { model } = explorer;
      const [left, top] = this.#pixelAt(area);
      const [right, bottom] = this.#pixelAt([area[0] + area[2], area[1] + area[3]]);
      explorer.collect(patchesIn(model, model.shownPatches, left, top, right, bottom), event.shiftKey);
    } else if (!drag.moved) {
      const index = this.#hit([event.offsetX, event.offsetY]);
      if (index !== null) {
        pressOrOpen(explorer, { position: index, layer: null }, event);
      }
    }
  }

  #endDrag() {
    this.drag = null;
    this.part.canvas.classList.remove('lx-dragging');
    this.explorer.invalidate(CHANGED.MARK);
  }

  #onKey(event) {
    const { explorer } = this;
    if (!explorer.model || ((event.ctrlKey || event.metaKey) && event.key !== 'Enter') || event.altKey) {
      return;
    }

    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const arrow = arrows[event.key];
    if (arrow && event.shiftKey) {
      this.#panBy(-arrow[0] * KEY_PAN, -arrow[1] * KEY_PAN);
    } else if (arrow) {
      this.#step(...arrow);
    } else if (event.key === '+' || event.key === '=') {
      this.zoomBy(1.25);
    } else if (event.key === '-') {
      this.zoomBy(0.8);
    } else if (event.key === '0') {
      this.part.resetZoom();
    } else if (event.key === ' ' && !event.shiftKey) {
      // Held, it turns a drag into a move.
      this.spaceHeld = true;
    } else if (event.key === 'Enter' || event.key === ' ') {
      const at = explorer.hover ?? explorer.view.lock;
      if (at) {
        pressOrOpen(explorer, { position: at.position, layer: null }, event);
      }
    } else {
      return;
    }

    event.preventDefault();
  }

  #step(columns, rows) {
    const { model, hover, view } = this.explorer;
    const from = hover?.position ?? view.lock?.position;
    const next = from !== undefined && model.isShown(from)
      ? neighbourOf(model, model.shownPatches, from, columns, rows)
      : model.shownPatches[Math.floor(model.shownPatches.length / 2)] ?? null;
    if (next !== null) {
      this.explorer.setHover({ position: next, layer: null, from: 'keys' });
      this.explorer.say();
      this.#keepInView(next);
    }
  }

  #keepInView(index) {
    const { width, height } = this.part.size();
    const { scale, x, y } = this.part.place();
    const [px, py, pw, ph] = this.explorer.model.positions[index].pixels;
    const over = (low, high, room) => (low < 0 ? -low : high > room ? room - high : 0);
    const dx = over(x + px * scale, x + (px + pw) * scale, width);
    const dy = over(y + py * scale, y + (py + ph) * scale, height);
    if (this.explorer.view.look.zoom > 1 && (dx !== 0 || dy !== 0)) {
      this.#panBy(dx, dy);
    }
  }
}
