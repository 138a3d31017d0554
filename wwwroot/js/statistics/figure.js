// The frame around every chart: its sentence, the chart, its sample, and what can be done with it.

import { make } from '../explorer/dom.js';
import { saveCsv, savePng, saveSvg, standaloneSvg } from './save.js';

const HEIGHT = 260;

const shown = (value) => (typeof value === 'number' && !Number.isInteger(value) ? (value > 0 && value < 0.001 ? '<0.001' : value.toFixed(3)) : String(value));

/** One chart of one group. */
export class Figure {
  /**
   * @param {object} chart One of charts.js.
   * @param {{group: string, name: string, view: object, change: (part: object) => void, colours: () => object, extra?: Node[], printed?: boolean}} options
   */
  constructor(chart, options) {
    this.chart = chart;
    this.options = options;
    this.title = make('h3', { id: `st-${options.key}-${chart.id}` });
    this.sample = make('p', { class: 'st-sample' });
    this.canvas = make('div', { class: 'st-chart' });
    this.legend = make('ul', { class: 'st-legend' });
    this.table = make('div', { class: 'st-table', hidden: true });
    this.tableButton = this.#button('Table', () => options.change({ tables: toggled(options.view().tables, chart.id) }), { 'aria-pressed': 'false' });
    this.fullButton = this.#button('Full size', () => options.change({ full: options.view().full === chart.id ? null : chart.id }), { 'aria-pressed': 'false' });
    this.files = [this.#button('CSV', () => this.#csv()), this.#button('PNG', () => this.#picture('png')), this.#button('SVG', () => this.#picture('svg'))];
    this.bar = make('div', { class: 'st-bar', role: 'toolbar', 'aria-label': chart.name }, ...(options.extra ?? []), make('span', { class: 'st-space' }), this.fullButton, this.tableButton, ...this.files);
    this.element = make('figure', { class: 'st-figure', 'aria-labelledby': this.title.id, 'data-chart': chart.id }, this.title, this.sample, this.canvas, this.legend, this.table, ...(options.printed ? [] : [this.bar]));
    this.observer = new ResizeObserver(([entry]) => {
      if (Math.abs(entry.contentRect.width - (this.width ?? 0)) > 2) {
        this.#draw();
      }
    });
    this.observer.observe(this.canvas);
  }

  /** Shows a group's statistics. */
  show(data) {
    this.data = data;
    const { chart, options } = this;
    this.ready = chart.ready(data);
    this.title.textContent = this.ready ? chart.title(data, options.group) : chart.name;
    this.sample.textContent = this.ready ? chart.sample(data, options.group) : chart.absent;
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

    const view = this.options.view();
    const isFull = view.full === this.chart.id;
    const withTable = this.ready && view.tables.includes(this.chart.id);
    this.element.classList.toggle('st-full', isFull);
    this.fullButton.setAttribute('aria-pressed', String(isFull));
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

  #button(text, act, attributes = {}) {
    const button = make('button', { type: 'button', class: 'st-button', ...attributes }, text);
    button.setAttribute('aria-label', `${text}: ${this.chart.name}`);
    button.addEventListener('click', act);
    return button;
  }

  #draw() {
    this.width = this.canvas.clientWidth;
    if (!this.ready || this.width === 0) {
      this.canvas.replaceChildren();
      return;
    }

    const isFull = this.options.view().full === this.chart.id;
    const height = isFull ? Math.max(HEIGHT, window.innerHeight - 300) : HEIGHT;
    const colours = this.options.colours();
    const drawn = this.chart.draw(this.data, { colours, width: this.width, height });
    drawn.setAttribute('role', 'img');
    drawn.setAttribute('aria-label', `${this.title.textContent}. ${this.sample.textContent}.`);
    this.canvas.replaceChildren(drawn);
    this.legend.replaceChildren(...(this.chart.legend?.(this.data) ?? []).map(([name, colour]) => {
      const swatch = make('span', { class: 'st-swatch' });
      swatch.style.background = colour;
      return make('li', {}, swatch, name);
    }));
  }

  #makeTable() {
    const { chart } = this;
    return make('table', { 'aria-label': chart.name }, make('thead', {}, make('tr', {}, ...chart.columns.map((column) => make('th', { scope: 'col' }, column)))),
      make('tbody', {}, ...chart.rows(this.data).map((row) => make('tr', {}, ...row.map((value, i) => make(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, shown(value)))))));
  }

  #fileName() {
    return `${this.options.name}-${this.options.group}-${this.chart.id}`.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  }

  #csv() {
    saveCsv(this.chart.columns, this.chart.rows(this.data), this.#fileName());
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
