// Starts Blazor and looks after its connection. When it goes, the page stays as it is and a strip says so; it is taken up again by itself. A server that was
// started again knows nothing of this page: then the page is drawn anew at the address it has, which holds its view.

const WAITS = [0, 1000, 1000, 2000, 3000]; // ms before each try; the last one from then on
const UNSEEN = 400; // ms: a connection that is back by then was never seen to be gone
const PLACE = 'logitlens.scroll';
const PATIENCE = 6000; // ms that a page may take to become as long as it was

class Connection {
  constructor() {
    this.strip = document.getElementById('ll-connection');
    this.isDown = false;
    this.typedAt = null;

    // What is typed and stands in no address would be lost with the page.
    document.addEventListener('input', (event) => {
      if (event.target instanceof Element && event.target.matches('main :is(textarea, input:not([type=search], [type=checkbox], [type=radio], [type=range]))')) {
        this.typedAt = location.href;
      }
    }, { capture: true });
    document.addEventListener('click', (event) => this.#onClick(event), { capture: true });
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.wake?.());
    window.addEventListener('online', () => this.wake?.());

    // What is pressed meanwhile is not sent, which the strip says already.
    window.addEventListener('unhandledrejection', (event) => {
      if (this.isDown && /not in the 'Connected' State/.test(event.reason?.message)) {
        event.preventDefault();
        this.#show('trying');
      } else if (document.querySelector('.mud-layout') === null) {
        // The first connection failed: there is no page yet that could stay.
        document.getElementById('ll-boot')?.setAttribute('data-failed', '');
      }
    });
  }

  /** Called by Blazor. */
  onConnectionDown() {
    if (this.isDown) {
      return;
    }

    this.isDown = true;
    this.path = location.pathname;
    this.showing = setTimeout(() => this.#show('trying'), UNSEEN);
    this.#retry();
  }

  /** Called by Blazor. */
  onConnectionUp() {
    this.isDown = false;
    clearTimeout(this.showing);
    this.#show('');

    // Blazor complains of tries that failed as if the page were broken.
    document.getElementById('blazor-error-ui')?.style.removeProperty('display');

    // Back and Forward go on without the server, and it did not hear of them.
    if (location.pathname !== this.path) {
      this.#reload();
      return;
    }

    document.dispatchEvent(new CustomEvent('ll:connected'));
  }

  async #retry() {
    for (let i = 0; this.isDown; i++) {
      await this.#pause(WAITS[Math.min(i, WAITS.length - 1)]);
      try {
        // Whatever it answers, it is there; asked first because Blazor takes some failures for the end of the page.
        await fetch('/health', { cache: 'no-store' });
        if (await window.Blazor.reconnect()) {
          return;
        }

        this.#renew();
        return;
      } catch {
        // Still no answer.
      }
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #renew() {
    if (this.typedAt === location.href) {
      clearTimeout(this.showing);
      this.#show('typed');
    } else {
      this.#reload();
    }
  }

  #reload() {
    try {
      sessionStorage.setItem(PLACE, JSON.stringify({ address: location.href, left: window.scrollX, top: window.scrollY }));
    } catch {
      // storage is blocked: the page begins at its top
    }

    location.reload();
  }

  #show(state) {
    this.strip.dataset.state = state;
  }

  #onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest('[data-reconnect]');
    if (button) {
      if (button.dataset.reconnect === 'reload') {
        this.#reload();
      } else {
        this.wake?.();
      }

      return;
    }

    // Without the server a link would change the address and not the page.
    const link = target?.closest('a[href]');
    if (this.isDown && link && link.origin === location.origin && !link.hasAttribute('download') && link.target !== '_blank' && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      this.#show('trying');
      this.wake?.();
    }
  }
}

/** After a renewal: where the page was scrolled to, once it is as long again. */
function returnToPlace() {
  let place;
  try {
    place = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
  } catch {
    return;
  }

  if (!place || place.address !== location.href || (place.top === 0 && place.left === 0)) {
    return;
  }

  const until = performance.now() + PATIENCE;
  const stop = new AbortController();
  for (const type of ['wheel', 'pointerdown', 'keydown']) {
    window.addEventListener(type, () => stop.abort(), { signal: stop.signal });
  }

  const scroll = () => {
    if (stop.signal.aborted) {
      return;
    }

    if (document.documentElement.scrollHeight >= place.top + window.innerHeight || performance.now() > until) {
      window.scrollTo(place.left, place.top);
      stop.abort();
    } else {
      setTimeout(scroll, 50);
    }
  };
  scroll();
}

const connection = new Connection();
returnToPlace();
window.Blazor.start({ circuit: { reconnectionHandler: connection } });
