// The depth gauge: the layer control. One bar for each layer, as long as the patches are many whose best layer it is.

import { CHANGED, Listeners, fitCanvas, make, WatchedSize } from './dom.js';
import { layerName } from './format.js';
import { say, sayCount } from './texts.js';

const strings = { play: say('Play through the layers (p)'), pause: say('Stop playing (p)') };

const PAD = 6;
const PLAY_EVERY = 450;

/** A vertical slider over the layers; "best" stands at its head. */
export class GaugePart {
  /** @param {{counts: () => Map<number, number>, describe: (layer: number) => string}} bars How long each layer's bar is, and what is said of it; by default how many patches have their best layer there. */
  constructor(explorer, bars = bestLayerBars(explorer)) {
    this.explorer = explorer;
    this.bars = bars;
    this.best = make('button', { type: 'button', class: 'lx-gauge-best', title: say('Each patch at its own best layer (b)') }, say('best'));
    this.canvas = make('canvas', { tabindex: '0', role: 'slider', 'aria-orientation': 'vertical', 'aria-label': say('Shown layer') });
    this.strip = make('div', { class: 'lx-gauge-strip' }, this.canvas);
    this.play = make('button', { type: 'button', class: 'lx-gauge-best lx-gauge-play', title: strings.play, 'aria-label': strings.play, 'aria-pressed': 'false' }, '▶');
    this.playing = 0;
    this.element = make('div', { class: 'lx-gauge', role: 'group', 'aria-label': say('Depth: the layer that is shown') }, this.best, this.strip, this.play);
    this.hovered = null;
    this.listeners = new Listeners();
    this.size = new WatchedSize(this.strip, () => explorer.invalidate(CHANGED.LOOK));
    this.#listen();
  }

  draw(flags) {
    const { model, view, theme } = this.explorer;
    const { width, height } = this.size;
    if (!model || width === 0 || height === 0) {
      return;
    }

    const current = this.explorer.place();
    const currentLayer = current ? current.layer ?? model.best[current.position] : null;
    if (flags & (CHANGED.LAYER | CHANGED.DATA)) {
      const layers = model.layers;
      this.best.setAttribute('aria-pressed', String(view.layer === null));
      this.canvas.setAttribute('aria-valuemin', String(layers[0] ?? 0));
      this.canvas.setAttribute('aria-valuemax', String(layers.at(-1) ?? 0));
      this.canvas.setAttribute('aria-valuenow', String(view.layer ?? layers.at(-1) ?? 0));
      this.canvas.setAttribute('aria-valuetext', view.layer === null ? say('best layer of each patch') : layerName(view.layer));
    }

    const context = fitCanvas(this.canvas, width, height);
    context.clearRect(0, 0, width, height);
    const { layers } = model;
    const step = this.#step(height);
    const counts = this.bars.counts();
    const most = Math.max(1, ...counts.values());
    const labelEvery = Math.max(1, Math.ceil(13 / step));
    const left = 30;
    const room = width - left - 4;
    const [from, to] = model.effectiveWindow;
    this.#drawWindow(context, layers, from, to, height, theme);
    context.font = `11px ${theme.sans}`;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (let at = 0; at < layers.length; at++) {
      const layer = layers[at];
      const top = this.#top(at, height);
      const middle = top + step / 2;
      const chosen = view.layer === layer;
      if (chosen) {
        context.fillStyle = theme.wash;
        context.fillRect(0, top, width, step);
      } else if (this.hovered === layer) {
        context.fillStyle = theme.surface3;
        context.fillRect(0, top, width, step);
      }

      const read = model.has(layer);
      context.fillStyle = theme.surface3;
      context.fillRect(left, middle - 0.5, read ? room : 2, 1);
      const length = ((counts.get(layer) ?? 0) / most) * room;
      if (length > 0) {
        const thick = Math.max(2, Math.min(step - 2, 14));
        context.fillStyle = theme.depth.colour(0.25 + (0.75 * layer) / Math.max(1, model.manifest.layerCount));
        context.fillRect(left, middle - thick / 2, Math.max(1.5, length), thick);
        context.strokeStyle = theme.lineStrong;
        context.lineWidth = 0.5;
        context.strokeRect(left, middle - thick / 2, Math.max(1.5, length), thick);
      }

      if (at % labelEvery === 0 || chosen || at === layers.length - 1) {
        context.fillStyle = chosen ? theme.accent : !read || layer < from || layer > to ? theme.inkFaint : theme.ink;
        context.font = `${chosen ? '600 ' : ''}11px ${theme.sans}`;
        context.fillText(layerName(layer), left - 5, middle);
      }

      if (layer === currentLayer) {
        context.fillStyle = theme.accent;
        context.beginPath();
        context.arc(width - 5, middle, 3, 0, 2 * Math.PI);
        context.fill();
      }

      if (chosen) {
        context.fillStyle = theme.accent;
        context.fillRect(0, top, 3, step);
      }
    }

    this.strip.title = this.hovered === null ? '' : `${this.hovered === 0 ? say('emb: the input embeddings') : say('layer {0}', this.hovered)}: ${this.bars.describe(this.hovered)}`;
  }

  /** Shows one layer after the other, from the first (or the one shown) to the last; a second call stops it. */
  togglePlay() {
    const { explorer } = this;
    const { layers } = explorer.model;
    if (this.playing !== 0) {
      this.#stop();
      return;
    }

    if (explorer.view.layer === null || explorer.view.layer === layers.at(-1)) {
      explorer.setLayer(layers[0]);
    }

    this.playing = setInterval(() => {
      explorer.stepLayer(1);
      if (explorer.view.layer === layers.at(-1)) {
        this.#stop();
      }
    }, PLAY_EVERY);
    this.#showPlaying();
  }

  #stop() {
    clearInterval(this.playing);
    this.playing = 0;
    this.#showPlaying();
  }

  #showPlaying() {
    const name = this.playing !== 0 ? strings.pause : strings.play;
    this.play.textContent = this.playing !== 0 ? '❚❚' : '▶';
    this.play.title = name;
    this.play.setAttribute('aria-label', name);
    this.play.setAttribute('aria-pressed', String(this.playing !== 0));
  }

  dispose() {
    clearInterval(this.playing);
    this.size.stop();
    this.listeners.dispose();
  }

  // Which layers the best one is chosen among.
  #drawWindow(context, layers, from, to, height, theme) {
    const inside = layers.map((layer, at) => ({ layer, at })).filter(({ layer }) => layer >= from && layer <= to);
    if (inside.length > 0) {
      const top = this.#top(inside.at(-1).at, height);
      context.fillStyle = theme.lineStrong;
      context.fillRect(28, top, 1, this.#top(inside[0].at, height) + this.#step(height) - top);
    }
  }

  #step(height) {
    return Math.min(26, (height - 2 * PAD) / Math.max(1, this.explorer.model.layers.length));
  }

  #top(at, height) {
    return height - PAD - (at + 1) * this.#step(height);
  }

  #layerAt(event) {
    const { layers } = this.explorer.model;
    const bounds = this.canvas.getBoundingClientRect();
    const at = Math.floor((bounds.bottom - PAD - event.clientY) / this.#step(bounds.height));
    return layers[Math.max(0, Math.min(layers.length - 1, at))];
  }

  #listen() {
    const { listeners, canvas, explorer } = this;
    let dragging = false;
    listeners.on(this.best, 'click', () => explorer.setLayer(null));
    listeners.on(this.play, 'click', () => explorer.model && this.togglePlay());
    listeners.on(canvas, 'pointerdown', (event) => {
      if (event.button === 0 && explorer.model) {
        dragging = true;
        canvas.setPointerCapture(event.pointerId);
        explorer.setLayer(this.#layerAt(event));
      }
    });
    listeners.on(canvas, 'pointermove', (event) => {
      if (!explorer.model) {
        return;
      }

      const layer = this.#layerAt(event);
      if (dragging) {
        explorer.setLayer(layer);
      }

      if (layer !== this.hovered) {
        this.hovered = layer;
        explorer.invalidate(CHANGED.MARK);
      }
    });
    const end = () => {
      dragging = false;
    };
    listeners.on(canvas, 'pointerup', end);
    listeners.on(canvas, 'pointercancel', end);
    listeners.on(canvas, 'pointerleave', () => {
      this.hovered = null;
      explorer.invalidate(CHANGED.MARK);
    });
    listeners.on(this.element, 'wheel', (event) => {
      event.preventDefault();
      explorer.stepLayer(event.deltaY < 0 ? 1 : -1);
    }, { passive: false });
    listeners.on(canvas, 'keydown', (event) => {
      const { layers } = explorer.model ?? { layers: [] };
      const action = {
        ArrowUp: () => explorer.stepLayer(1),
        ArrowRight: () => explorer.stepLayer(1),
        ArrowDown: () => explorer.stepLayer(-1),
        ArrowLeft: () => explorer.stepLayer(-1),
        Home: () => explorer.setLayer(layers[0]),
        End: () => explorer.setLayer(layers.at(-1)),
      }[event.key];
      if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        action();
      }
    });
  }
}

function bestLayerBars(explorer) {
  return {
    counts: () => explorer.model.bestCounts,
    describe: (layer) => sayCount('best layer of {1} of {0} patch|best layer of {1} of {0} patches', explorer.model.shownPatches.length, explorer.model.bestCounts.get(layer)),
  };
}
