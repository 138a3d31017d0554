// Runs in the head, before the first paint: chooses light or dark, follows the system, remembers the choice, answers the toggle.
(() => {
  'use strict';
  const key = 'logitlens.theme';
  const choices = ['system', 'light', 'dark'];
  const root = document.documentElement;
  const system = window.matchMedia('(prefers-color-scheme: dark)');

  function read() {
    try {
      const kept = window.localStorage.getItem(key);
      return choices.includes(kept) ? kept : 'system';
    } catch {
      return 'system'; // storage is blocked: the choice lasts as long as the page
    }
  }

  let choice = read();

  function apply() {
    const theme = choice === 'system' ? (system.matches ? 'dark' : 'light') : choice;
    root.dataset.themeChoice = choice;
    if (root.dataset.theme !== theme) {
      root.dataset.theme = theme;
      document.dispatchEvent(new CustomEvent('ll:themechange', { detail: { theme } }));
    }
  }

  apply();
  system.addEventListener('change', apply);
  window.addEventListener('storage', event => {
    if (event.key === key) {
      choice = read();
      apply();
    }
  });
  document.addEventListener('click', event => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-theme-toggle]')) {
      return;
    }

    choice = choices[(choices.indexOf(choice) + 1) % choices.length];
    try {
      window.localStorage.setItem(key, choice);
    } catch {
      // storage is blocked or full: the choice lasts as long as the page
    }

    apply();
  });
})();
