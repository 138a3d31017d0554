// The way from a token to where it is read in all pictures.

import { NONE } from './criteria.js';
import { make } from './dom.js';
import { say } from './texts.js';

/** A link for one token, or null without a server. */
export function makeAtlasLink(explorer, id = null) {
  if (!explorer.atlasUrl) {
    return null;
  }

  const link = make('a', { class: 'lx-atlas', title: say('Where it is read in all pictures') }, say('atlas'));
  if (id !== null) {
    fillAtlasLink(explorer, link, id);
  }

  return link;
}

/** Points a link at another token. */
export function fillAtlasLink(explorer, link, id) {
  link.href = explorer.atlasUrl(id);
  link.setAttribute('aria-label', say('{0} in the atlas', explorer.model.display(id)));
}

/** Presses a place; with Ctrl (⌘) held, its token opens in the atlas, as links open with it. */
export function pressOrOpen(explorer, place, event) {
  const { model, view, atlasUrl } = explorer;
  if (!(event.ctrlKey || event.metaKey) || !atlasUrl) {
    explorer.press(place, event.shiftKey);
    return;
  }

  const layer = place.layer ?? model.shown(view.layer, place.position);
  if (layer !== NONE && model.has(layer)) {
    window.open(atlasUrl(model.id(layer, place.position)), '_blank', 'noopener');
  }
}
