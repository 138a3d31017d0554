// Keys that work anywhere on the explorer.

/** What each key does. */
export const ACTIONS = {
  '[': (explorer) => explorer.stepLayer(-1),
  ']': (explorer) => explorer.stepLayer(1),
  b: (explorer) => explorer.setLayer(null),
  c: (explorer) => explorer.copyLink(),
  '.': (explorer) => explorer.pinHere(),
  p: (explorer) => explorer.gauge.togglePlay(),
  i: (explorer) => explorer.setInput(!explorer.view.input),
  m: (explorer) => explorer.stepMap(1),
  M: (explorer) => explorer.stepMap(-1),
};

const TYPING = 'input:not([type=range], [type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=listbox], [role=menu]';

/** The key that was meant: with a Cyrillic layout the letter that stands in its place on a Latin one. */
export function keyOf(event) {
  const code = /^\p{Script=Cyrillic}$/u.test(event.key) ? event.code : '';
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  const sign = { BracketLeft: '[', BracketRight: ']', Period: '.' }[code];
  return letter ? (event.shiftKey ? letter : letter.toLowerCase()) : sign ?? event.key;
}

/** Answers a key; true if it was one of ours. */
export function answerKey(explorer, event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !explorer.model || document.querySelector('.mud-dialog, .mud-popover-open')) {
    return false;
  }

  if (event.key === 'Escape') {
    explorer.free();
    return true;
  }

  const action = ACTIONS[keyOf(event)];
  if (!action || (event.target instanceof Element && event.target.closest(TYPING))) {
    return false;
  }

  event.preventDefault();
  action(explorer);
  return true;
}
