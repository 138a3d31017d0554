// What the collected positions read together: their top tokens by layer, the tokens they share, the pinned tokens' courses.

import { makeAtlasLink } from './atlas-link.js';
import { CHANGED, Listeners, make, WatchedSize } from './dom.js';
import { fillToken, formatProbability, layerName, placeName } from './format.js';
import { courseInWords, drawCourses, lineOf } from './course-chart.js';
import { courseOf, sharedTokens, topByLayer } from './selection-facts.js';
import { say, sayCount } from './texts.js';

const strings = {
  clear: say('clear'),
  byLayer: say('Top tokens by layer'),
  shared: say('Shared tokens'),
  none: say('They share none of the tokens kept.'),
  median: say(': median and quartiles over the selection'),
};

const MOST_CHIPS = 8;
const MOST_SHARED = 10;
const TOKENS_PER_LAYER = 3;
const DEFAULT_COURSES = 3;

/** The inspector's panel of the selection. */
export class SelectionPanel {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.title = make('div', { class: 'lx-inspector-title' });
    this.chips = make('div', { class: 'lx-collected', role: 'list', 'aria-label': say('Collected positions') });
    const clear = make('button', { type: 'button', class: 'lx-link' }, strings.clear);
    this.listeners.on(clear, 'click', () => explorer.change({ collected: [] }));
    this.shared = make('ol', { class: 'lx-tokens lx-tokens-counted', 'aria-label': strings.shared });
    this.layers = make('table', { class: 'lx-by-layer', 'aria-label': strings.byLayer });
    this.quantity = make('button', { type: 'button', class: 'lx-link' });
    this.listeners.on(this.quantity, 'click', () => explorer.change({ curve: explorer.view.curve === 'p' ? 'rank' : 'p' }));
    this.curveTitle = make('div', { class: 'lx-curve-title' });
    this.curve = make('canvas', { role: 'img', class: 'lx-curve' });
    this.curveBox = make('div', { class: 'lx-curve-box' }, this.curve);
    this.element = make('div', { class: 'lx-inspector-body lx-selection' },
      make('div', { class: 'lx-selection-head' }, this.title, clear), this.chips,
      make('div', { class: 'lx-selection-courses' }, make('div', { class: 'lx-curve-head' }, this.curveTitle, this.quantity), this.curveBox),
      make('div', {}, make('h3', {}, strings.shared), this.shared),
      make('div', {}, make('h3', {}, strings.byLayer), make('div', { class: 'lx-by-layer-box', tabindex: '0', role: 'group', 'aria-label': strings.byLayer }, this.layers)));
    this.size = new WatchedSize(this.curveBox, () => explorer.invalidate(CHANGED.LOOK));
    this.filled = null;
  }

  fill() {
    const { model, view, theme } = this.explorer;
    const positions = view.collected;
    const key = `${positions.join('_')}|${view.layer}|${view.pins.join('_')}|${view.curve}|${theme.dark}|${model.version}|${this.size.width}x${this.size.height}`;
    if (this.filled === key) {
      return;
    }

    this.filled = key;
    const patches = positions.filter((position) => model.positions[position].kind === 'patch').length;
    this.title.replaceChildren(make('strong', {}, sayCount('{0} position|{0} positions', positions.length)),
      patches === positions.length ? ` ${say('of the picture')}` : ` · ${say('{0} of the picture', patches)}`);
    this.#fillChips(positions);
    const shared = sharedTokens(model, view.layer, positions);
    this.#fillShared(shared, positions.length);
    this.#drawCourses(shared, positions);
    this.#fillLayers(topByLayer(model, positions));
  }

  dispose() {
    this.size.stop();
    this.listeners.dispose();
  }

  #fillChips(positions) {
    const { explorer } = this;
    const { model } = explorer;
    this.chips.hidden = positions.length > MOST_CHIPS;
    this.chips.replaceChildren(...(positions.length > MOST_CHIPS ? [] : positions).map((index) => {
      const open = make('button', { type: 'button', class: 'lx-chip' }, placeName(model, index));
      open.addEventListener('pointerenter', () => explorer.setHover({ position: index, layer: null, from: 'chip' }));
      open.addEventListener('pointerleave', () => explorer.setHover(null));
      open.addEventListener('click', () => explorer.press({ position: index, layer: null }, false));
      const remove = make('button', { type: 'button', class: 'lx-chip-remove', 'aria-label': say('Leave out {0}', placeName(model, index)) }, '✕');
      remove.addEventListener('click', () => explorer.press({ position: index, layer: null }, true));
      return make('span', { class: 'lx-chip-box', role: 'listitem' }, open, remove);
    }));
  }

  #fillShared(shared, of) {
    const { explorer } = this;
    const { model } = explorer;
    if (shared.length === 0) {
      this.shared.replaceChildren(make('li', { class: 'lx-hint' }, strings.none));
      return;
    }

    this.shared.replaceChildren(...shared.slice(0, MOST_SHARED).map(({ id, count, mean }) => {
      const token = make('span');
      fillToken(token, model, id);
      const bar = make('span', { class: 'lx-bar' });
      bar.style.width = `${100 * (count / of)}%`;
      const button = make('button', { type: 'button', class: 'lx-token-row', title: say('In {0} of {1}, mean p {2}; a click pins it', count, of, formatProbability(mean)) },
        token, make('span', { class: 'lx-bar-box' }, bar), make('span', { class: 'lx-number' }, `${count} · ${formatProbability(mean)}`));
      button.addEventListener('pointerenter', () => explorer.setEmphasis(new Set([id])));
      button.addEventListener('pointerleave', () => explorer.setEmphasis(null));
      button.addEventListener('click', () => explorer.togglePin(id));
      const atlas = makeAtlasLink(explorer, id);
      return make('li', { class: `${model.isFiller(id) ? 'lx-filler' : ''}${atlas ? ' lx-with-atlas' : ''}` }, button, ...(atlas ? [atlas] : []));
    }));
  }

  #drawCourses(shared, positions) {
    const { model, view, theme } = this.explorer;
    const ids = view.pins.length > 0 ? view.pins.slice(0, 6) : shared.slice(0, DEFAULT_COURSES).map(({ id }) => id);
    const quantity = view.curve;
    const { width, height } = this.size;
    this.curveBox.hidden = this.curveTitle.parentElement.hidden = ids.length === 0;
    if (ids.length === 0 || width === 0) {
      return;
    }

    const courses = ids.map((id, at) => ({ id, ...lineOf(theme, at), points: courseOf(model, id, positions, quantity) }));
    const names = ids.flatMap((id, at) => {
      const token = make('span');
      fillToken(token, model, id);
      token.style.color = lineOf(theme, at).colour;
      return [at > 0 ? ', ' : '', token];
    });
    this.curveTitle.replaceChildren(quantity === 'p' ? `${say('p of')} ` : `${say('rank of')} `, ...names, strings.median);
    this.quantity.textContent = quantity === 'p' ? say('show rank') : say('show probability');
    drawCourses(this.curve, { width, height, theme, layers: model.layers, quantity, courses });
    this.curve.setAttribute('aria-label', courses.map(({ id, points }) => `${quantity === 'p' ? say('Median probability of {0} over layers', model.display(id)) : say('Median rank of {0} over layers', model.display(id))}: ${courseInWords(points, quantity)}`).join('. '));
  }

  #fillLayers(byLayer) {
    const { model } = this.explorer;
    const rows = [...byLayer].reverse().map(({ layer, read, tokens }) => make('tr', {}, make('th', { scope: 'row' }, layerName(layer)), ...tokens.slice(0, TOKENS_PER_LAYER).map(({ id, count, mean }) => {
      const token = make('span');
      fillToken(token, model, id);
      return make('td', { title: say('on top in {0} of {1}, mean p {2} there', count, read, formatProbability(mean)) }, token, make('span', { class: 'lx-number' }, ` ${Math.round((100 * count) / read)} %`));
    })));
    this.layers.replaceChildren(make('tbody', {}, ...rows));
  }
}
