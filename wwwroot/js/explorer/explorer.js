// The explorer inside the dashboard.

import { Explorer } from './frame.js';
import { ApiSource } from './sources.js';
import { maskQuery } from './state.js';

/**
 * Shows one analysis in an element.
 * @param {HTMLElement} element
 * @param {object} options See ApiSource; and query: the address' query text, which says what is shown first; sheet: where the run's masks are.
 * @param {object|null} page A DotNetObjectReference whose OnViewChanged hears of the view afterwards, and whose OnExactAsked asks for a run that keeps a token everywhere.
 */
export function attach(element, options, page = null) {
  let told = null;
  const tell = (query) => {
    told = query;
    page.invokeMethodAsync('OnViewChanged', query).catch(() => {});
  };
  const explorer = new Explorer(element, new ApiSource(options), {
    query: options.query,
    tell: page ? tell : undefined,
    exact: page ? (id) => page.invokeMethodAsync('OnExactAsked', id).catch(() => {}) : undefined,
    atlasUrl: options.atlas ? (id) => withQuery(options.atlas, `tokens=${id}&checkpoint=${encodeURIComponent(options.checkpointHash)}`) : undefined,
    sheetUrl: options.sheet ? (view) => withQuery(options.sheet, maskQuery(view)) : undefined,
  });
  explorer.load();

  // While the connection was gone nobody heard.
  const tellAgain = () => told !== null && page && tell(told);
  document.addEventListener('ll:connected', tellAgain);
  return {
    refresh: () => explorer.refresh(),
    copyLink: () => explorer.copyLink(),
    dispose: () => {
      document.removeEventListener('ll:connected', tellAgain);
      explorer.dispose();
    },
  };
}

function withQuery(path, query) {
  return query === '' ? path : `${path}?${query}`;
}
