// The frame around every chart: its sentence, the chart, its sample, and what can be done with it.

import { say } from '../explorer/texts.js';
import { make } from '../explorer/dom.js';
import { saveCsv, savePng, saveSvg, standaloneSvg } from './save.js';

const HEIGHT = 260;

const shown = (value) => (typeof value === 'number' && !Number.isInteger(value) ? (value > 0 && value < 0.001 ? '<0.001' : value.toFixed(3)) : String(value));

/** One chart of one group. */
export class Figure {
  /**
   * @param {{group: string, key: string, id: string, name: string, view: object, change: (part: object) => void, colours: () => object, extra?: Node[], printed?: boolean}} options
   *   id: what the address calls the figure; extra: controls of its own.
   */
  constructor(chart, options) {
    this.chart = chart;
    this.options = options;
    this.title = make('h3', { id: `st-${options.key}-${chart.id}` });
    this.sample = make('p', { class: 'st-sample' });
    this.canvas = make('div', { class: 'st-chart' });
    this.said = make('p', { class: 'll-hidden', 'aria-live': 'polite' });
    this.legend = make('ul', { class: 'st-legend' });
    this.table = make('div', { class: 'st-table', role: 'region', tabindex: '0', 'aria-label': say('Table: {0}', say(chart.name)), hidden: true });
    this.tableButton = this.#button(say('Table'), say('Table: {0}', say(chart.name)), () => options.change({ tables: toggled(options.view().tables, chart.id) }), { 'aria-pressed': 'false' });
    this.fullButton = this.#button(say('Full size'), say('Full size: {0}', say(chart.name)), () => options.change({ full: options.view().full === options.id ? null : options.id }), { 'aria-pressed': 'false' });
    this.files = [['CSV', () => this.#csv()], ['PNG', () => this.#picture('png')], ['SVG', () => this.#picture('svg')]].map(([kind, act]) => this.#button(kind, `${kind}: ${say(chart.name)}`, act));
    this.bar = make('div', { class: 'st-bar', role: 'toolbar', 'aria-label': say(chart.name) }, ...(options.extra ?? []), make('span', { class: 'st-space' }), this.fullButton, this.tableButton, ...this.files);
    this.element = make('figure', { class: 'st-figure', 'aria-labelledby': this.title.id, 'data-chart': chart.id }, this.title, this.sample, this.canvas, this.said, this.legend, this.table, ...(options.printed ? [] : [this.bar]));
    this.observer = new ResizeObserver(([entry]) => {
      if (Math.abs(entry.contentRect.width - (this.width ?? 0)) > 2) {
        this.#draw();
      }
    });
    this.observer.observe(this.canvas);
    this.canvas.addEventListener('keydown', (event) => this.#onKey(event));
    this.canvas.addEventListener('blur', () => this.#leave());
  }

  get isFull() {
    return this.options.view().full === this.options.id;
  }

  /** Shows a group's statistics. */
  show(data) {
    this.data = data;
    const { chart, options } = this;
    this.ready = chart.ready(data);
    this.cursor = this.ready ? chart.cursor(data) : null;
    this.title.textContent = this.ready ? chart.title(data, options.group) : say(chart.name);
    this.sample.textContent = this.ready ? chart.sample(data, options.group) : say(chart.absent);
    for (const button of [this.tableButton, this.fullButton, ...this.files]) {
      button.disabled = !this.ready;
    }

    this.refresh();
  }

  /** Draws anew: the theme or the view changed. */
  refresh() {
    if (!this.data) {
      return;
    }

    const withTable = this.ready && this.options.view().tables.includes(this.chart.id);
    this.element.classList.toggle('st-full', this.isFull);
    this.fullButton.setAttribute('aria-pressed', String(this.isFull));
    this.tableButton.setAttribute('aria-pressed', String(withTable));
    this.table.hidden = !withTable;
    if (withTable) {
      this.table.replaceChildren(this.#makeTable());
    }

    this.#draw();
  }

  dispose() {
    this.observer.disconnect();
  }

  #button(text, label, act, attributes = {}) {
    const button = make('button', { type: 'button', class: 'st-button', ...attributes }, text);
    button.setAttribute('aria-label', label);
    button.addEventListener('click', act);
    return button;
  }

  #draw() {
    this.width = this.canvas.clientWidth;
    if (!this.ready || this.width === 0) {
      this.canvas.replaceChildren();
      this.canvas.removeAttribute('tabindex');
      return;
    }

    const height = this.isFull ? Math.max(HEIGHT, window.innerHeight - 200) : HEIGHT;
    const colours = this.options.colours();
    const drawn = this.chart.draw(this.data, { colours, width: this.width, height });
    // Plot labels groups that have no role; the picture as a whole has the words, and the keys say each mark and follow its link.
    drawn.setAttribute('aria-hidden', 'true');
    for (const link of drawn.querySelectorAll('a')) {
      link.setAttribute('href', link.href.baseVal);
      link.setAttribute('tabindex', '-1');
    }

    for (const [name, value] of Object.entries({ role: 'application', 'aria-roledescription': say('chart'), tabindex: '0', 'aria-label': say('{0}. {1}. Arrow keys say its values.', this.title.textContent, this.sample.textContent) })) {
      this.canvas.setAttribute(name, value);
    }

    this.canvas.replaceChildren(drawn);
    if (document.activeElement === this.canvas) {
      this.cursor.show(drawn);
    }

    this.legend.replaceChildren(...(this.chart.legend?.(this.data, colours) ?? []).map(([name, swatch]) => make('li', {}, swatch, name)));
  }

  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.cursor) {
      return;
    }

    const words = this.cursor.move(event.key);
    if (words !== null) {
      event.preventDefault();
      this.said.textContent = words;
      this.cursor.show(this.canvas.firstElementChild);
    } else if (event.key === 'Enter' && this.cursor.link) {
      event.preventDefault();
      [...this.canvas.querySelectorAll('a')].find((link) => link.href.baseVal === this.cursor.link)?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
  }

  #leave() {
    const drawn = this.canvas.firstElementChild;
    if (this.cursor && drawn) {
      this.cursor.leave(drawn);
      this.said.textContent = '';
    }
  }

  #makeTable() {
    const { chart } = this;
    return make('table', { 'aria-label': say(chart.name) }, make('thead', {}, make('tr', {}, ...chart.columns.map((column) => make('th', { scope: 'col' }, say(column))))),
      make('tbody', {}, ...chart.rows(this.data).map((row) => make('tr', {}, ...row.map((value, i) => make(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, value?.href ? make('a', { href: value.href }, value.shown) : shown(value?.shown ?? value)))))));
  }

  #fileName() {
    return `${this.options.name}-${this.options.group}-${this.chart.id}`.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  }

  #csv() {
    saveCsv(this.chart.columns, this.chart.rows(this.data).map((row) => row.map((value) => value?.text ?? value)), this.#fileName());
  }

  async #picture(kind) {
    const svg = this.canvas.querySelector('svg');
    const text = standaloneSvg(svg, this.title.textContent, `${this.options.name} · ${this.sample.textContent}`, this.options.colours());
    if (kind === 'svg') {
      saveSvg(text, this.#fileName());
    } else {
      await savePng(text, Number(svg.getAttribute('width')), Number(svg.getAttribute('height')) + 52, this.#fileName());
    }
  }
}

const toggled = (list, id) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
