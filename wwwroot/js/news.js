// What the browser keeps and does for NewsBell.razor: what was seen, the number in the tab's title, and notifications of its own while the tab is in the
// background, which it is asked for only when somebody presses the button.

const SEEN = 'logitlens.news.seen';
const WANTED = 'logitlens.news.notify';

function read(key) {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null; // storage is blocked: what is kept lasts as long as the page
  }
}

function keep(key, value) {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // as above
  }
}

/**
 * @param {HTMLElement} element The bell with its panel.
 * @param {object} bell A DotNetObjectReference with OnSeen, OnPermission and OnLeft.
 */
export function attach(element, bell) {
  const controller = new AbortController();
  const { signal } = controller;
  const say = (method, ...values) => bell.invokeMethodAsync(method, ...values).catch(() => { /* the connection is gone; the strip says so */ });
  const title = watchTitle();
  const isOpen = () => element.querySelector('#ln-panel') !== null;

  function permission() {
    if (!window.isSecureContext) {
      return 'insecure';
    }

    if (!('Notification' in window)) {
      return 'none';
    }

    return Notification.permission === 'denied' ? 'denied' : Notification.permission === 'granted' && read(WANTED) === 'on' ? 'on' : 'off';
  }

  element.addEventListener('click', async (event) => {
    const wanted = event.target instanceof Element ? event.target.closest('[data-news]')?.dataset.news : undefined;
    if (wanted === 'on') {
      // In the click's own handler: browsers ask only then.
      const answer = await Notification.requestPermission();
      keep(WANTED, answer === 'granted' ? 'on' : 'off');
    } else if (wanted === 'off') {
      keep(WANTED, 'off');
    }

    if (wanted) {
      say('OnPermission', permission());
    }
  }, { signal });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && isOpen() && !event.defaultPrevented && !document.querySelector('.mud-dialog')) {
      event.preventDefault();
      say('OnLeft');
      element.querySelector('button')?.focus();
    }
  }, { signal, capture: true });
  document.addEventListener('pointerdown', (event) => {
    if (isOpen() && !element.contains(event.target)) {
      say('OnLeft');
    }
  }, { signal });
  window.addEventListener('storage', (event) => {
    if (event.key === SEEN && event.newValue) {
      say('OnSeen', Number(event.newValue));
    } else if (event.key === WANTED) {
      say('OnPermission', permission());
    }
  }, { signal });

  return {
    /** What was seen last here; now, the first time. */
    seen(now) {
      const kept = Number(read(SEEN));
      if (kept > 0) {
        return kept;
      }

      keep(SEEN, String(now));
      return now;
    },
    see: (at) => keep(SEEN, String(at)),
    permission,
    count: (unread) => title.count(unread),
    tell(text, url, tag) {
      if (document.visibilityState !== 'hidden' || permission() !== 'on') {
        return;
      }

      // One tag for all tabs: they replace each other's.
      const notification = new Notification('LogitLens', { body: text, tag });
      notification.addEventListener('click', () => {
        window.focus();
        window.Blazor.navigateTo(url);
        notification.close();
      });
    },
    dispose() {
      controller.abort();
      title.dispose();
    },
  };
}

/** Puts "(2) " before the page's title, whatever the title becomes. */
function watchTitle() {
  let mark = '';
  const apply = () => {
    const text = document.querySelector('title')?.firstChild;
    if (text) {
      const wanted = mark + text.data.replace(/^\(\d+\) /, '');
      if (text.data !== wanted) {
        // The text node is Blazor's: it is changed, never replaced.
        text.data = wanted;
      }
    }
  };
  const observer = new MutationObserver(apply);
  observer.observe(document.head, { subtree: true, childList: true, characterData: true });
  return {
    count(unread) {
      mark = unread > 0 ? `(${unread}) ` : '';
      apply();
    },
    dispose: () => observer.disconnect(),
  };
}
