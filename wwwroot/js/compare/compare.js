// Comparisons inside the dashboard.

import { ApiSource } from '../explorer/sources.js';
import { Comparison } from './comparison.js';

/**
 * Shows two to four analyses beside each other in an element.
 * @param {HTMLElement} element
 * @param {object[]} analyses See Pane and ApiSource: what is said of each, and where its data are.
 * @param {string} query The address' query text, which says what is shown first.
 * @param {object|null} page A DotNetObjectReference whose OnViewChanged hears of the view afterwards, and whose OnRemove takes an analysis out.
 */
export function attach(element, analyses, query, page = null) {
  const comparison = new Comparison(element, analyses.map((options) => ({ ...options, source: new ApiSource(options) })), {
    query,
    tell: page ? (text) => page.invokeMethodAsync('OnViewChanged', text).catch(() => {}) : undefined,
    remove: page ? (analysis) => page.invokeMethodAsync('OnRemove', analysis).catch(() => {}) : undefined,
  });
  comparison.load();
  return {
    copyLink: () => comparison.copyLink(),
    dispose: () => comparison.dispose(),
  };
}
