// The way from a token to where it is read in all pictures.

import { make } from './dom.js';

/** A link for one token, or null without a server. */
export function makeAtlasLink(explorer, id = null) {
  if (!explorer.atlasUrl) {
    return null;
  }

  const link = make('a', { class: 'lx-atlas', title: 'Where it is read in all pictures' }, 'atlas');
  if (id !== null) {
    fillAtlasLink(explorer, link, id);
  }

  return link;
}

/** Points a link at another token. */
export function fillAtlasLink(explorer, link, id) {
  link.href = explorer.atlasUrl(id);
  link.setAttribute('aria-label', `${explorer.model.display(id)} in the atlas`);
}
