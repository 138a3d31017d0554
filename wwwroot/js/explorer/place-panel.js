// What is read at one position: its top tokens, the courses of the first of them and of the pinned tokens, entropy.

import { BELOW } from './model.js';
import { NONE } from './criteria.js';
import { fillAtlasLink, makeAtlasLink } from './atlas-link.js';
import { CHANGED, Listeners, make, WatchedSize } from './dom.js';
import { fillToken, formatPixel, formatProbability, layerName, placeName } from './format.js';
import { courseInWords, drawCourses, lineOf } from './course-chart.js';
import { courseOf } from './selection-facts.js';
import { say } from './texts.js';

const strings = {
  kinds: { text: say('prompt'), answer: say('answer'), newline: say('line feature') },
  notRead: say('not read yet'),
  shown: (layer) => say('shown: {0}', layer),
  best: say('best layer {0}', ''),
  noEntropy: say('entropy not in the file'),
  normed: say('double-normed'),
  p: say('probability'),
  rank: say('rank'),
  over: say('over layers'),
};

const FIRST_ROWS = 6;

/** The inspector while something is pointed at or locked. */
export class PlacePanel {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.rows = [];
    this.all = false;
    this.title = make('div', { class: 'lx-inspector-title' });
    this.note = make('div', { class: 'lx-inspector-note' });
    this.list = make('ol', { class: 'lx-tokens', 'aria-label': say('Top tokens') });
    this.more = make('button', { type: 'button', class: 'lx-link', 'aria-expanded': 'false' });
    this.quantity = make('button', { type: 'button', class: 'lx-link' });
    this.curveTitle = make('div', { class: 'lx-curve-title' });
    this.curve = make('canvas', { role: 'img', class: 'lx-curve' });
    this.curveBox = make('div', { class: 'lx-curve-box' }, this.curve);
    this.tracked = make('ul', { class: 'lx-tracked', 'aria-label': say('Tracked tokens') });
    this.element = make('div', { class: 'lx-inspector-body' }, this.title, make('div', { class: 'lx-place-note' }, this.note, this.more), this.list,
      make('div', { class: 'lx-curve-head' }, this.curveTitle, this.quantity), this.curveBox, this.tracked);
    this.listeners.on(this.more, 'click', () => {
      this.all = !this.all;
      explorer.invalidate(CHANGED.MARK);
    });
    this.listeners.on(this.quantity, 'click', () => explorer.change({ curve: explorer.view.curve === 'p' ? 'rank' : 'p' }));
    this.size = new WatchedSize(this.curveBox, () => explorer.invalidate(CHANGED.LOOK));
  }

  fill(index, layer) {
    const { model, view } = this.explorer;
    const position = model.positions[index];
    const best = model.best[index];
    this.title.replaceChildren(...this.#titleOf(position, index));
    this.title.classList.toggle('lx-locked', view.lock?.position === index);

    const entropy = layer === NONE ? NaN : model.entropy(layer, index);
    const facts = [best === NONE ? strings.notRead : strings.best + layerName(best)];
    if (layer !== NONE && layer !== best) {
      facts.push(strings.shown(layer === 0 ? 'emb' : say('layer {0}', layer)));
    }

    if (layer !== NONE && model.isLegacy(layer)) {
      facts.push(strings.normed);
    }

    if (!Number.isNaN(entropy)) {
      facts.push(say('entropy {0} bit', entropy.toFixed(2)));
    } else if (layer !== NONE && model.manifest.source && !model.hasEntropy) {
      facts.push(strings.noEntropy);
    }

    this.note.textContent = facts.join(' · ');
    const top = layer === NONE ? [] : model.top(layer, index);
    this.#fillRows(top);
    this.#fillTracked(layer, index);
    this.#drawCurve(top[0]?.id, index, layer);
  }

  dispose() {
    this.size.stop();
    this.listeners.dispose();
  }

  #fillRows(top) {
    const { model } = this.explorer;
    const visible = this.all ? top.length : Math.min(FIRST_ROWS, top.length);
    while (this.rows.length < visible) {
      this.#addRow();
    }

    const lit = this.explorer.lit();
    this.rows.forEach((row, rank) => {
      row.element.hidden = rank >= visible;
      if (rank < visible) {
        const { id, probability } = top[rank];
        if (row.id !== id) {
          row.id = id;
          fillToken(row.token, model, id);
          if (row.atlas) {
            fillAtlasLink(this.explorer, row.atlas, id);
          }
        }

        row.bar.style.width = `${100 * (Math.max(probability, 0.002))}%`;
        row.number.textContent = formatProbability(probability);
        row.element.classList.toggle('lx-filler', model.isFiller(id));
        row.element.classList.toggle('lx-lit', lit?.ids.has(id) ?? false);
        row.element.classList.toggle('lx-pinned', this.explorer.view.pins.includes(id));
      }
    });
    this.more.hidden = top.length <= FIRST_ROWS;
    this.more.textContent = this.all ? say('fewer') : say('{0} more', top.length - FIRST_ROWS);
    this.more.setAttribute('aria-expanded', String(this.all));
  }

  #titleOf(position, index) {
    const { model } = this.explorer;
    if (position.kind === 'patch') {
      const [x, y, width, height] = position.pixels;
      return [make('strong', {}, say('patch {0}', placeName(model, index))),
        ` · ${formatPixel(x)}–${formatPixel(x + width)} × ${formatPixel(y)}–${formatPixel(y + height)} px`];
    }

    const token = make('span');
    fillToken(token, model, position.id);
    return [make('strong', {}, strings.kinds[position.kind], ' ', token), ` · ${say('position {0}', index)}`];
  }

  #addRow() {
    const token = make('span');
    const bar = make('span', { class: 'lx-bar' });
    const number = make('span', { class: 'lx-number' });
    const button = make('button', { type: 'button', class: 'lx-token-row', title: say('Light up where this token is read (full stop pins it)') }, token, make('span', { class: 'lx-bar-box' }, bar), number);
    const atlas = makeAtlasLink(this.explorer);
    const element = make('li', { class: atlas ? 'lx-with-atlas' : '' }, button, ...(atlas ? [atlas] : []));
    const row = { element, token, bar, number, atlas, id: null };
    const ids = () => new Set([row.id]);
    this.listeners.on(button, 'pointerenter', () => this.explorer.setEmphasis(ids()));
    this.listeners.on(button, 'pointerleave', () => this.explorer.setEmphasis(null));
    this.listeners.on(button, 'focus', () => this.explorer.setEmphasis(ids()));
    this.listeners.on(button, 'blur', () => this.explorer.setEmphasis(null));
    this.listeners.on(button, 'click', () => this.explorer.pinEmphasis(ids()));
    this.listeners.on(button, 'keydown', (event) => {
      if (event.key === '.' && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        this.explorer.togglePin(row.id);
      }
    });
    this.rows.push(row);
    this.list.append(element);
  }

  #fillTracked(layer, index) {
    const { model, view } = this.explorer;
    const tracked = layer === NONE ? [] : model.tracked(layer, index);
    const known = new Set(tracked.map(({ id }) => id));
    const pinned = layer === NONE ? [] : view.pins.filter((id) => !known.has(id)).map((id) => ({ id, rank: model.rank(id, layer, index), probability: model.read(id, layer, index) }));
    const all = [...tracked, ...pinned];
    this.tracked.hidden = all.length === 0;
    this.tracked.replaceChildren(...all.map(({ id, probability, rank }) => {
      const token = make('span');
      fillToken(token, model, id);
      return make('li', {}, `${say('rank of')} `, token, rank === BELOW ? ` ${say('over {0}', model.kept(layer, index))} · < ${formatProbability(model.least(layer, index))}` : ` ${rank} · ${formatProbability(probability)}`);
    }));
  }

  #drawCurve(id, index, shown) {
    const { model, theme, view } = this.explorer;
    const { width, height } = this.size;
    this.curveTitle.parentElement.hidden = this.curveBox.hidden = id === undefined;
    if (id === undefined || width === 0) {
      return;
    }

    const quantity = view.curve;
    const pins = view.pins.slice(0, 6);
    const pinned = pins.indexOf(id);
    const courses = [
      { id, colour: pinned >= 0 ? lineOf(theme, pinned).colour : theme.accent, dash: [], points: courseOf(model, id, [index], quantity) },
      ...pins.map((pin, at) => ({ id: pin, ...lineOf(theme, at), points: pin === id ? [] : courseOf(model, pin, [index], quantity) })).filter((course) => course.id !== id),
    ];
    const token = make('span');
    fillToken(token, model, id);
    this.curveTitle.replaceChildren(quantity === 'rank' ? `${say('rank of')} ` : 'p(', token, `${quantity === 'rank' ? '' : ')'} ${strings.over}`, pins.length > 0 ? say(', and the pinned tokens') : '');
    this.quantity.textContent = quantity === 'p' ? say('show rank') : say('show probability');
    drawCourses(this.curve, {
      width, height, theme, layers: model.layers, quantity, courses,
      floor: model.layers.map((layer) => (model.isRead(layer, index) ? model.least(layer, index) : null)),
      marks: [{ layer: model.best[index], filled: true }, { layer: shown, filled: false }],
    });
    this.curve.setAttribute('aria-label', courses.map((course) => `${quantity === 'rank' ? say('Rank of {0} over layers', model.display(course.id)) : say('Probability of {0} over layers', model.display(course.id))}: ${courseInWords(course.points, quantity)}`).join('. '));
  }
}
