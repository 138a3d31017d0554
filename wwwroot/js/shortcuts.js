// Keys that work on every page. An element names its own with data-shortcut ("g r", "/"): links and buttons are clicked, fields get the focus.
// A page's own module may stop an event it has answered (preventDefault).
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
    const element = Array.from(document.querySelectorAll('[data-shortcut]')).find(e => e.dataset.shortcut === keys);
    if (!element) {
      return false;
    }

    const field = element.matches('input, textarea') ? element : element.querySelector('input, textarea');
    if (field) {
      field.focus();
      field.select();
    } else {
      element.click();
    }

    return true;
  }

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1
      || isTyping(event.target) || document.querySelector('.mud-dialog, .mud-popover-open')) {
      return;
    }

    const key = event.key;
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

  return { dispose: () => controller.abort() };
}
