// Under the picture: what the map's colours mean, and the controls that belong to one map only.

import { CHANGED, Listeners, make, makeSelect } from './dom.js';
import { BELOW } from './model.js';
import { NONE } from './criteria.js';
import { fillToken, formatProbability } from './format.js';
import { lacksToken, mapValue } from './maps.js';
import { MaskControls } from './mask-controls.js';
import { say, sayCount } from './texts.js';
import { TokenPicker } from './token-picker.js';

const strings = {
  patches: say('patches'),
  text: say('text'),
  both: say('patches and text'),
  filler: say('filler'),
  below: say('< the least kept'),
  scale: say('Scale of the colours'),
  full: say('whole scale'),
  data: say('fitted to the data'),
  noEntropy: say('Entropy is not in this file.'),
  chooseToken: say('Choose a token: type it, or click a pinned one.'),
  choosePins: say('Pin tokens to see the share of the probability they take together: type one, or press . over a patch.'),
  pick: say('Token of the map'),
  pickPlaceholder: say('token'),
  exact: say('Compute exactly…'),
  exactTitle: say('Queues a new run of these pictures that keeps this token everywhere; what it costs is said first'),
  nothing: say('Nothing has been read at this layer yet.'),
};

/** The legend. */
export class LegendPart {
  constructor(explorer) {
    this.explorer = explorer;
    this.listeners = new Listeners();
    this.scales = [strings.patches, strings.text].map((name) => {
      const scale = { name: make('span', { class: 'lx-legend-name' }, name), low: make('span'), high: make('span'), unit: make('span', { class: 'lx-legend-unit' }), ramp: make('span', { class: 'lx-ramp', 'aria-hidden': 'true' }) };
      scale.element = make('span', { class: 'lx-legend', role: 'img' }, scale.name, scale.low, scale.ramp, scale.high, scale.unit);
      return scale;
    });
    const hatch = (kind, name) => make('span', { class: 'lx-legend-hatch' }, make('span', { class: `lx-hatch lx-hatch-${kind}`, 'aria-hidden': 'true' }), name);
    this.filler = hatch('filler', strings.filler);
    this.below = hatch('below', strings.below);
    this.range = makeSelect(strings.scale, [['full', strings.full], ['data', strings.data]], (range) => explorer.change({ range }));
    this.picker = new TokenPicker(explorer, {
      label: strings.pick, placeholder: strings.pickPlaceholder, onPick: (id) => (explorer.view.map === 'share' ? explorer.togglePin(id, true) : explorer.change({ token: id }, true)),
    });
    this.token = make('span', { class: 'lx-legend-token' });
    this.note = make('span', { class: 'lx-legend-note' });
    this.exact = make('button', { type: 'button', class: 'lx-button', title: strings.exactTitle }, strings.exact);
    this.listeners.on(this.exact, 'click', () => explorer.computeExactly());
    this.mask = new MaskControls(explorer);
    this.element = make('div', { class: 'lx-legend-bar' }, this.token, this.picker.element, ...this.scales.map(({ element }) => element), this.filler, this.below, this.range, this.note, this.exact, this.mask.element);
  }

  draw(flags) {
    const { model, view } = this.explorer;
    if (!model || !(flags & ~(CHANGED.MARK | CHANGED.LOOK))) {
      return;
    }

    const { map } = view;
    const scale = this.explorer.scaleOf(map);
    const missing = map === 'entropy' && !model.hasEntropy;
    const lacking = lacksToken(view);
    const coloured = scale.isColoured && !missing && !lacking;

    // One scale is shown where both are the same.
    const common = coloured && scale.patches === scale.text;
    this.scales.forEach((part, at) => {
      part.element.hidden = !coloured || (at === 1 && common);
      part.name.textContent = at === 1 ? strings.text : common ? strings.both : strings.patches;
      if (coloured) {
        const [low, high] = scale.ends(at === 0);
        part.low.textContent = low;
        part.high.textContent = high;
        part.unit.textContent = scale.unit;
        part.ramp.style.background = scale.ramp.gradient;
        part.element.setAttribute('aria-label', say('Colours of {0}: {1} from {2} to {3}', part.name.textContent, scale.unit, low, high));
      }
    });
    const tokens = map === 'token' || map === 'share';
    this.filler.hidden = !['confidence', 'entropy', 'best', 'text'].includes(map);
    this.below.hidden = !tokens || lacking;
    this.range.hidden = !coloured || map === 'best';
    this.range.value = view.range;
    this.picker.element.hidden = !tokens;
    this.#fillToken(map, model, view);
    this.#fillNote(map, model, view, missing, lacking);
    this.mask.draw();
  }

  dispose() {
    this.picker.dispose();
    this.mask.dispose();
    this.listeners.dispose();
  }

  #fillToken(map, model, view) {
    const ids = map === 'token' && view.token !== null ? [view.token] : map === 'share' ? view.pins : [];
    this.token.hidden = ids.length === 0;
    this.token.replaceChildren(...ids.flatMap((id, at) => {
      const token = make('span');
      fillToken(token, model, id);
      return [at > 0 ? ' + ' : '', token];
    }));
  }

  #fillNote(map, model, view, missing, lacking) {
    const tokens = (map === 'token' || map === 'share') && !lacking;
    let below = 0;
    let read = 0;
    let least = 0;
    for (const position of tokens ? model.shownPatches : []) {
      const layer = model.shown(view.layer, position);
      if (layer !== NONE && model.isRead(layer, position)) {
        read++;
        if (mapValue(map, model, view, layer, position) === BELOW) {
          below++;
          least = Math.max(least, model.least(layer, position));
        }
      }
    }

    this.note.textContent = missing ? strings.noEntropy
      : lacking ? (map === 'token' ? strings.chooseToken : strings.choosePins)
      : !tokens || read === 0 ? ''
      : below === 0 ? map === 'token' ? sayCount('kept in all {0} patch|kept in all {0} patches', read) : sayCount('one of them kept in all {0} patch|one of them kept in all {0} patches', read)
      : map === 'token' ? sayCount('kept in {1} of {0} patch, elsewhere < {2}|kept in {1} of {0} patches, elsewhere < {2}', read, read - below, formatProbability(Math.min(1, least)))
      : sayCount('one of them kept in {1} of {0} patch, elsewhere < {2}|one of them kept in {1} of {0} patches, elsewhere < {2}', read, read - below, formatProbability(Math.min(1, least * view.pins.length)));
    this.exact.hidden = !tokens || below === 0 || !this.explorer.canComputeExactly;
  }
}
