// Answers the buttons of the strip that says the connection is gone. Blazor itself tries again and sets the strip's classes.
document.addEventListener('click', async event => {
  const button = event.target instanceof Element ? event.target.closest('[data-reconnect]') : null;
  if (!(button instanceof HTMLButtonElement)) {
    return;
  }

  if (button.dataset.reconnect === 'reload') {
    window.location.reload();
    return;
  }

  button.disabled = true;
  try {
    // False: the server answers, but no longer knows this page.
    if (!(await window.Blazor.reconnect())) {
      window.location.reload();
    }
  } catch {
    // Still no answer: the strip stays.
  } finally {
    button.disabled = false;
  }
});
