// What is read at one position: its top tokens, their course over the layers, entropy.

import { NONE } from './model.js';
import { CHANGED, Listeners, fitCanvas, make, watchSize } from './dom.js';
import { OverviewPart } from './overview.js';
import { fillToken, formatPixel, formatProbability, layerName, placeName } from './format.js';

const FIRST_ROWS = 6;

/** The panel on the right. */
export class InspectorPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.rows = [];
    this.all = false;
    this.title = make('div', { class: 'lx-inspector-title' });
    this.note = make('div', { class: 'lx-inspector-note' });
    this.list = make('ol', { class: 'lx-tokens', 'aria-label': 'Top tokens' });
    this.more = make('button', { type: 'button', class: 'lx-link', 'aria-expanded': 'false' });
    this.curveTitle = make('div', { class: 'lx-inspector-note' });
    this.curve = make('canvas', { role: 'img', class: 'lx-curve' });
    this.curveBox = make('div', { class: 'lx-curve-box' }, this.curve);
    this.tracked = make('ul', { class: 'lx-tracked', 'aria-label': 'Tracked tokens' });
    this.collected = make('div', { class: 'lx-collected', role: 'list', 'aria-label': 'Collected positions' });
    this.overview = new OverviewPart(explorer);
    this.empty = make('p', { class: 'lx-hint' },
      'Point at a patch to read it. Click locks it, Shift-click collects; ', make('kbd', {}, '['), ' ', make('kbd', {}, ']'), ' change the layer, ', make('kbd', {}, 'b'), ' goes back to best, ',
      make('kbd', {}, 'c'), ' copies a link to this view.');
    this.body = make('div', { class: 'lx-inspector-body' }, this.title, this.note, this.list, this.more, this.curveTitle, this.curveBox, this.tracked);
    this.element = make('section', { class: 'lx-inspector', 'aria-label': 'Inspector' }, this.body, this.overview.element, this.empty, this.collected);
    this.listeners.on(this.more, 'click', () => {
      this.all = !this.all;
      explorer.invalidate(CHANGED.MARK);
    });
    this.stopWatching = watchSize(this.curveBox, () => explorer.invalidate(CHANGED.LOOK));
  }

  draw(flags) {
    const { model } = this.explorer;
    if (!model) {
      this.body.hidden = true;
      this.overview.element.hidden = true;
      this.empty.hidden = true;
      return;
    }

    const place = this.explorer.place();
    this.body.hidden = !place;
    this.empty.hidden = Boolean(place) || model.count === 0;
    if (flags & ~CHANGED.LOOK) {
      this.#fillCollected();
    }

    if (place) {
      this.overview.element.hidden = true;
      this.#fill(place.position, place.layer ?? model.shown(this.explorer.view.layer, place.position));
    } else if (flags & ~CHANGED.LOOK) {
      this.overview.fill();
    }
  }

  dispose() {
    this.stopWatching();
    this.overview.dispose();
    this.listeners.dispose();
  }

  #fill(index, layer) {
    const { model, view } = this.explorer;
    const position = model.positions[index];
    const best = model.best[index];
    this.title.replaceChildren(...this.#titleOf(position, index));
    this.title.classList.toggle('lx-locked', view.lock?.position === index);

    const entropy = layer === NONE ? NaN : model.entropy(layer, index);
    const facts = [best === NONE ? 'not read yet' : `best layer ${layerName(best)}`];
    if (layer !== NONE && layer !== best) {
      facts.push(`shown: ${layer === 0 ? 'emb' : `layer ${layer}`}`);
    }

    if (!Number.isNaN(entropy)) {
      facts.push(`entropy ${entropy.toFixed(2)} bit`);
    }

    this.note.textContent = facts.join(' · ');

    const top = layer === NONE ? [] : model.top(layer, index);
    const visible = this.all ? top.length : Math.min(FIRST_ROWS, top.length);
    while (this.rows.length < visible) {
      this.#addRow();
    }

    this.rows.forEach((row, rank) => {
      row.element.hidden = rank >= visible;
      if (rank < visible) {
        const { id, probability } = top[rank];
        if (row.id !== id) {
          row.id = id;
          fillToken(row.token, model, id);
        }

        row.bar.style.transform = `scaleX(${Math.max(probability, 0.002)})`;
        row.number.textContent = formatProbability(probability);
        row.element.classList.toggle('lx-filler', model.isFiller(id));
        row.element.classList.toggle('lx-lit', this.explorer.lit()?.ids.has(id) ?? false);
      }
    });
    this.more.hidden = top.length <= FIRST_ROWS;
    this.more.textContent = this.all ? 'fewer' : `${top.length - FIRST_ROWS} more`;
    this.more.setAttribute('aria-expanded', String(this.all));

    this.#fillTracked(layer, index);
    this.#drawCurve(top[0]?.id, index, layer);
  }

  #titleOf(position, index) {
    const { model } = this.explorer;
    if (position.kind === 'patch') {
      const [x, y, width, height] = position.pixels;
      return [make('strong', {}, `patch ${placeName(model, index)}`),
        ` · ${formatPixel(x)}–${formatPixel(x + width)} × ${formatPixel(y)}–${formatPixel(y + height)} px`];
    }

    const token = make('span');
    fillToken(token, model, position.id);
    return [make('strong', {}, { text: 'prompt', answer: 'answer', newline: 'line feature' }[position.kind], ' ', token), ` · position ${index}`];
  }

  #addRow() {
    const token = make('span');
    const bar = make('span', { class: 'lx-bar' });
    const number = make('span', { class: 'lx-number' });
    const button = make('button', { type: 'button', class: 'lx-token-row', title: 'Light up where this token is read' }, token, make('span', { class: 'lx-bar-box' }, bar), number);
    const element = make('li', {}, button);
    const row = { element, token, bar, number, id: null };
    const ids = () => new Set([row.id]);
    this.listeners.on(button, 'pointerenter', () => this.explorer.setEmphasis(ids()));
    this.listeners.on(button, 'pointerleave', () => this.explorer.setEmphasis(null));
    this.listeners.on(button, 'focus', () => this.explorer.setEmphasis(ids()));
    this.listeners.on(button, 'blur', () => this.explorer.setEmphasis(null));
    this.listeners.on(button, 'click', () => this.explorer.pinEmphasis(ids()));
    this.rows.push(row);
    this.list.append(element);
  }

  #fillTracked(layer, index) {
    const { model } = this.explorer;
    const tracked = layer === NONE ? [] : model.tracked(layer, index);
    this.tracked.hidden = tracked.length === 0;
    this.tracked.replaceChildren(...tracked.map(({ id, probability, rank }) => {
      const token = make('span');
      fillToken(token, model, id);
      return make('li', {}, 'rank of ', token, ` ${rank} · ${formatProbability(probability)}`);
    }));
  }

  #fillCollected() {
    const { model, view } = this.explorer;
    this.collected.hidden = view.collected.length === 0;
    this.collected.replaceChildren(...view.collected.filter((index) => index < model.count).map((index) => {
      const layer = model.shown(view.layer, index);
      const token = make('span');
      const open = make('button', { type: 'button', class: 'lx-chip' }, make('span', { class: 'lx-chip-place' }, placeName(model, index)), ' ', token);
      if (layer !== NONE) {
        fillToken(token, model, model.id(layer, index));
        open.append(` ${formatProbability(model.probability(layer, index))}`);
      }

      open.addEventListener('pointerenter', () => this.explorer.setHover({ position: index, layer: null, from: 'chip' }));
      open.addEventListener('pointerleave', () => this.explorer.setHover(null));
      open.addEventListener('click', () => this.explorer.press({ position: index, layer: null }, false));
      const remove = make('button', { type: 'button', class: 'lx-chip-remove', 'aria-label': `Leave out ${placeName(model, index)}` }, '✕');
      remove.addEventListener('click', () => this.explorer.press({ position: index, layer: null }, true));
      return make('span', { class: 'lx-chip-box', role: 'listitem' }, open, remove);
    }));
  }

  #drawCurve(id, index, shown) {
    const { model, theme } = this.explorer;
    const width = this.curveBox.clientWidth;
    const height = this.curveBox.clientHeight;
    this.curveTitle.hidden = this.curveBox.hidden = id === undefined;
    if (id === undefined || width === 0) {
      return;
    }

    const token = make('span');
    fillToken(token, model, id);
    this.curveTitle.replaceChildren('p(', token, ') over layers');

    const curve = model.curve(id, index);
    const context = fitCanvas(this.curve, width, height);
    context.clearRect(0, 0, width, height);
    const left = 22;
    const right = width - 10;
    const top = 8;
    const bottom = height - 16;
    const x = (at) => left + (curve.length < 2 ? 0.5 : at / (curve.length - 1)) * (right - left);
    const y = (value) => bottom - value * (bottom - top);
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    context.beginPath();
    for (const value of [0, 0.5, 1]) {
      context.moveTo(left, Math.round(y(value)) + 0.5);
      context.lineTo(right, Math.round(y(value)) + 0.5);
    }

    context.stroke();
    context.fillStyle = theme.inkFaint;
    context.font = `10px ${theme.sans}`;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    context.fillText('1', left - 5, y(1));
    context.fillText('0', left - 5, y(0));
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    const every = Math.max(1, Math.ceil(28 / Math.max(1, (right - left) / Math.max(1, curve.length - 1))));
    model.layers.forEach((layer, at) => {
      if (at === curve.length - 1 || (at % every === 0 && curve.length - 1 - at >= every)) {
        context.fillText(layerName(layer), x(at), height - 3);
      }
    });

    context.strokeStyle = theme.accent;
    context.lineWidth = 1.75;
    context.lineJoin = 'round';
    context.beginPath();
    let pen = false;
    curve.forEach((point, at) => {
      if (point === null) {
        pen = false;
      } else {
        const value = point.kept ? point.probability : 0;
        context[pen ? 'lineTo' : 'moveTo'](x(at), y(value));
        pen = true;
      }
    });
    context.stroke();

    const best = model.layers.indexOf(model.best[index]);
    const at = model.layers.indexOf(shown);
    for (const [place, filled] of [[best, true], [at, false]]) {
      const point = curve[place];
      if (point) {
        context.beginPath();
        context.arc(x(place), y(point.kept ? point.probability : 0), filled ? 3.5 : 5.5, 0, 2 * Math.PI);
        if (filled) {
          context.fillStyle = theme.accent;
          context.fill();
        } else {
          context.lineWidth = 1.5;
          context.strokeStyle = theme.ink;
          context.stroke();
        }
      }
    }

    const values = curve.map((point, place) => (point === null ? null : `${layerName(model.layers[place])} ${point.kept ? formatProbability(point.probability) : 'below the top tokens'}`));
    this.curve.setAttribute('aria-label', `Probability of ${model.display(id)} over layers: ${values.filter((value) => value !== null).join(', ')}`);
  }
}
