// Keys that work on every page. An element names its own with data-shortcut ("g r", "/"): links and buttons are clicked, fields get the focus; where the bar and
// the page name the same, the page's is meant. A field with data-everywhere gets the focus by Ctrl and that key from anywhere, other fields too.
// A page's own module may stop an event it has answered (preventDefault).
import { keyOf } from './explorer/keys.js';

const patience = 1200; // ms between the keys of a sequence

function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio], [type=button], [type=file]), textarea, select, [role=combobox], [role=listbox] *'));
}

export function attach(layout) {
  const controller = new AbortController();
  let pending = '';
  let pendingSince = 0;

  function answer(keys) {
    const named = Array.from(document.querySelectorAll('[data-shortcut]')).filter(e => e.dataset.shortcut === keys);
    const element = named.find(e => e.closest('main')) ?? named[0];
    if (!element) {
      return false;
    }

    const field = element.matches('input, textarea, select') ? element : element.querySelector('input, textarea');
    if (field) {
      focus(field);
    } else {
      element.click();
    }

    return true;
  }

  function focus(field) {
    field.focus();
    field.select?.();
  }

  // Before the page's own listeners: it works in fields, too.
  document.addEventListener('keydown', event => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.defaultPrevented || document.querySelector('.mud-dialog')) {
      return;
    }

    // The key where it is on the keyboard: with a Cyrillic layout K writes л.
    const field = Array.from(document.querySelectorAll('[data-everywhere]')).find(e => event.code === `Key${e.dataset.everywhere.toUpperCase()}`);
    if (field) {
      event.preventDefault();
      focus(field);
    }
  }, { signal: controller.signal, capture: true });

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1
      || isTyping(event.target) || document.querySelector('.mud-dialog, .mud-popover-open')) {
      return;
    }

    const key = keyOf(event);
    const now = performance.now();
    const sequence = pending && now - pendingSince < patience ? `${pending} ${key}` : '';
    pending = '';
    if (sequence && answer(sequence)) {
      event.preventDefault();
      return;
    }

    if (key === '?') {
      event.preventDefault();
      layout.invokeMethodAsync('ShowShortcutsAsync').catch(() => { /* the connection is gone; the strip says so */ });
    } else if (key === 'g') {
      pending = key;
      pendingSince = now;
    } else if (answer(key)) {
      event.preventDefault();
    }
  }, { signal: controller.signal });

  // The base address makes a fragment a navigation; the skip link only moves the focus.
  document.addEventListener('click', event => {
    if (event.target instanceof Element && event.target.closest('[data-skip]')) {
      event.preventDefault();
      document.getElementById('content')?.focus();
    }
  }, { signal: controller.signal, capture: true });

  // Before this, keys go nowhere.
  document.documentElement.dataset.keys = 'ready';
  return { dispose: () => controller.abort() };
}
