// A figure over the whole window: a modal dialog, which keeps the keyboard inside and is left by Escape.

import { say } from '../explorer/texts.js';
import { make } from '../explorer/dom.js';

export class FullSize {
  /** @param {() => void} onClose A person closed it. */
  constructor(onClose) {
    this.figure = null;
    this.place = document.createComment('at full size');
    this.onClose = onClose;
    this.close = make('button', { type: 'button', class: 'st-button st-close' }, say('Close'));
    this.close.addEventListener('click', onClose);
    this.element = make('dialog', { class: 'st-dialog' }, this.close);

    // Escape goes through the address, as every change of the view does.
    this.element.addEventListener('cancel', (event) => {
      event.preventDefault();
      onClose();
    });

    // A browser may close it all the same at a second Escape.
    this.element.addEventListener('close', () => this.figure && onClose());
  }

  /** Shows a figure, or none; the one shown before goes back to its place. */
  show(figure) {
    if (figure === this.figure) {
      return;
    }

    this.#putBack();
    if (figure) {
      this.figure = figure;
      figure.element.replaceWith(this.place);
      this.element.setAttribute('aria-labelledby', figure.title.id);
      this.element.append(figure.element);
      this.element.showModal();
      this.close.focus();
    }
  }

  dispose() {
    this.#putBack();
    this.element.remove();
  }

  #putBack() {
    const { figure } = this;
    this.figure = null;
    if (figure) {
      this.place.replaceWith(figure.element);
      this.element.close();
      figure.fullButton.focus({ preventScroll: true });
      figure.element.scrollIntoView({ block: 'nearest' });
    }
  }
}
