// Copying to the clipboard, with and without HTTPS.

import { make } from './dom.js';

/** Copies a text; whether it worked. */
export async function copyText(root, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard interface; the old command still works.
    const area = make('textarea', { 'aria-hidden': 'true', class: 'lx-live' });
    area.value = text;
    root.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
