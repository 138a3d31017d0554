// What all of them read at the place pointed at or locked, beside each other.

import { NONE } from '../explorer/criteria.js';
import { courseInWords, drawCourses, lineOf } from '../explorer/course-chart.js';
import { CHANGED, Listeners, make, WatchedSize } from '../explorer/dom.js';
import { fillToken, formatProbability, layerName, layerPhrase, placeName } from '../explorer/format.js';
import { say } from '../explorer/texts.js';
import { courseOf } from '../explorer/selection-facts.js';
import { layerBeside } from './layers.js';
import { formatDifference, inBits, strings, units } from './strings.js';

const ROWS = 6;
const FACTS = ['changed', 'confidence', 'entropy', 'kl'];
const NAMES = { changed: say('top token'), confidence: say('Δ confidence'), entropy: say('Δ entropy'), kl: 'KL' };

/** The panel beside the table. */
export class HerePart {
  constructor(comparison) {
    this.comparison = comparison;
    this.listeners = new Listeners();
    this.title = make('div', { class: 'lx-inspector-title' });
    this.hint = make('p', { class: 'lx-hint' }, strings.hint);
    this.columns = comparison.panes.map((pane) => this.#makeColumn(pane));
    this.list = make('div', { class: `lc-here-columns lc-here-${comparison.count}` }, ...this.columns.map(({ element }) => element));
    this.facts = make('ul', { class: 'lc-here-facts', 'aria-label': say('Differences here') });
    this.courseTitle = make('div', { class: 'lx-curve-title' });
    this.course = make('canvas', { role: 'img', class: 'lx-curve' });
    this.courseBox = make('div', { class: 'lx-curve-box' }, this.course);
    this.body = make('div', { class: 'lc-here-body' }, this.title, this.list, this.facts, this.courseTitle, this.courseBox);
    this.element = make('section', { class: 'lc-here', 'aria-label': strings.here }, make('h2', {}, strings.here), this.hint, this.body);
    this.size = new WatchedSize(this.courseBox, () => comparison.invalidate(CHANGED.LOOK));
  }

  draw() {
    const { comparison } = this;
    const { view, hover, reference } = comparison;
    const place = hover ?? view.lock;
    this.body.hidden = !place;
    this.hint.hidden = Boolean(place);
    if (!place) {
      return;
    }

    const owner = comparison.panes[place.pane];
    const isPatch = owner.model.positions[place.position].kind === 'patch';
    this.title.replaceChildren(make('strong', {}, isPatch ? say('patch {0}', placeName(owner.model, place.position)) : placeName(owner.model, place.position)), ` · ${view.layer === null ? strings.best : layerPhrase(view.layer)}`);
    this.title.classList.toggle('lx-locked', Boolean(view.lock) && comparison.positionIn(place.pane, view.lock) === place.position);

    const position = comparison.positionIn(reference.index, place);
    const shared = this.#shared(place);
    this.columns.forEach((column) => this.#fillColumn(column, place, shared));
    this.#fillFacts(position);
    this.#drawCourse(place);
  }

  dispose() {
    this.size.stop();
    this.listeners.dispose();
  }

  // Tokens that the reference and another keep here: what two distributions share is seen at a glance.
  #shared(place) {
    const { comparison } = this;
    const counts = new Map();
    for (const pane of comparison.panes) {
      const { position, layer } = this.#where(pane, place);
      for (const { id } of layer === NONE ? [] : pane.model.top(layer, position)) {
        const key = pane.model.display(id);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }

    return counts;
  }

  #where(pane, place) {
    const position = this.comparison.positionIn(pane.index, place);
    const layer = position === NONE ? NONE : pane.model.shown(pane.view.layer, position);
    return { position, layer: layer !== NONE && pane.model.isRead(layer, position) ? layer : NONE };
  }

  #makeColumn(pane) {
    const title = make('div', { class: 'lc-here-head' });
    const note = make('span', { class: 'lx-inspector-note' });
    const line = make('span', { class: 'lx-pin-line', 'aria-hidden': 'true' });
    title.append(make('span', { class: 'lc-letter' }, pane.letter), line, note);
    const list = make('ol', { class: 'lx-tokens', 'aria-label': say('Top tokens of {0}', pane.letter) });
    const rows = Array.from({ length: ROWS }, () => {
      const row = { token: make('span'), bar: make('span', { class: 'lx-bar' }), number: make('span', { class: 'lx-number' }), id: null };
      row.button = make('button', { type: 'button', class: 'lx-token-row', title: strings.followed }, row.token, make('span', { class: 'lx-bar-box' }, row.bar), row.number);
      row.element = make('li', { hidden: true }, row.button);
      const enter = () => pane.setEmphasis(new Set([row.id]));
      const leave = () => pane.setEmphasis(null);
      this.listeners.on(row.button, 'pointerenter', enter);
      this.listeners.on(row.button, 'pointerleave', leave);
      this.listeners.on(row.button, 'focus', enter);
      this.listeners.on(row.button, 'blur', leave);
      this.listeners.on(row.button, 'click', () => this.comparison.follow(pane.index, row.id));
      list.append(row.element);
      return row;
    });
    return { pane, note, line, rows, element: make('div', { class: 'lc-here-column' }, title, list) };
  }

  #fillColumn({ pane, note, line, rows }, place, shared) {
    const { comparison } = this;
    const { position, layer } = this.#where(pane, place);
    line.style.background = lineOf(comparison.theme, pane.index).colour;
    const entropy = layer === NONE ? NaN : pane.model.entropy(layer, position);
    note.textContent = position === NONE ? strings.nothingBeside : layer === NONE ? (pane.view.layer === NONE ? strings.noSuchLayer : strings.notRead)
      : `${layerName(layer)}${Number.isNaN(entropy) ? '' : ` · ${entropy.toFixed(2)} ${units.entropy}`}`;
    const top = layer === NONE ? [] : pane.model.top(layer, position);
    const followed = comparison.tokenIn(pane.index);
    rows.forEach((row, rank) => {
      row.element.hidden = rank >= top.length;
      if (rank >= top.length) {
        return;
      }

      const { id, probability } = top[rank];
      if (row.id !== id) {
        row.id = id;
        fillToken(row.token, pane.model, id);
      }

      row.bar.style.width = `${100 * Math.max(probability, 0.002)}%`;
      row.number.textContent = formatProbability(probability);
      row.element.classList.toggle('lx-filler', pane.model.isFiller(id));
      row.element.classList.toggle('lc-alone', (shared.get(pane.model.display(id)) ?? 0) < 2);
      row.element.classList.toggle('lx-pinned', followed === id);
    });
  }

  #fillFacts(position) {
    const { comparison } = this;
    const { view, reference } = comparison;
    this.facts.replaceChildren(...comparison.others.flatMap((pane) => {
      const pair = comparison.pairOf(pane.index);
      if (position === NONE || !pair.canCompare(position)) {
        return [];
      }

      const facts = FACTS.map((measure) => [measure, pair.value(measure, null, view.layer, view.align, position)])
        .filter(([measure, value]) => !Number.isNaN(value) && (measure !== 'kl' || comparison.isWhole))
        .map(([measure, value]) => `${NAMES[measure]} ${formatDifference(measure, value)}${inBits(measure) ? ` ${units[measure]}` : ''}`);
      if (view.token !== null) {
        const value = pair.value('token', view.token, view.layer, view.align, position);
        facts.push(`Δ p(${reference.model.display(view.token)}) ${value === Infinity ? strings.hidden : formatDifference('token', value)}`);
      }

      return [make('li', {}, make('span', { class: 'lc-letter lc-letter-pair' }, `${pane.letter} − ${reference.letter}`), ` ${facts.join(' · ')}`)];
    }));
  }

  // The followed token's course in every pane, or that of the reference's top token here.
  #drawCourse(place) {
    const { comparison } = this;
    const { reference, view, theme } = comparison;
    const { position, layer } = this.#where(reference, place);
    const token = view.token ?? (layer === NONE ? null : reference.model.id(layer, position));
    const { width, height } = this.size;
    this.courseBox.hidden = this.courseTitle.hidden = token === null;
    if (token === null || width === 0 || height === 0) {
      return;
    }

    const { layers } = reference.model;
    const courses = comparison.panes.flatMap((pane) => {
      const here = comparison.positionIn(pane.index, place);
      const id = pane === reference ? token : comparison.pairOf(pane.index).vocabularies.toSecond(token);
      if (here === NONE || id === null) {
        return [];
      }

      const own = courseOf(pane.model, id, [here], 'p');
      const points = layers.map((each) => own[pane.model.layers.indexOf(layerBeside(each, reference.model, pane.model, view.align))] ?? null);
      return [{ pane, points, ...lineOf(theme, pane.index) }];
    });
    const name = reference.model.display(token);
    const token_ = make('span');
    fillToken(token_, reference.model, token);
    const [before, after] = strings.course('\u0000').split('\u0000');
    this.courseTitle.replaceChildren(before, token_, after);
    drawCourses(this.course, { width, height, theme, layers, quantity: 'p', courses });
    this.course.setAttribute('aria-label', `${strings.course(name)}: ${courses.map(({ pane, points }) => `${pane.letter}: ${courseInWords(points, 'p')}`).join('; ')}`);
  }
}
