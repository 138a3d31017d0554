// The picture with its patch grid. Two canvases: the picture and its map below, marks above, so that a moving pointer redraws marks only.

import { NONE } from './criteria.js';
import { CHANGED, Listeners, fitCanvas, make, WatchedSize } from './dom.js';
import { fillToken, formatProbability, layerName, layerPhrase, placePhrase } from './format.js';
import { gridsOf } from './grids.js';
import { PicturePainter } from './picture-draw.js';
import { PictureHands } from './picture-pointer.js';
import { say, sayCount } from './texts.js';

const strings = {
  keys: say('Arrow keys move over the patches, Enter locks, Shift Enter collects, full stop pins the token, Escape frees, plus and minus zoom, 0 shows all.'),
  zoomIn: say('Zoom in (+)'),
  zoomOut: say('Zoom out (−)'),
  all: say('Show all (0)'),
  move: say('Drag moves the picture instead of selecting patches (or hold the space bar)'),
  input: say('What the model was given, in its own pixels (i)'),
  inputName: say('model input'),
  grid: say('Grid of patches'),
  small: say('zoom in to read the tokens'),
  resampled: say('scaled by the browser: the model\'s own pixels cannot be had here'),
};

const MARGIN = 8;

let parts = 0;

/** The picture, its map and its marks. */
export class PicturePart {
  /** @param {typeof PicturePainter} Painter Draws the picture and what lies over it. */
  constructor(explorer, Painter = PicturePainter) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.base = make('canvas', { 'aria-hidden': 'true' });
    this.cell = make('div', { role: 'gridcell', id: `lx-patch-cell-${++parts}` });
    this.row = make('div', { role: 'row' }, this.cell);
    this.canvas = make('canvas', { class: 'lx-picture-marks', tabindex: '0', role: 'grid', 'aria-roledescription': say('picture with patches'), 'aria-readonly': 'true' }, this.row);
    this.tip = make('div', { class: 'lx-tip', hidden: true, 'aria-hidden': 'true' });
    this.hint = make('div', { class: 'lx-picture-hint', hidden: true }, strings.small);
    this.painter = new Painter(explorer);
    this.hands = new PictureHands(explorer, this);
    this.element = make('div', { class: 'lx-picture' }, this.base, this.canvas, this.tip, this.hint, this.#makeTools());
    this.watched = new WatchedSize(this.element, () => explorer.invalidate(CHANGED.LOOK));
  }

  draw(flags) {
    const { model, view } = this.explorer;
    const { width, height } = this.size();
    if (!model || width === 0 || height === 0) {
      return;
    }

    const place = this.place();
    if (flags & ~CHANGED.MARK) {
      const input = view.input ? this.explorer.inputPicture() : null;
      this.painter.drawBase(this.base, width, height, place, input);
      this.canvas.setAttribute('aria-label', this.label());
      this.inputButton.setAttribute('aria-pressed', String(view.input));
      this.inputButton.hidden = !model.manifest.seen;
      const resampled = view.input && !input?.isExact;
      this.hint.textContent = resampled ? strings.resampled : strings.small;
      this.hint.hidden = !resampled && (view.map !== 'text' || this.painter.hasRoomForText(place.scale));
      this.#fillGrids();
    }

    const context = fitCanvas(this.canvas, width, height);
    context.clearRect(0, 0, width, height);
    const box = this.painter.drawMarks(context, place);
    this.#drawRectangle(context);
    this.#drawTip(width, box);
    this.#describeCell();
  }

  /** The size of the window on the picture. */
  size() {
    return this.watched;
  }

  /** What is shown of the picture: all of it, or what the model was given; in its pixels. */
  frame() {
    const { image, seen } = this.explorer.model.manifest;
    return this.explorer.view.input && seen ? seen : [0, 0, image.width, image.height];
  }

  /** Where the picture lies on screen: screen = pixel * scale + offset. */
  place() {
    const frame = this.frame();
    const { zoom, centre } = this.explorer.view.look;
    const { width, height } = this.size();
    const fit = Math.min((width - 2 * MARGIN) / frame[2], (height - 2 * MARGIN) / frame[3]);
    const scale = Math.max(fit, 1e-6) * zoom;
    return { scale, x: width / 2 - (frame[0] + centre[0] * frame[2]) * scale, y: height / 2 - (frame[1] + centre[1] * frame[3]) * scale };
  }

  /** Shows the whole picture again. */
  resetZoom() {
    this.explorer.setLook(1, [0.5, 0.5]);
  }

  dispose() {
    this.watched.stop();
    this.listeners.dispose();
  }

  /** What the picture is called for those who listen. */
  label() {
    const { model, view } = this.explorer;
    const name = model.manifest.image.name;
    return `${name}: ${sayCount('{0} patch|{0} patches', model.shownPatches.length)}, ${view.layer === null ? say('each at its best layer') : say('at {0}', layerPhrase(view.layer))}. ${strings.keys}`;
  }

  /** What is read at a patch, for those who listen. */
  describe(at) {
    const { model, view } = this.explorer;
    const layer = model.shown(view.layer, at);
    return `${placePhrase(model, at)}: ${layer === NONE ? say('not read yet') : `${model.display(model.id(layer, at))} ${formatProbability(model.probability(layer, at))}`}`;
  }

  /** The patch beside which something is said; null for none. While the inspector stays with something else, what the pointer is over is said beside the patch. */
  tipPlace() {
    const { view, hover, inspects } = this.explorer;
    const elsewhere = inspects !== 'place' || (view.lock && hover?.position !== view.lock.position);
    return elsewhere && hover?.from === 'picture' ? hover.position : null;
  }

  /** Says in elements what is read at a patch; false if nothing was. */
  fillTip(tip, at) {
    const { model, view } = this.explorer;
    const layer = model.shown(view.layer, at);
    if (layer === NONE) {
      return false;
    }

    const token = make('span');
    fillToken(token, model, model.id(layer, at));
    tip.replaceChildren(token, ` ${formatProbability(model.probability(layer, at))} · ${layerName(layer)}`);
    return true;
  }

  #makeTools() {
    const { listeners, explorer, hands } = this;
    const tool = (text, title, action, attributes = {}) => {
      const button = make('button', { type: 'button', class: 'lx-tool', title, 'aria-label': title, ...attributes }, text);
      listeners.on(button, 'click', action);
      return button;
    };
    this.inputButton = tool(strings.inputName, strings.input, () => explorer.setInput(!explorer.view.input), { 'aria-label': strings.inputName, 'aria-pressed': 'false' });
    const move = tool('✥', strings.move, () => {
      hands.moves = !hands.moves;
      move.setAttribute('aria-pressed', String(hands.moves));
      this.canvas.classList.toggle('lx-moves', hands.moves);
    }, { 'aria-pressed': 'false' });
    this.grids = make('span', { class: 'lx-grids', role: 'group', 'aria-label': strings.grid, hidden: true });
    return make('div', { class: 'lx-picture-tools' }, this.grids, this.inputButton,
      tool('−', strings.zoomOut, () => hands.zoomBy(0.8)), tool('+', strings.zoomIn, () => hands.zoomBy(1.25)), tool('⤢', strings.all, () => this.resetZoom()), move);
  }

  #fillGrids() {
    const { explorer } = this;
    const { model, view } = explorer;
    const grids = gridsOf(model.positions);
    this.grids.hidden = grids.length < 2;
    if (grids.length >= 2 && this.grids.childElementCount !== grids.length) {
      this.grids.replaceChildren(...grids.map(({ label }, at) => {
        const button = make('button', { type: 'button', class: 'lx-tool' }, label);
        button.addEventListener('click', () => explorer.setGrid(at));
        return button;
      }));
    }

    [...this.grids.children].forEach((button, at) => button.setAttribute('aria-pressed', String(at === (view.grid ?? 0))));
  }

  #drawRectangle(context) {
    const area = this.hands.rectangle;
    if (area) {
      context.fillStyle = 'rgba(255,255,255,.18)';
      context.fillRect(...area);
      context.lineWidth = 3;
      context.strokeStyle = 'rgba(0,0,0,.6)';
      context.strokeRect(...area);
      context.lineWidth = 1.5;
      context.strokeStyle = '#ffffff';
      context.strokeRect(...area);
    }
  }

  #drawTip(width, box) {
    const at = this.tipPlace();
    const area = at === null ? null : box(at);
    this.tip.hidden = !area || !this.fillTip(this.tip, at);
    if (this.tip.hidden) {
      return;
    }

    const left = Math.min(Math.max(0, area[0]), width - this.tip.offsetWidth);
    const above = area[1] - this.tip.offsetHeight - 6;
    this.tip.style.transform = `translate(${left}px, ${above >= 0 ? above : area[1] + area[3] + 6}px)`;
  }

  // The cell the keys are on, for those who listen: canvas pixels say nothing.
  #describeCell() {
    const { model, hover, view } = this.explorer;
    const at = hover?.position ?? view.lock?.position;
    const position = model.positions[at];
    if (position?.kind !== 'patch') {
      this.canvas.removeAttribute('aria-activedescendant');
      return;
    }

    this.row.setAttribute('aria-rowindex', String(position.row + 1));
    this.cell.setAttribute('aria-colindex', String(position.column + 1));
    this.cell.setAttribute('aria-selected', String(this.explorer.collectedSet.has(at) || view.lock?.position === at));
    this.cell.textContent = this.describe(at);
    this.canvas.setAttribute('aria-activedescendant', this.cell.id);
  }
}
