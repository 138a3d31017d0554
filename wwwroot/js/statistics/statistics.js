// Statistics over many analyses: one column of figures for each checkpoint.

import { key, say } from '../explorer/texts.js';
import { make, makeSelect } from '../explorer/dom.js';
import { readTheme, watchTheme } from '../explorer/theme.js';
import { charts, count, layerName, noun, tokenChart, tokenLayersChart } from './charts.js';
import { Figure } from './figure.js';
import { FullSize } from './full-size.js';
import { mapChart, quantities, tileName } from './map-chart.js';
import { StatisticsSource } from './source.js';
import { formatView, parseView } from './view.js';

const groups = ['patches', 'text', 'answer'];
const TOKENS = 30;
const SLOW = 300;

// Rows of a chart that fit on a page of paper.
const MOST_ROWS = 41;

/**
 * Shows statistics in an element.
 * @param {HTMLElement} element
 * @param {{scope: string, name: string, report: boolean}} options scope: the API's parameters; report: every group, nothing to press.
 */
export function attach(element, options) {
  const page = new StatisticsPage(element, options);
  page.load();
  return { dispose: () => page.dispose() };
}

class StatisticsPage {
  constructor(element, { scope, name, report }) {
    this.element = element;
    this.name = name;
    this.report = report;
    this.source = new StatisticsSource(scope);
    this.view = parseView(location.search);
    this.path = location.pathname;
    this.figures = [];
    this.status = make('p', { class: 'st-status', role: 'status' });
    this.body = make('div', {});
    this.full = new FullSize(() => this.#change({ full: null }));
    element.replaceChildren(this.status, this.body, this.full.element);
    this.controller = new AbortController();
    const { signal } = this.controller;
    window.addEventListener('popstate', () => {
      if (location.pathname === this.path) {
        this.#show(parseView(location.search));
      }
    }, { signal });
    this.stopTheme = watchTheme(() => this.#refresh());
    if (report) {
      this.#readyForPaper(signal);
    }
  }

  async load() {
    const slow = setTimeout(() => this.#report(say('Reading the statistics…')), SLOW);
    try {
      this.answer = await this.source.ask('layers', {}, (read, total) => this.#report(say('Reading {0} of {1} analyses…', count(read), count(total))));
      clearTimeout(slow);
      this.#report('');
      this.#build();
      this.tokens = new Map();
      this.maps = new Map();
      await Promise.all([this.#loadTokens(), this.#loadMap()]);
      if (this.#printButton) {
        this.#printButton.disabled = false;
      }
    } catch (error) {
      clearTimeout(slow);
      if (error.name !== 'AbortError') {
        this.#fail(error);
      }
    }
  }

  dispose() {
    this.source.dispose();
    this.controller.abort();
    this.stopTheme();
    this.full.dispose();
    this.figures.forEach((figure) => figure.dispose());
    this.element.replaceChildren();
  }

  async #loadTokens() {
    for (const group of this.report ? groups : [this.view.group]) {
      if (!this.tokens.has(group)) {
        this.tokens.set(group, await this.source.ask('tokens', { group, take: String(TOKENS) }));
      }
    }

    this.#fillTokens();
  }

  async #loadMap() {
    const { map, mapLayer, tile } = this.view;
    const layer = quantities[map].ofLayer ? mapLayer ?? this.answer.checkpoints[0]?.checkpoint.layers ?? 0 : null;
    const key = `${map} ${layer} ${tile}`;
    if (!this.maps.has(key)) {
      this.maps.set(key, await this.source.ask('map', { quantity: map, tile: String(tile), ...(layer === null ? {} : { layer: String(layer) }) }));
    }

    if (this.view.map === map && this.view.mapLayer === mapLayer && this.view.tile === tile) {
      for (const figure of this.figures.filter((one) => one.chart === mapChart)) {
        const { map: grid, tiles } = this.maps.get(key).checkpoints.find((c) => c.checkpoint.hash === figure.hash)?.statistics ?? { map: null, tiles: [] };
        figure.mapSelect.value = map;
        figure.layerSelect.value = String(layer ?? '');
        figure.layerSelect.hidden = layer === null;
        figure.tileSelect.value = String(tile);
        figure.tileSelect.hidden = tiles.length < 2 && tile === 0;
        figure.show({ map: grid, quantity: map });
      }
    }
  }

  // Paper is white whatever the screen is, and narrower: figures are drawn for it before the browser takes the page, and for the screen after.
  #readyForPaper(signal) {
    const root = document.documentElement;
    let theme = null;
    window.addEventListener('beforeprint', () => {
      theme ??= root.getAttribute('data-theme') ?? '';
      root.setAttribute('data-theme', 'light');
      root.classList.add('st-paper');
      this.#refresh();
    }, { signal });
    window.addEventListener('afterprint', () => {
      if (theme !== null) {
        theme === '' ? root.removeAttribute('data-theme') : root.setAttribute('data-theme', theme);
        theme = null;
      }

      root.classList.remove('st-paper');
      this.#refresh();
    }, { signal });
    this.#printButton?.addEventListener('click', () => window.print(), { signal });
  }

  get #printButton() {
    return this.element.closest('section')?.querySelector('[data-print]');
  }

  #refresh() {
    this.figures.filter((figure) => figure.data).forEach((figure) => figure.refresh());
  }

  #fillTokens() {
    for (const figure of this.figures.filter((one) => one.chart === tokenChart || one.chart === tokenLayersChart)) {
      const { group } = figure.options;
      const layers = this.tokens?.get(group)?.checkpoints.find((c) => c.checkpoint.hash === figure.hash)?.statistics.layers.filter((l) => l.positions > 0);
      if (layers) {
        const layer = layers.find((l) => l.layer === this.view.tokenLayer) ?? layers.at(-1);
        const every = this.report && figure.chart === tokenLayersChart ? Math.ceil(layers.length / MOST_ROWS) : 1;
        figure.select?.replaceChildren(...layers.map((l) => make('option', { value: String(l.layer), selected: l === layer }, say('layer {0}', layerName(l.layer)))));
        figure.show({ layers: layers.filter((_, i) => (layers.length - 1 - i) % every === 0), layer, linkOf: (id, at) => this.#atlas(figure.hash, group, id, at) });
      }
    }
  }

  // Where a token is read: in the same runs as far as the atlas can be confined to them.
  #atlas(checkpoint, group, id, layer) {
    const runs = new URLSearchParams(this.source.scope).getAll('run');
    const query = new URLSearchParams({ tokens: id, checkpoint, ...(runs.length === 1 ? { run: runs[0] } : {}), layers: layerName(layer), ...(group === 'patches' ? {} : { places: 'text' }) });
    return `/atlas?${query}`;
  }

  #report(sentence) {
    this.status.textContent = sentence;
  }

  #fail(error) {
    const retry = make('button', { type: 'button', class: 'st-button' }, say('Try again'));
    retry.addEventListener('click', () => {
      this.body.replaceChildren();
      this.load();
    });
    this.#report('');
    this.body.replaceChildren(make('div', { class: 'll-message ll-message-bad', role: 'alert' }, make('span', {}, error instanceof TypeError ? say('The server cannot be reached.') : error.message), retry));
  }

  #change(part) {
    const view = { ...this.view, ...part };
    const query = formatView(view, location.search);
    history.pushState(history.state, '', location.pathname + (query === '' ? '' : `?${query}`));
    this.#show(view);
  }

  #show(view) {
    const before = this.view;
    this.view = view;
    if (!this.answer) {
      return;
    }

    if (view.group !== before.group) {
      this.#build();
      Promise.all([this.#loadTokens(), this.#loadMap()]).catch((error) => error.name === 'AbortError' || this.#fail(error));
      this.element.querySelector('.st-groups [aria-pressed=true]')?.focus();
    } else {
      if (view.tokenLayer !== before.tokenLayer) {
        this.#fillTokens();
      }

      if (view.map !== before.map || view.mapLayer !== before.mapLayer || view.tile !== before.tile) {
        this.#loadMap().catch((error) => error.name === 'AbortError' || this.#fail(error));
      }

      this.#refresh();
    }

    this.#showFull();
  }

  #showFull() {
    this.full.show(this.figures.find((figure) => figure.options.id === this.view.full && !this.report) ?? null);
  }

  #build() {
    this.full.show(null);
    this.figures.forEach((figure) => figure.dispose());
    this.figures = [];
    const { checkpoints } = this.answer;
    if (checkpoints.length === 0) {
      this.body.replaceChildren(make('div', { class: 'll-state' }, make('p', {}, say('No finished analysis is among those asked for: statistics appear as analyses finish.')), make('p', {}, make('a', { href: '/runs' }, say('To the runs')))));
      return;
    }

    this.body.replaceChildren(...(this.report ? [] : [this.#groups()]), ...checkpoints.map((checkpoint, i) => this.#section(checkpoint, i)));
    this.#showFull();
  }

  #mapSelects({ layers }) {
    return [
      makeSelect(say('Map'), Object.entries(quantities).map(([id, { name }]) => [id, say(name)]), (map) => this.#change({ map })),
      makeSelect(say('Layer of the map'), layers.map((l) => [String(l.layer), say('layer {0}', layerName(l.layer))]), (layer) => this.#change({ mapLayer: Number(layer) })),
      makeSelect(say('Grid of the map'), [0, 1].map((tile) => [String(tile), tileName(tile)]), (tile) => this.#change({ tile: Number(tile) })),
    ];
  }

  #groups() {
    return make('div', { class: 'st-groups', role: 'group', 'aria-label': say('Groups of positions') }, ...groups.map((group) => {
      const button = make('button', { type: 'button', class: 'st-segment', 'aria-pressed': String(this.view.group === group) }, noun(group));
      button.addEventListener('click', () => this.#change({ group }));
      return button;
    }));
  }

  #section({ checkpoint, runs, analyses, missing, statistics }, index) {
    const section = make('section', { class: 'st-checkpoint' }, make('h2', {}, checkpoint.name),
      make('p', { class: 'st-sample' }, [say('analyses: {0}', count(analyses)), say('runs: {0}', count(runs)), say('layers emb and 1 to {0}', checkpoint.layers), ...(missing > 0 ? [say('{0} finished before this version are not counted: check --repair counts them', count(missing))] : [])].join('; ')));
    for (const group of this.report ? groups : [this.view.group]) {
      const data = statistics[group];
      if (this.report) {
        section.append(make('p', { class: 'st-group' }, noun(group)));
      }

      if (data.layers.length === 0) {
        section.append(make('p', { class: 'st-sample' }, say(group === 'answer' ? key('No answer was fed back: these runs were asked for none.') : key('There are none.'))));
        continue;
      }

      for (const chart of [...charts, tokenLayersChart, tokenChart, ...(group === 'patches' ? [mapChart] : [])]) {
        const select = chart === tokenChart && !this.report ? makeSelect(say('Layer of the tokens'), [], (layer) => this.#change({ tokenLayer: Number(layer) })) : null;
        const mapSelects = chart === mapChart ? this.#mapSelects(data) : [];
        const figure = new Figure(chart, {
          group, key: `${index}-${group}`, id: index === 0 ? chart.id : `${chart.id}.${index}`, name: this.name, printed: this.report, view: () => this.view, change: (part) => this.#change(part), colours: () => readColours(this.element), extra: select ? [select] : mapSelects,
        });
        figure.select = select;
        [figure.mapSelect, figure.layerSelect, figure.tileSelect] = mapSelects;
        figure.hash = checkpoint.hash;
        this.figures.push(figure);
        section.append(figure.element);
        if (charts.includes(chart)) {
          figure.show(data);
        }
      }
    }

    return section;
  }
}

/** The colours of charts at an element. */
export function readColours(element) {
  const { sure } = readTheme(element);
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ink: of('--ll-ink'), inkSoft: of('--ll-ink-soft'), accent: of('--ll-accent'), soft: of('--ll-line-strong'), lineStrong: of('--ll-line-strong'), raised: of('--ll-raised'), surface: of('--ll-surface'), sans: of('--ll-sans'), mono: of('--ll-mono'), sure };
}
