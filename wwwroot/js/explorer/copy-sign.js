// What a copying button says of what became of it.

import { say } from './texts.js';

const SHOWN_FOR = 1200; // ms

/** Says on a button, for a moment, whether it copied. */
export class CopySign {
  /** @param {HTMLButtonElement} button bearing the text it goes back to */
  constructor(button) {
    this.button = button;
    this.text = button.textContent;
  }

  /** Says that it copied, or else `failure`. */
  show(done, failure) {
    this.button.textContent = done ? say('Copied') : failure;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.button.textContent = this.text;
    }, SHOWN_FOR);
  }

  dispose() {
    clearTimeout(this.timer);
  }
}
