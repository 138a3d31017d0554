// The panel on the right: what is read at one position, what the selection reads together, or what the patches read most.

import { CHANGED, Listeners, make } from './dom.js';
import { OverviewPart } from './overview.js';
import { PinsPart } from './pins.js';
import { PlacePanel } from './place-panel.js';
import { SelectionPanel } from './selection-panel.js';
import { capital, say } from './texts.js';

const strings = { place: capital(say('position')), selection: say('Selection'), overview: say('Most read'), tabs: say('What the inspector shows') };

const TABS = ['place', 'selection', 'overview'];

/** The inspector and its tabs. */
export class InspectorPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.place = new PlacePanel(explorer);
    this.selection = new SelectionPanel(explorer);
    this.overview = new OverviewPart(explorer);
    this.pins = new PinsPart(explorer);
    this.empty = make('p', { class: 'lx-hint' },
      `${say('Point at a patch to read it. Click locks it, Shift-click collects, a drag collects a rectangle;')} `, make('kbd', {}, '['), ' ', make('kbd', {}, ']'), ` ${say('change the layer,')} `,
      make('kbd', {}, 'b'), ` ${say('goes back to best,')} `, make('kbd', {}, '.'), ` ${say('pins the top token,')} `, make('kbd', {}, '?'), ` ${say('lists all keys.')}`);
    this.tabs = TABS.map((tab) => {
      const button = make('button', { type: 'button', role: 'tab', class: 'lx-tab', id: `lx-tab-${tab}`, 'aria-controls': 'lx-inspector-panel' }, strings[tab]);
      this.listeners.on(button, 'click', () => explorer.inspect(tab));
      this.listeners.on(button, 'keydown', (event) => this.#onKey(event));
      return button;
    });
    this.panel = make('div', { class: 'lx-inspector-panel', role: 'tabpanel', id: 'lx-inspector-panel' }, this.place.element, this.selection.element, this.overview.element, this.empty);
    this.element = make('section', { class: 'lx-inspector', 'aria-label': say('Inspector') },
      make('div', { class: 'lx-tabs', role: 'tablist', 'aria-label': strings.tabs }, ...this.tabs), this.panel, this.pins.element);
  }

  draw(flags) {
    const { model, view } = this.explorer;
    if (!model) {
      this.panel.hidden = this.pins.element.hidden = true;
      return;
    }

    this.panel.hidden = this.pins.element.hidden = false;
    const shown = this.explorer.inspects;
    const place = this.explorer.place();
    const placed = shown === 'place' && place !== null;
    this.place.element.hidden = !placed;
    this.selection.element.hidden = shown !== 'selection';
    this.empty.hidden = placed || shown !== 'place' || model.count === 0;
    if (flags & ~CHANGED.LOOK) {
      this.tabs.forEach((tab, at) => {
        const chosen = TABS[at] === shown;
        tab.setAttribute('aria-selected', String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
      });
      this.panel.setAttribute('aria-labelledby', `lx-tab-${shown}`);
      this.tabs[1].textContent = view.collected.length > 0 ? `${strings.selection} · ${view.collected.length}` : strings.selection;
      this.tabs[1].disabled = view.collected.length === 0;
      this.pins.fill();
    }

    if (placed) {
      this.overview.element.hidden = true;
      this.place.fill(place.position, place.layer ?? model.shown(view.layer, place.position));
    } else if (shown === 'selection') {
      this.overview.element.hidden = true;
      this.selection.fill();
    } else if (flags & ~CHANGED.LOOK) {
      this.overview.fill();
    }
  }

  dispose() {
    this.place.dispose();
    this.selection.dispose();
    this.overview.dispose();
    this.pins.dispose();
    this.listeners.dispose();
  }

  #onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const enabled = TABS.filter((tab, at) => !this.tabs[at].disabled);
      const next = enabled[(enabled.indexOf(this.explorer.inspects) + step + enabled.length) % enabled.length];
      this.explorer.inspect(next);
      this.tabs[TABS.indexOf(next)].focus();
      event.preventDefault();
      event.stopPropagation();
    }
  }
}
