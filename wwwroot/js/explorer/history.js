// Keeps the address bar, and .NET behind it, in step with the view; and the view with Back and Forward.

import { formatView } from './state.js';

const WRITE_EVERY = 100;
const TELL_EVERY = 300;

// Changes that follow within this time are one step of Back: a drag over the layers is not forty of them.
const STEP_AFTER = 1000;

/** Writes views into the address. */
export class ViewWriter {
  /**
   * @param {{useHash: boolean, format?: (view: object) => string}} options useHash: a page opened from a disk may only change what stands behind the #; format: how a view is written.
   * @param {(query: string) => void} tell Called at most once in 300 ms, never for a hover.
   * @param {(query: string) => void} back Called when Back or Forward has changed the address of this page.
   */
  constructor({ useHash, format = formatView }, tell, back) {
    this.useHash = useHash;
    this.format = format;
    this.tell = tell;
    this.path = location.pathname;
    this.written = null;
    this.told = null;
    this.lastWrite = -Infinity;
    this.lastChange = -Infinity;
    this.step = false;
    this.writeTimer = 0;
    this.tellTimer = 0;
    this.onPop = () => {
      const query = useHash ? location.hash.slice(1) : location.search.slice(1);
      if (location.pathname === this.path && this.written !== null && query !== this.written) {
        this.written = query;
        this.pending = undefined;
        this.#tellLater();
        back(query);
      }
    };
    window.addEventListener('popstate', this.onPop);
  }

  /**
   * Notes that the view changed. Browsers refuse more than a few hundred history entries a minute, so a drag is written ten times a second.
   * @param {object} view
   * @param {boolean} step Whether Back should lead to what was before.
   */
  write(view, step = false) {
    const query = this.format(view);
    if (this.written === null) {
      this.written = query;
      this.told = query;
      return;
    }

    if (query === this.written && this.writeTimer === 0) {
      return;
    }

    const now = performance.now();
    this.step ||= step && now - this.lastChange > STEP_AFTER;
    this.lastChange = now;
    this.pending = query;
    const wait = this.lastWrite + WRITE_EVERY - now;
    if (wait <= 0) {
      this.flush();
    } else if (this.writeTimer === 0) {
      this.writeTimer = setTimeout(() => this.flush(), wait);
    }
  }

  /** Writes what is pending now. */
  flush() {
    clearTimeout(this.writeTimer);
    this.writeTimer = 0;
    if (this.pending === undefined || this.pending === this.written) {
      return;
    }

    this.lastWrite = performance.now();
    this.written = this.pending;
    const mark = this.useHash ? '#' : '?';
    const address = location.pathname + (this.useHash ? location.search : '') + (this.written === '' && !this.useHash ? '' : mark + this.written) + (this.useHash ? '' : location.hash);
    history[this.step ? 'pushState' : 'replaceState'](history.state, '', address);
    this.step = false;
    this.#tellLater();
  }

  dispose() {
    window.removeEventListener('popstate', this.onPop);
    clearTimeout(this.writeTimer);
    clearTimeout(this.tellTimer);
    this.tell = null;
  }

  #tellLater() {
    if (this.tell && this.tellTimer === 0) {
      this.tellTimer = setTimeout(() => {
        this.tellTimer = 0;
        if (this.told !== this.written) {
          this.told = this.written;
          this.tell?.(this.written);
        }
      }, TELL_EVERY);
    }
  }
}
