// The way from a token to where it is read in all pictures.

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
