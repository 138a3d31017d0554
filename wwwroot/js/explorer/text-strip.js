// The prompt's tokens in their order, the picture in its place among them, each underlined in the map's colour for text.

import { pressOrOpen } from './atlas-link.js';
import { BELOW } from './model.js';
import { NONE } from './criteria.js';
import { CHANGED, Listeners, make } from './dom.js';
import { fillToken } from './format.js';
import { mapValue } from './maps.js';
import { capital, say, sayCount } from './texts.js';

const strings = { title: capital(say('prompt')), more: (count) => say('{0} more in the table', count) };

// What has more marks than this belongs on a canvas: the table has all of them.
const MOST = 200;

/** The prompt at the foot. */
export class TextStripPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.words = [];
    this.line = make('p', { class: 'lx-answer-words' });
    this.element = make('section', { class: 'lx-answer lx-prompt', 'aria-label': strings.title }, make('h2', {}, strings.title), this.line);
  }

  draw(flags) {
    const { model, view } = this.explorer;
    if (!model) {
      return;
    }

    if (flags & CHANGED.DATA) {
      this.#fill();
    }

    if (flags & ~(CHANGED.MARK | CHANGED.LOOK)) {
      const scale = this.explorer.scaleOf(view.map);
      for (const { element, position } of this.words) {
        element.style.borderBottomColor = underline(model, view, scale, position);
      }
    }

    const place = this.explorer.place();
    for (const { element, position } of this.words) {
      element.classList.toggle('lx-lit', place?.position === position);
      element.setAttribute('aria-pressed', String(view.lock?.position === position));
    }
  }

  dispose() {
    this.listeners.dispose();
  }

  #fill() {
    const { explorer } = this;
    const { model } = explorer;
    const nodes = [];
    this.words = [];
    let patches = 0;
    const closeGap = () => {
      if (patches > 0) {
        nodes.push(make('span', { class: 'lx-gap' }, sayCount('{0} patch|{0} patches', patches)));
        patches = 0;
      }
    };
    const texts = model.positions.map((position, index) => ({ position, index })).filter(({ position }) => position.kind === 'text').length;
    model.positions.forEach((position, index) => {
      if (position.kind === 'patch' || position.kind === 'newline') {
        patches += position.kind === 'patch' ? 1 : 0;
      } else if (position.kind === 'text') {
        closeGap();
        if (this.words.length < MOST) {
          nodes.push(this.#makeWord(position.id, index));
        }
      }
    });
    closeGap();
    if (texts > MOST) {
      nodes.push(make('span', { class: 'lx-gap' }, strings.more(texts - MOST)));
    }

    this.line.replaceChildren(...nodes);
    this.element.hidden = this.words.length === 0;
  }

  #makeWord(id, position) {
    const { explorer } = this;
    const element = make('button', { type: 'button', class: 'lx-word', 'aria-pressed': 'false' });
    const token = make('span');
    fillToken(token, explorer.model, id);
    element.append(token);
    const enter = () => explorer.setHover({ position, layer: null, from: 'prompt' });
    const leave = () => explorer.setHover(null);
    element.addEventListener('pointerenter', enter);
    element.addEventListener('pointerleave', leave);
    element.addEventListener('focus', enter);
    element.addEventListener('blur', leave);
    element.addEventListener('click', (event) => pressOrOpen(explorer, { position, layer: null }, event));
    this.words.push({ element, position });
    return element;
  }
}

/** The colour under a word that stands at a position; none where the map has none for it. */
export function underline(model, view, scale, position) {
  const layer = model.shown(view.layer, position);
  const value = scale.isColoured && layer !== NONE && model.isRead(layer, position) ? mapValue(view.map, model, view, layer, position) : NaN;
  return Number.isNaN(value) || value === BELOW ? 'transparent' : scale.colour(value, false);
}
