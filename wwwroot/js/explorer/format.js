// Numbers, places and tokens as people read them.
import { say } from './texts.js';

/** 0.873; below a thousandth <0.001; never 0.000. */
export function formatProbability(value) {
  if (Number.isNaN(value)) {
    return '–';
  }

  return value < 0.001 ? '<0.001' : value > 0.9995 && value < 1 ? '>0.999' : value.toFixed(3);
}

/** The same for a narrow cell: .87, <.01, 1.0. */
export function formatShort(value) {
  if (value < 0.01) {
    return '<.01';
  }

  return value >= 0.995 ? '1.0' : value.toFixed(2).slice(1);
}

/** emb, or the block's number. */
export function layerName(layer) {
  return layer === 0 ? 'emb' : String(layer);
}

/** "layer 9", "the input embeddings". */
export function layerPhrase(layer) {
  return layer === 0 ? say('the input embeddings') : say('layer {0}', layer);
}

/** A number without trailing zeroes, at most one decimal. */
export function formatPixel(value) {
  return String(Math.round(value * 10) / 10);
}

/** A short name of a position: r10 c14, the prompt's token, or the answer's. */
export function placeName(model, index) {
  const position = model.positions[index];
  if (position.kind === 'patch') {
    const tile = position.tile > 0 ? `t${position.tile} ` : '';
    return `${tile}r${position.row} c${position.column}`;
  }

  return model.display(position.id);
}

/** A position in words. */
export function placePhrase(model, index) {
  const position = model.positions[index];
  switch (position.kind) {
    case 'patch':
      return position.tile > 0 ? say('patch row {0} column {1} of tile {2}', position.row, position.column, position.tile) : say('patch row {0} column {1}', position.row, position.column);
    case 'newline':
      return say('line feature at position {0}', index);
    case 'answer':
      return say('answer token {0} at position {1}', model.display(position.id), index);
    default:
      return say('prompt token {0} at position {1}', model.display(position.id), index);
  }
}

/** A token as elements: ␣ in fainter ink, special tokens in small capitals. */
export function fillToken(element, model, id) {
  const display = model.display(id);
  element.classList.add('lx-token');
  element.classList.toggle('lx-token-special', model.isSpecial(id));
  element.classList.toggle('lx-token-faint', display === '∅' || display === '⏎' || display.startsWith('#'));
  const parts = [];
  for (const run of display.split(/(␣+)/)) {
    if (run.startsWith('␣')) {
      const space = document.createElement('span');
      space.className = 'lx-lead';
      space.textContent = run;
      parts.push(space);
    } else if (run !== '') {
      parts.push(run);
    }
  }

  element.replaceChildren(...parts);
}

/** Draws tokens on canvases, shortened to the room there is; widths and shortenings are remembered. */
export class TokenPainter {
  constructor(model) {
    this.model = model;
    this.fitted = new Map();
    this.widths = new Map();
  }

  /** Draws a token from x on, at most width wide; the context's font must be the one named. */
  draw(context, font, id, x, y, width, ink) {
    const { text, lead } = this.#fit(context, font, id, width);
    const special = this.model.isSpecial(id);
    if (special) {
      context.fontVariantCaps = 'small-caps';
    }

    context.fillStyle = ink;
    let left = x;
    if (lead) {
      const alpha = context.globalAlpha;
      context.globalAlpha = alpha * 0.55;
      context.fillText('␣', left, y);
      context.globalAlpha = alpha;
      left += this.#measure(context, font, '␣');
    }

    context.fillText(text, left, y);
    if (special) {
      context.fontVariantCaps = 'normal';
    }
  }

  /** Its drawn width, at most the room given. */
  width(context, font, id, room) {
    const { text, lead } = this.#fit(context, font, id, room);
    return this.#measure(context, font, text) + (lead ? this.#measure(context, font, '␣') : 0);
  }

  #fit(context, font, id, width) {
    const key = `${id}|${Math.floor(width)}|${font}`;
    let fit = this.fitted.get(key);
    if (fit) {
      return fit;
    }

    const display = this.model.display(id);
    const lead = display.startsWith('␣') && display.length > 1;
    const letters = [...(lead ? display.slice(1) : display)];
    const room = width - (lead ? this.#measure(context, font, '␣') : 0);
    let text = letters.join('');
    while (letters.length > 1 && this.#measure(context, font, text) > room) {
      letters.pop();
      text = letters.join('') + '…';
    }

    fit = { text, lead };
    if (this.fitted.size > 20000) {
      this.fitted.clear();
    }

    this.fitted.set(key, fit);
    return fit;
  }

  #measure(context, font, text) {
    const key = font + text;
    let width = this.widths.get(key);
    if (width === undefined) {
      width = context.measureText(text).width;
      if (this.widths.size > 20000) {
        this.widths.clear();
      }

      this.widths.set(key, width);
    }

    return width;
  }
}
