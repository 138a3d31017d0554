// The answer at the foot: each word lights the rows it was fed back at, and the patches that read as it.

import { CHANGED, Listeners, make } from './dom.js';
import { fillToken } from './format.js';
import { underline } from './text-strip.js';
import { say, sayCount } from './texts.js';

/** The answer's words. */
export class AnswerPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.words = [];
    this.line = make('p', { class: 'lx-answer-words' });
    this.note = make('span', { class: 'lx-answer-note' });
    this.truth = make('p', { class: 'lx-answer-truth', hidden: true });
    this.element = make('section', { class: 'lx-answer', 'aria-label': say('The answer') }, make('h2', {}, say('The answer')), this.line, this.truth, this.note);
    this.listeners = new Listeners();
  }

  draw(flags) {
    const { explorer } = this;
    const { model } = explorer;
    if (!model) {
      return;
    }

    if (flags & CHANGED.DATA) {
      this.#fill();
    }

    if (flags & ~(CHANGED.MARK | CHANGED.LOOK)) {
      const scale = explorer.scaleOf(explorer.view.map);
      for (const word of this.words) {
        word.tokens.forEach((token, at) => {
          token.style.borderBottomColor = word.places[at] === null || word.places[at] >= model.count ? 'transparent' : underline(model, explorer.view, scale, word.places[at]);
        });
      }
    }

    // A word lights up when the position that is pointed at reads as one of its tokens.
    const place = explorer.place();
    const layer = place ? place.layer ?? model.shown(explorer.view.layer, place.position) : null;
    const id = place ? model.id(layer, place.position) : null;
    const lit = explorer.lit();
    for (const word of this.words) {
      word.element.classList.toggle('lx-lit', (id !== null && word.ids.has(id) && !model.isFiller(id)) || word.places.includes(place?.position));
      word.element.setAttribute('aria-pressed', String(explorer.pinned !== null && explorer.pinned.size === word.ids.size && [...explorer.pinned].every((pinned) => word.ids.has(pinned))));
    }

    if (!lit) {
      this.note.textContent = '';
      return;
    }

    let patches = 0;
    for (const index of lit.positions) {
      patches += model.positions[index].kind === 'patch' ? 1 : 0;
    }

    this.note.textContent = sayCount('{0} patch lit|{0} patches lit', patches);
  }

  dispose() {
    this.listeners.dispose();
  }

  #fill() {
    const { model } = this.explorer;
    const { answer, trueAnswer, state } = model.manifest;
    this.truth.hidden = !trueAnswer;
    this.truth.textContent = trueAnswer ? say('true answer: {0}', trueAnswer) : '';
    this.words = [];
    if (!answer) {
      const waiting = ['queued', 'running'].includes(String(state).toLowerCase());
      this.line.replaceChildren(make('span', { class: 'lx-hint' }, waiting ? say('The answer comes after the last layer.') : String(state).toLowerCase() === 'done' ? (model.manifest.source ? say('There is no answer in the file.') : say('No answer was asked for.')) : say('There is no answer: the analysis was not finished.')));
      return;
    }

    // A word begins where a token has a space before it, and at every special token.
    const fedBack = model.positions.findIndex((position) => position.kind === 'answer');
    answer.ids.forEach((id, at) => {
      const last = this.words.at(-1);
      const position = fedBack >= 0 && at < answer.ids.length - 1 ? fedBack + at : null;
      if (last && !model.isSpecial(id) && !last.special && !model.display(id).startsWith('␣') && !/^[.,;:!?]$/.test(model.display(id))) {
        last.list.push(id);
        last.ids.add(id);
        last.places.push(position);
      } else {
        this.words.push({ list: [id], ids: new Set([id]), places: [position], special: model.isSpecial(id), element: null, tokens: [] });
      }
    });
    const nodes = [];
    for (const word of this.words) {
      word.element = make('button', { type: 'button', class: 'lx-word', 'aria-pressed': 'false' });
      word.tokens = word.list.map((id) => {
        const token = make('span', { class: 'lx-word-token' });
        fillToken(token, model, id);
        return token;
      });
      word.element.append(...word.tokens);

      const places = word.places.filter((place) => place !== null);
      const enter = () => {
        this.explorer.setEmphasis(word.ids, places);
        this.explorer.setHover(places.length > 0 ? { position: places[0], layer: null, from: 'answer' } : null);
      };
      const leave = () => {
        this.explorer.setEmphasis(null);
        this.explorer.setHover(null);
      };
      word.element.addEventListener('pointerenter', enter);
      word.element.addEventListener('pointerleave', leave);
      word.element.addEventListener('focus', enter);
      word.element.addEventListener('blur', leave);
      word.element.addEventListener('click', () => this.explorer.pinEmphasis(word.ids, places));
      nodes.push(word.element);
    }

    this.line.replaceChildren(...nodes);
  }
}
