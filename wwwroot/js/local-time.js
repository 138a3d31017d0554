// <ll-time datetime="…Z">: an instant in the browser's own time zone, short, with the full form as its title.
import { languageTag } from './explorer/texts.js';

const sameYear = new Intl.DateTimeFormat(languageTag(), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const otherYear = new Intl.DateTimeFormat(languageTag(), { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat(languageTag(), { dateStyle: 'full', timeStyle: 'long' });

class LocalTime extends HTMLElement {
  static observedAttributes = ['datetime'];

  #root = this.attachShadow({ mode: 'open' });

  attributeChangedCallback() {
    const instant = new Date(this.getAttribute('datetime') ?? '');
    if (Number.isNaN(instant.getTime())) {
      this.#root.textContent = '';
      return;
    }

    const time = document.createElement('time');
    time.dateTime = instant.toISOString();
    time.title = full.format(instant);
    time.textContent = (instant.getFullYear() === new Date().getFullYear() ? sameYear : otherYear).format(instant);
    this.#root.replaceChildren(time);
  }
}

customElements.define('ll-time', LocalTime);
