// The picture between two others: where they differ, and by how much.

import { CHANGED, make } from '../explorer/dom.js';
import { fillToken, formatProbability, placePhrase } from '../explorer/format.js';
import { NONE } from '../explorer/criteria.js';
import { say } from '../explorer/texts.js';
import { PicturePainter } from '../explorer/picture-draw.js';
import { Linked, LinkedPicture } from './pane.js';
import { HIDDEN } from './measures.js';
import { alignmentNote, captionOf, differenceInWords, formatDifference, strings, units } from './strings.js';

const TEXT_FROM = 52;

/** Paints the reference's picture in grey, and the differences over it. */
class DifferencePainter extends PicturePainter {
  hasRoomForText() {
    return true;
  }

  drawPicture(context, bitmap, x, y, width, height) {
    context.drawImage(this.#grey(bitmap), x, y, width, height);
  }

  drawMap(context, boxOf, width, height) {
    const { explorer } = this;
    const { model, theme, comparison, pair } = explorer;
    if (!pair?.isComparable) {
      return;
    }

    const { measure, strength } = comparison.view;
    const values = explorer.values();
    const scale = explorer.scale();
    for (const index of model.shownPatches) {
      const [left, top, right, bottom] = boxOf(index);
      const value = values[index];
      if (right < 0 || bottom < 0 || left > width || top > height) {
        continue;
      }

      if (value === HIDDEN) {
        context.fillStyle = this.hatching(context, 'below');
        context.fillRect(left, top, right - left, bottom - top);
      } else if (Number.isNaN(value)) {
        context.fillStyle = this.hatching(context, 'filler');
        context.fillRect(left, top, right - left, bottom - top);
      } else if (measure !== 'changed' || value === 1) {
        context.globalAlpha = strength;
        context.fillStyle = scale.colour(value);
        context.fillRect(left, top, right - left, bottom - top);
        context.globalAlpha = 1;
      }

      if (right - left >= TEXT_FROM && !Number.isNaN(value)) {
        this.#drawReadings(context, theme, index, left, top, right - left, bottom - top, measure, value);
      }
    }
  }

  // What A reads, what B reads, and the difference, where there is room for three lines.
  #drawReadings(context, theme, index, left, top, width, height, measure, value) {
    const { comparison, pair, reference, other } = this.explorer;
    const places = pair.places(index, comparison.view.layer, comparison.view.align);
    if (!places || places.a.layer === NONE || places.b.layer === NONE) {
      return;
    }

    const size = Math.min(14, Math.max(9.5, width / 6));
    const font = `${size}px ${theme.mono}`;
    const lines = [[reference, places.a], [other, places.b]];
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.textBaseline = 'middle';
    context.fillStyle = 'rgba(12,15,18,.62)';
    context.fillRect(left + 2, top + height / 2 - size * 1.9, width - 4, size * 3.8);
    lines.forEach(([pane, { layer, position }], at) => {
      context.font = font;
      pane.painter.draw(context, font, pane.model.id(layer, position), left + 5, top + height / 2 + (at - 1) * size * 1.2, width - 10, '#ffffff');
    });
    context.font = `${size - 1}px ${theme.sans}`;
    context.fillStyle = '#e6eaec';
    context.fillText(measure === 'changed' ? '' : formatDifference(measure, value), left + 5, top + height / 2 + size * 1.2);
    context.restore();
  }

  #grey(bitmap) {
    if (this.greyOf !== bitmap) {
      this.greyOf = bitmap;
      this.greyNow = make('canvas');
      this.greyNow.width = bitmap.width;
      this.greyNow.height = bitmap.height;
      const context = this.greyNow.getContext('2d');
      context.filter = 'grayscale(1) contrast(0.7)';
      context.drawImage(bitmap, 0, 0);
    }

    return this.greyNow;
  }
}

class DifferencePicture extends LinkedPicture {
  label() {
    const { reference, other } = this.explorer;
    return say('Difference map, {0} against {1}: {2}. {3}', other.letter, reference.letter, this.explorer.caption(), strings.keys);
  }

  describe(at) {
    const { comparison, model, reference, other } = this.explorer;
    const { measure } = comparison.view;
    const said = [reference, other].map((pane) => comparison.readingInWords(pane, { pane: reference.index, position: at }));
    return `${placePhrase(model, at)}: ${said.join('; ')}. ${differenceInWords(measure, this.explorer.values()[at])}`;
  }

  fillTip(tip, at) {
    const { comparison, pair, reference, other } = this.explorer;
    const { measure } = comparison.view;
    const value = this.explorer.values()[at];
    const places = pair?.isComparable ? pair.places(at, comparison.view.layer, comparison.view.align) : null;
    if (!places || Number.isNaN(value)) {
      return false;
    }

    const nodes = [];
    for (const [pane, { layer, position }] of [[reference, places.a], [other, places.b]]) {
      const token = make('span');
      fillToken(token, pane.model, pane.model.id(layer, position));
      nodes.push(nodes.length > 0 ? ' → ' : '', token, ` ${formatProbability(pane.model.probability(layer, position))}`);
    }

    tip.replaceChildren(...nodes, value === HIDDEN ? ` · ${strings.hidden}` : measure === 'changed' ? '' : ` · ${formatDifference(measure, value)} ${units[measure]}`);
    return true;
  }
}

/** The difference of one pane from the reference. */
export class DifferenceMap extends Linked {
  constructor(comparison, index) {
    super(comparison, index);
    this.picture = new DifferencePicture(this, DifferencePainter);
    this.caption_ = make('strong');
    this.title = make('span', { class: 'lc-letter lc-letter-pair' });
    this.note = make('p', { class: 'lc-note', hidden: true });
    this.head = make('header', { class: 'lc-head' }, make('div', { class: 'lc-head-line' }, this.title, this.caption_), this.note);
    this.equal = make('p', { class: 'lc-equal', hidden: true });
    this.picture.element.append(this.equal);
    this.element = make('section', { class: 'lc-pane lc-difference' }, this.head, this.picture.element);
  }

  get other() {
    return this.comparison.panes[this.index];
  }

  get reference() {
    return this.comparison.reference;
  }

  get owner() {
    return this.comparison.view.reference;
  }

  get pair() {
    return this.comparison.pairOf(this.index);
  }

  get model() {
    return this.reference.model;
  }

  get bitmap() {
    return this.reference.bitmap;
  }

  get painter() {
    return this.reference.painter;
  }

  get view() {
    return this.reference.view;
  }

  scaleOf() {
    return this.comparison.differenceScale(this.index);
  }

  scale() {
    return this.comparison.differenceScale(this.index);
  }

  lit() {
    return null;
  }

  values() {
    const { view } = this.comparison;
    return this.pair.values(view.measure, view.token, view.layer, view.align);
  }

  /** What the map shows, in a sentence. */
  caption() {
    const { measure, token } = this.comparison.view;
    return this.pair ? captionOf(measure, this.comparison.summaryOf(this.index), token === null ? null : this.model.display(token)) : '';
  }

  draw(flags) {
    const { comparison, pair, reference, other } = this;
    this.element.hidden = this.index === comparison.view.reference;
    if (this.element.hidden || !pair) {
      return;
    }

    if (flags & ~CHANGED.MARK) {
      const names = { first: reference.letter, second: other.letter };
      this.title.textContent = `${other.letter} − ${reference.letter}`;
      this.element.setAttribute('aria-label', say('Difference map: {0} against {1}', other.letter, reference.letter));
      this.caption_.textContent = pair.isComparable ? this.caption() : '';
      const { alignment } = pair;
      const notes = [alignmentNote(alignment.by, { ...names, ...alignment }), comparison.view.measure === 'kl' && !pair.vocabularies.areEqual
        ? say('The checkpoints of {0} and {1} have different vocabularies, between which there is no divergence.', reference.letter, other.letter)
        : comparison.view.measure === 'best' && !pair.sameDepth ? say('The checkpoints have different numbers of layers: best layers are not subtracted.') : null].filter((note) => note);
      this.note.hidden = notes.length === 0;
      this.note.textContent = notes.join(' ');
    }

    this.picture.draw(flags);
    this.#sayEqual(flags);
  }

  // Instead of an empty map: why it is empty.
  #sayEqual(flags) {
    if (flags & CHANGED.DATA) {
      const promise = this.pair.causality();
      this.equal.hidden = !promise?.isWhole || promise.changed > 0 || promise.largest > 0.02;
      this.equal.textContent = this.equal.hidden ? '' : promise.at === null ? strings.equalWhole : strings.equal(promise.at);
    }
  }

  dispose() {
    this.picture.dispose();
  }
}
