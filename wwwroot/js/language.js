// Answers the language switch: keeps the choice in the cookie that the server reads, and draws the page anew at the address it has, which is the view.
const year = 365 * 24 * 60 * 60; // s

document.addEventListener('click', event => {
  const button = event.target instanceof Element ? event.target.closest('[data-language]') : null;
  if (!(button instanceof HTMLButtonElement)) {
    return;
  }

  document.cookie = `logitlens.language=${encodeURIComponent(`c=en|uic=${button.dataset.language}`)}; path=/; max-age=${year}; samesite=lax`;
  window.location.reload();
});
