// The explorer inside the dashboard.

import { Explorer } from './frame.js';
import { ApiSource } from './sources.js';

/**
 * Shows one analysis in an element.
 * @param {HTMLElement} element
 * @param {object} options See ApiSource; and query: the address' query text, which says what is shown first.
 * @param {object|null} page A DotNetObjectReference whose OnViewChanged hears of the view afterwards.
 */
export function attach(element, options, page = null) {
  const explorer = new Explorer(element, new ApiSource(options), {
    query: options.query,
    tell: page ? (query) => page.invokeMethodAsync('OnViewChanged', query).catch(() => {}) : undefined,
  });
  explorer.load();
  return {
    refresh: () => explorer.refresh(),
    copyLink: () => explorer.copyLink(),
    dispose: () => explorer.dispose(),
  };
}
